import { z } from "zod";
import type { Action } from "../action.ts";
import { keyOf, MINUTE_MS, SECOND_MS } from "../support/context.ts";
import { numberFact, textFact } from "../support/facts.ts";
import type { Targets } from "../targets/targets.ts";
import { observeEffect } from "./relation.ts";

/** Enough to see whether jobs succeed again, few enough not to flood what they call. */
const BATCH = 100;
const MAX_BATCH = 1_000;

const parameters = z.object({
  /** Its name in the postgres integration, which says that its jobs may run again. */
  queue: z.string().min(1).max(64),
  limit: z.int().min(1).max(MAX_BATCH).default(BATCH),
});
type Parameters = z.infer<typeof parameters>;

/**
 * Guarded: jobs have effects of their own. Reversible as far as a queue can be: jobs that have not begun are dead again,
 * and those that ran are of a queue whose jobs may run again, or it would not be declared.
 */
export const requeueDeadJobs: Action<Parameters, Targets> = {
  name: "postgres.requeue-dead-jobs",
  title: "Run the dead jobs again",
  description:
    "Makes jobs of a declared queue ready that had used up their attempts, oldest first, at most 100 at a time.",
  target: "postgres",
  risk: "guarded",
  reversible: true,
  parameters,
  expectedRecoveryMs: 10 * SECOND_MS,
  verificationWindowMs: 15 * MINUTE_MS,
  targetKey: ({ queue }) => `postgres:queue:${queue}`,

  propose(diagnosis) {
    const queue = textFact(diagnosis, "queue");
    // Without a count the event itself named the queue: then the database is asked when the fix is applied.
    const none = numberFact(diagnosis, "dead_count") === 0;
    const proposed = parameters.safeParse({ queue });
    return proposed.success && !none ? proposed.data : null;
  },

  capture: (_context, { queue, limit }) => Promise.resolve({ queue, limit }),

  async apply({ targets, idempotencyKey }, { queue, limit }) {
    const { outcome, count } = await targets.postgres.requeueDeadJobs(idempotencyKey, queue, limit);
    return { outcome, count };
  },

  observe: (context) => observeEffect(context),

  async rollback(context) {
    const { postgres } = context.targets;
    const { outcome, count, run_count } = await postgres.returnJobs(
      context.idempotencyKey,
      keyOf(context, "apply"),
    );
    return { outcome, count, run_count };
  },
};
