import type { World } from "../_shared/cycle.ts";
import { activePatterns, publishBuiltIns } from "../_shared/diagnose/patterns/store.ts";
import { fixStore } from "../_shared/heal/fix.ts";
import { type SharedTargetOptions, targetsFrom } from "../_shared/heal/targets.ts";
import { createGuardedFetch } from "../_shared/actions/targets/guarded-fetch.ts";
import { createOutbound } from "../_shared/actions/targets/outbound.ts";
import { adminClient } from "../_shared/platform/auth.ts";
import { env } from "../_shared/platform/env.ts";
import { describeError } from "../_shared/platform/errors.ts";
import { inBackground, soon } from "../_shared/platform/http-background.ts";
import { MODEL_TIMEOUT_MS, openAiModel } from "../_shared/diagnose/reasoning/model.ts";
import { createPolicies } from "../_shared/platform/policies.ts";
import { databaseBreakers } from "../_shared/platform/policies-store.ts";
import { callRpc } from "../_shared/platform/rpc.ts";
import { z } from "zod";

/** Longer than any adapter's own time-out, which gives the better error. */
const CALL_TIMEOUT_MS = 30_000;

let shared: World | undefined;

/** What the steps work with in this isolate: made once, because breakers and the list of patterns are worth keeping warm. */
export function world(): World {
  shared ??= createWorld();
  return shared;
}

function createWorld(): World {
  const client = adminClient();
  const now = () => new Date();
  const policies = createPolicies({
    store: databaseBreakers(() => client),
    defer: soon,
    warn: (message, error) =>
      console.warn(JSON.stringify({ level: "warn", what: message, ...describeError(error) })),
  });
  const shareWith = (projectId: number): SharedTargetOptions => ({
    client,
    secret: (kind, name) =>
      callRpc(client, "integration_secret", {
        p_project_id: projectId,
        p_kind: kind,
        p_name: name,
      }, z.string().nullable()),
    outbound: createOutbound({ allowLoopback: env().allowLoopbackTargets }),
    fetch: createGuardedFetch({ allowLoopback: env().allowLoopbackTargets }),
    now,
    installation: new URL(env().publicUrl).host,
    // Whether a call may be repeated is known to the adapter alone, so the policy never does.
    policyOf: (name) =>
      policies.policy(`project-${projectId}:${name}`, { timeoutMs: CALL_TIMEOUT_MS, retries: 0 }),
  });
  // People read patterns in Studio; nothing waits for it.
  inBackground(publishBuiltIns(client));
  const { llm } = env();
  return {
    client,
    model: llm && openAiModel(llm, policies.policy("model", { timeoutMs: MODEL_TIMEOUT_MS, retries: 1 })),
    fixes: fixStore(client),
    targetsOf: targetsFrom(shareWith),
    patterns: activePatterns(client, now),
    now,
  };
}
