import type { RpcClient } from "../../platform/rpc.ts";
import { bodyHash, dependenciesOf, type FunctionBody } from "../supabase/function-body.ts";
import type { EdgeFunction, SupabaseTarget } from "../supabase/target.ts";
import { type DeploymentRow, storeFunctionVersion } from "../store.ts";
import { record } from "./record.ts";
import type { MayWrite } from "./ways-back.ts";

/** Bodies larger than this are noted, not kept: they could not be deployed again from here. The table's law is the same. */
const BODY_BYTES_LIMIT = 4 * 1024 * 1024;
/** Bodies read in one run: each is a download, and a run has 150 s. The next run goes on. */
const BODIES_PER_RUN = 25;
/** Beside the files, a body has the punctuation of its JSON. */
const JSON_OVERHEAD = 1024;

/**
 * Looks for versions of edge functions that were not seen before and keeps their bodies: the platform itself forgets a version as soon as
 * the next one is deployed.
 *
 * @returns how many new versions were found
 */
export async function pollFunctions(
  client: RpcClient,
  project: { id: number; timeZone: string; allowed: MayWrite },
  api: SupabaseTarget,
  known: readonly DeploymentRow[],
  now: Date,
): Promise<number> {
  const seen = new Set(
    known.filter(({ target }) => target === "supabase").map(({ external_id }) => external_id),
  );
  const fresh = (await api.list()).filter((one) => !seen.has(`${one.slug}@${one.version}`))
    .sort((a, b) => a.updatedAt - b.updatedAt).slice(0, BODIES_PER_RUN);
  for (const one of fresh) {
    const body = await api.body(one.slug);
    const hash = await bodyHash(body);
    const { deployment } = await record(client, project, {
      target: "supabase",
      external_id: `${one.slug}@${one.version}`,
      service: one.slug,
      environment: "production",
      status: "serving",
      at: servedSince(one, known, now),
      content_hash: hash,
      migration: "none",
    }, now);
    await storeFunctionVersion(client, project.id, {
      ...rowOf(one, body, hash, now),
      deployment_id: deployment.id,
    });
  }
  return fresh.length;
}

/** The version that the platform has now serves, so it came after the one that we believed to serve: a rollback of ours may be as young. */
function servedSince(one: EdgeFunction, known: readonly DeploymentRow[], now: Date): string {
  const believed = known.find(({ target, service, status }) =>
    target === "supabase" && service === one.slug && status === "serving"
  );
  const at = timeOf(one, now);
  if (!believed?.promoted_at || Date.parse(believed.promoted_at) < Date.parse(at)) return at;
  return new Date(Date.parse(believed.promoted_at) + 1).toISOString();
}

/** A platform that does not tell when, or tells the future, is believed to have done it now. */
function timeOf({ updatedAt }: EdgeFunction, now: Date): string {
  return new Date(updatedAt > 0 ? Math.min(updatedAt, now.getTime()) : now).toISOString();
}

function rowOf(one: EdgeFunction, body: FunctionBody, hash: string, now: Date) {
  const files = body.files.map(({ path, content, encoding }) => ({ path, content, encoding }));
  const bytes = new TextEncoder().encode(JSON.stringify(files)).length;
  return {
    slug: one.slug,
    version: one.version,
    name: body.name,
    content_hash: hash,
    platform_hash: one.bundleHash,
    entrypoint_path: body.entrypointPath,
    import_map_path: body.importMapPath,
    verify_jwt: body.verifyJwt,
    body: bytes + JSON_OVERHEAD * files.length <= BODY_BYTES_LIMIT ? files : null,
    body_bytes: bytes,
    dependencies: dependenciesOf(body),
    deployed_at: timeOf(one, now),
  };
}
