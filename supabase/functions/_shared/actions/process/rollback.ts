import { z } from "zod";
import { ActionError } from "../action-error.ts";
import { MINUTE_MS, phaseOf, SECOND_MS } from "../support/context.ts";
import { takingBack } from "../support/taken-back.ts";

const release = z.string().min(1).max(200);
const parameters = z.object({
  /** The release that the process must still serve. */
  release,
  /** The one to go back to. */
  to: release,
  deployment_log_id: z.int().positive(),
  to_deployment_log_id: z.int().positive(),
});

/** A project has one controlled process: whatever is done to it excludes everything else. */
export const PROCESS_KEY = "process:default";

export const [rollback, rollbackWithApproval] = takingBack({
  name: "process.rollback",
  title: "Serve the earlier release",
  description: "Tells a process with a control endpoint to serve the release before the suspected one.",
  target: "process",
  method: "process_restore",
  risk: "guarded",
  reversible: true,
  parameters,
  expectedRecoveryMs: 2 * SECOND_MS,
  verificationWindowMs: 5 * MINUTE_MS,
  targetKey: () => PROCESS_KEY,

  parametersFor({ externalId, id, rollback: { toId, toExternalId } }) {
    if (toId === null || toExternalId === null) return null;
    return { release: externalId, to: toExternalId, deployment_log_id: id, to_deployment_log_id: toId };
  },

  async capture({ targets }, parameters) {
    const state = await targets.process.state();
    if (state.release === parameters.to) {
      throw new ActionError("not_applicable", `The process serves ${parameters.to} already.`);
    }
    if (state.release !== parameters.release) throw movedOn(state.release);
    if (state.releases.length > 0 && !state.releases.includes(parameters.to)) {
      throw new ActionError("not_applicable", `The process no longer has the release ${parameters.to}.`);
    }
    return { release: state.release, started_at: state.startedAt };
  },

  async apply({ targets, idempotencyKey }, parameters) {
    const state = await targets.process.serve({
      release: parameters.to,
      expected: parameters.release,
      key: idempotencyKey,
    });
    return { release: state.release, started_at: state.startedAt };
  },

  async observe(context, parameters) {
    const state = await context.targets.process.state();
    const [wanted, other] = phaseOf(context) === "apply"
      ? [parameters.to, parameters.release]
      : [parameters.release, parameters.to];
    return state.release === wanted ? "applied" : state.release === other ? "not_applied" : "unknown";
  },

  async rollback({ targets, idempotencyKey }, parameters) {
    const serving = (await targets.process.state()).release;
    if (serving === parameters.release) return { release: serving };
    if (serving !== parameters.to) throw movedOn(serving);
    const state = await targets.process.serve({
      release: parameters.release,
      expected: parameters.to,
      key: idempotencyKey,
    });
    return { release: state.release };
  },
});

function movedOn(serving: string): ActionError {
  return new ActionError(
    "conflict",
    `The process serves ${serving} by now: somebody changed it, and theirs stays.`,
  );
}
