import { z } from "zod";
import type { Action } from "../action.ts";
import { MINUTE_MS, nothingToUndo, SECOND_MS } from "../support/context.ts";
import type { Targets } from "../targets/targets.ts";
import { PROCESS_KEY } from "./rollback.ts";

const parameters = z.object({});
type Parameters = z.infer<typeof parameters>;
const beforeSchema = z.object({ started_at: z.string() });

/** What a leak or a wedged pool has taken, a restart gives back. A process restarts by itself now and then: nothing to undo. */
export const restart: Action<Parameters, Targets> = {
  name: "process.restart",
  title: "Restart the process",
  description: "Restarts a process with a control endpoint, which keeps the release that it serves.",
  target: "process",
  risk: "guarded",
  reversible: true,
  parameters,
  expectedRecoveryMs: 5 * SECOND_MS,
  verificationWindowMs: 5 * MINUTE_MS,
  targetKey: () => PROCESS_KEY,

  propose: ({ category }) => category === "resource" ? {} : null,

  async capture({ targets }) {
    const { release, startedAt } = await targets.process.state();
    return { release, started_at: startedAt };
  },

  async apply({ targets, idempotencyKey }) {
    return { started_at: (await targets.process.restart(idempotencyKey)).startedAt };
  },

  async observe({ targets }, _parameters, before) {
    const { startedAt } = await targets.process.state();
    return startedAt !== beforeSchema.parse(before).started_at ? "applied" : "not_applied";
  },

  rollback: nothingToUndo,
};
