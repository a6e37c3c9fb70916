import { z } from "zod";
import type { StoredFunction } from "../../deployments/store-functions.ts";
import { bodyHash, type FunctionBody } from "../../deployments/supabase/function-body.ts";
import type { SupabaseTarget } from "../../deployments/supabase/target.ts";
import { versionOf } from "../../deployments/supabase/version-label.ts";
import { ActionError } from "../action-error.ts";
import { MINUTE_MS, phaseOf, SECOND_MS } from "../support/context.ts";
import { takingBack } from "../support/taken-back.ts";
import type { Targets } from "../targets/targets.ts";

const parameters = z.object({
  slug: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/),
  /** The version that is suspected. */
  version: z.int().positive(),
  /** The version whose body is deployed again. */
  to_version: z.int().positive(),
  deployment_log_id: z.int().positive(),
  to_deployment_log_id: z.int().positive(),
});
const beforeSchema = z.object({ hash: z.string(), to_hash: z.string() });

/**
 * The platform keeps no old version of a function, so the kept body is deployed again, as a new version. What runs is told by the hash of
 * its source: the number only ever goes up.
 */
export const [redeployFunction, redeployFunctionWithApproval] = takingBack({
  name: "supabase.redeploy-function",
  title: "Deploy the edge function's earlier version again",
  description:
    "Deploys the body that was kept of the version before the suspected one. The undo deploys the suspected one.",
  target: "supabase",
  method: "edge_function_redeploy",
  risk: "guarded",
  reversible: true,
  parameters,
  expectedRecoveryMs: 10 * SECOND_MS,
  verificationWindowMs: 10 * MINUTE_MS,
  targetKey: ({ slug }) => `supabase:function:${slug}`,

  parametersFor({ externalId, id, rollback: { toId, toExternalId } }) {
    const [bad, good] = [versionOf(externalId), versionOf(toExternalId ?? "")];
    if (!bad || !good || bad.slug !== good.slug || toId === null) return null;
    return {
      slug: bad.slug,
      version: bad.version,
      to_version: good.version,
      deployment_log_id: id,
      to_deployment_log_id: toId,
    };
  },

  async capture({ targets }, { slug, version, to_version }) {
    const [bad, good] = await Promise.all([kept(targets, slug, version), kept(targets, slug, to_version)]);
    const api = await targets.supabase.open();
    const hash = await servedHash(api, slug);
    if (hash === good.content_hash) {
      throw new ActionError("not_applicable", `${slug} has the source of version ${to_version} already.`);
    }
    if (hash !== bad.content_hash) throw movedOn(slug, version);
    const { createdAt } = await api.get(slug);
    if (createdAt > Date.parse(good.deployed_at)) {
      throw new ActionError(
        "not_applicable",
        `${slug} was deleted and made anew since: version ${to_version} was kept of another function.`,
      );
    }
    return { hash, to_hash: good.content_hash };
  },

  async apply({ targets }, { slug, to_version }) {
    const good = await kept(targets, slug, to_version);
    const { version } = await (await targets.supabase.open()).deploy(slug, bodyOf(good));
    return { version };
  },

  async observe(context, { slug }, captured) {
    const before = beforeSchema.parse(captured);
    const [wanted, other] = phaseOf(context) === "apply"
      ? [before.to_hash, before.hash]
      : [before.hash, before.to_hash];
    const hash = await servedHash(await context.targets.supabase.open(), slug);
    return hash === wanted ? "applied" : hash === other ? "not_applied" : "unknown";
  },

  async rollback({ targets }, { slug, version }, captured) {
    const before = beforeSchema.parse(captured);
    const api = await targets.supabase.open();
    const hash = await servedHash(api, slug);
    if (hash === before.hash) return { undone: "nothing" };
    if (hash !== before.to_hash) throw movedOn(slug, version);
    const deployed = await api.deploy(slug, bodyOf(await kept(targets, slug, version)));
    return { version: deployed.version };
  },
});

async function kept({ supabase }: Targets, slug: string, version: number) {
  const stored = await supabase.stored(slug, version);
  if (stored?.body) return { ...stored, body: stored.body };
  throw new ActionError("not_applicable", `The body of ${slug}, version ${version}, was never kept.`);
}

function bodyOf(stored: StoredFunction & { body: NonNullable<StoredFunction["body"]> }): FunctionBody {
  return {
    name: stored.name,
    verifyJwt: stored.verify_jwt,
    entrypointPath: stored.entrypoint_path,
    importMapPath: stored.import_map_path,
    files: stored.body,
  };
}

async function servedHash(api: SupabaseTarget, slug: string): Promise<string> {
  return await bodyHash(await api.body(slug));
}

function movedOn(slug: string, version: number): ActionError {
  return new ActionError(
    "conflict",
    `${slug} no longer has the source of version ${version}: somebody deployed meanwhile, and theirs stays.`,
  );
}
