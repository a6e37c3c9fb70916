import { z } from "zod";
import { ActionError } from "../action-error.ts";
import { MINUTE_MS, nothingToUndo, SECOND_MS } from "../support/context.ts";
import { takingBack } from "../support/taken-back.ts";

const identifier = z.string().regex(/^[A-Za-z0-9_-]{1,100}$/);
const parameters = z.object({
  service: z.string().min(1).max(200),
  /** The deployment that is being rolled out. */
  canary: identifier,
  deployment_log_id: z.int().positive(),
  to_deployment_log_id: z.int().positive(),
});

/**
 * Ends a gradual rollout: all traffic goes to the deployment that it began from. There is nothing to undo, because a rollout that was
 * stopped can be started again at any time, by those who know what changed since.
 */
export const [abortRollingRelease, abortRollingReleaseWithApproval] = takingBack({
  name: "vercel.abort-rolling-release",
  title: "Abort the rolling release on Vercel",
  description: "Sends all traffic to the deployment that served before the rolling release began.",
  target: "vercel",
  method: "vercel_abort_rolling_release",
  risk: "guarded",
  reversible: true,
  parameters,
  expectedRecoveryMs: 5 * SECOND_MS,
  verificationWindowMs: 10 * MINUTE_MS,
  targetKey: ({ service }) => `vercel:${service}`,

  parametersFor({ service, externalId, id, rollback: { toId } }) {
    if (toId === null) return null;
    return { service, canary: externalId, deployment_log_id: id, to_deployment_log_id: toId };
  },

  async capture({ targets }, { canary }) {
    const found = await (await targets.vercel.open()).rollingRelease();
    if (found?.state !== "ACTIVE" || found.canaryDeploymentId !== canary) {
      throw new ActionError("not_applicable", `${canary} is not being rolled out (any more).`);
    }
    return { current: found.currentDeploymentId, canary_percentage: found.canaryPercentage };
  },

  async apply({ targets }, { canary }) {
    return { served: await (await targets.vercel.open()).abortRollingRelease(canary) };
  },

  async observe({ targets }, { canary }) {
    const found = await (await targets.vercel.open()).rollingRelease();
    if (found?.canaryDeploymentId !== canary) return "unknown";
    return found.state === "ABORTED" ? "applied" : found.state === "ACTIVE" ? "not_applied" : "unknown";
  },

  rollback: nothingToUndo,
});
