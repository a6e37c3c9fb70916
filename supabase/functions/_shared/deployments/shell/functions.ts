import type { RpcClient } from "../../platform/rpc.ts";
import type { ChangedFile } from "../diffs/changed-file.ts";
import { compareSources } from "../diffs/compare-sources.ts";
import { touchedBy } from "../diffs/touched.ts";
import { bodyHash, dependenciesOf, type FunctionBody, sourcesOf } from "../supabase/function-body.ts";
import type { EdgeFunction, SupabaseTarget } from "../supabase/target.ts";
import { versionLabel, versionOf } from "../supabase/version-label.ts";
import type { DeploymentRow } from "../store.ts";
import { loadFunctionVersion, storeFunctionVersion } from "../store-functions.ts";
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
 * the next one is deployed. What changed is read from the two bodies.
 *
 * @returns how many new versions were found
 */
export async function pollFunctions(
  client: RpcClient,
  project: { id: number; timeZone: string; allowed: MayWrite },
  api: SupabaseTarget,
  functions: readonly EdgeFunction[],
  known: readonly DeploymentRow[],
  now: Date,
): Promise<number> {
  const seen = new Set(
    known.filter(({ target }) => target === "supabase").map(({ external_id }) => external_id),
  );
  const fresh = functions.filter((one) => !seen.has(versionLabel(one)))
    .sort((a, b) => a.updatedAt - b.updatedAt).slice(0, BODIES_PER_RUN);
  let found = 0;
  for (const one of fresh) {
    const body = await api.body(one.slug);
    // Deployed once more meanwhile: the body may be that of the later version, which has its turn with the next look.
    if ((await api.get(one.slug)).version !== one.version) continue;
    found++;
    const hash = await bodyHash(body);
    const believed = believedToServe(one, known);
    const changed = await changedSince(client, project.id, one.slug, believed, body);
    // The body first: a version that is recorded is not asked for again.
    await storeFunctionVersion(client, project.id, rowOf(one, body, hash, now));
    await record(client, project, {
      target: "supabase",
      external_id: versionLabel(one),
      service: one.slug,
      environment: "production",
      status: "serving",
      at: servedSince(one, believed, now),
      content_hash: hash,
      migration: "none",
      ...(changed && {
        files: changed.map(({ path }) => path),
        line_count: changed.reduce((sum, { lines }) => sum + lines, 0),
        touched: touchedBy(changed),
      }),
    }, now);
  }
  return found;
}

function believedToServe(one: EdgeFunction, known: readonly DeploymentRow[]): DeploymentRow | null {
  return known.find(({ target, service, status }) =>
    target === "supabase" && service === one.slug && status === "serving"
  ) ?? null;
}

/** What differs from the version before; null where its body is not kept. */
async function changedSince(
  client: RpcClient,
  projectId: number,
  slug: string,
  before: DeploymentRow | null,
  body: FunctionBody,
): Promise<ChangedFile[] | null> {
  const served = versionOf(before?.external_id ?? "");
  const kept = served && await loadFunctionVersion(client, projectId, slug, served.version);
  return kept?.body ? compareSources(sourcesOf(slug, kept.body), sourcesOf(slug, body.files)) : null;
}

/** The version that the platform has now serves, so it came after the one that we believed to serve: a rollback of ours may be as young. */
function servedSince(one: EdgeFunction, believed: DeploymentRow | null, now: Date): string {
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
