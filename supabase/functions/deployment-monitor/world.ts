import { z } from "zod";
import { parseIntegrations } from "../_shared/actions/integrations.ts";
import { createGuardedFetch } from "../_shared/actions/targets/guarded-fetch.ts";
import { createOutbound } from "../_shared/actions/targets/outbound.ts";
import { createTargets } from "../_shared/actions/targets/targets.ts";
import type { MonitorWorld } from "../_shared/deployments/shell/monitor.ts";
import { adminClient } from "../_shared/platform/auth.ts";
import { env } from "../_shared/platform/env.ts";
import { describeError } from "../_shared/platform/errors.ts";
import { soon } from "../_shared/platform/http-background.ts";
import { createPolicies } from "../_shared/platform/policies.ts";
import { databaseBreakers } from "../_shared/platform/policies-store.ts";
import { callRpc } from "../_shared/platform/rpc.ts";

/** Longer than any adapter's own time-out, which gives the better error. */
const CALL_TIMEOUT_MS = 30_000;

let shared: MonitorWorld | undefined;

/** What the monitor works with in this isolate. */
export function world(): MonitorWorld {
  shared ??= createWorld();
  return shared;
}

function createWorld(): MonitorWorld {
  const client = adminClient();
  const now = () => new Date();
  const limits = { allowLoopback: env().allowLoopbackTargets };
  const policies = createPolicies({
    store: databaseBreakers(() => client),
    defer: soon,
    warn: (what, error) => console.warn(JSON.stringify({ level: "warn", what, ...describeError(error) })),
  });
  return {
    client,
    now,
    platformsOf({ project_id: projectId, integrations: rows }) {
      const { integrations } = parseIntegrations(rows);
      const targets = createTargets({
        projectId,
        client,
        integrations,
        secret: (kind, name) =>
          callRpc(client, "integration_secret", {
            p_project_id: projectId,
            p_kind: kind,
            p_name: name,
          }, z.string().nullable()),
        outbound: createOutbound(limits),
        fetch: createGuardedFetch(limits),
        now,
        installation: new URL(env().publicUrl).host,
        policyOf: (name) =>
          policies.policy(`project-${projectId}:${name}`, { timeoutMs: CALL_TIMEOUT_MS, retries: 0 }),
      });
      return {
        vercel: targets.vercel.configured ? () => targets.vercel.open() : null,
        supabase: targets.supabase.configured ? () => targets.supabase.open() : null,
        github: targets.reverts.configured ? () => targets.reverts.openChanges() : null,
      };
    },
    onFailure: (projectId, what, error) =>
      console.error(
        JSON.stringify({ level: "error", what: `${what} of project ${projectId}`, ...describeError(error) }),
      ),
  };
}
