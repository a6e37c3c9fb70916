import { planRollback } from "./plan.ts";
import type { RollbackMethod, RollbackSituation } from "./types.ts";

/** What is written down for a deployment while all is well, so that nobody has to find out during an outage. */
export interface RollbackCapability {
  deploymentId: string;
  capability: "automatic" | "human" | "none";
  method: RollbackMethod | null;
  toVersion: string | null;
  expectedSeconds: number | null;
  reasons: string[];
  recordedAt: number;
}

/** Capability of the serving version of a target: what would happen if it were blamed now. Null when nothing serves. */
export function recordCapability(
  situation: Omit<RollbackSituation, "blamed">,
  now: number,
): RollbackCapability | null {
  const serving = situation.history.at(-1);
  if (!serving) return null;
  const decision = planRollback({ ...situation, blamed: serving.id });
  return {
    deploymentId: serving.id,
    capability: decision.decision === "impossible" ? "none" : decision.decision,
    method: decision.plan?.method ?? null,
    toVersion: decision.plan?.toVersion ?? null,
    expectedSeconds: decision.plan?.expectedSeconds ?? null,
    reasons: decision.reasons,
    recordedAt: now,
  };
}
