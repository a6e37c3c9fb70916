import { ActionError } from "../actions/action-error.ts";
import { describeError } from "../platform/errors.ts";
import type { Job } from "../platform/jobs.ts";
import type { JsonObject } from "../platform/json.ts";
import type { FixContext } from "./fix.ts";
import { DONE, fixIdOf, type HealWorld, later, leaseAllows, type StepResult } from "./step.ts";
import { actionOf, askTarget } from "./targets.ts";

const SWITCH_RETRY_MS = 5_000;
const MAX_ROLLBACK_ATTEMPTS = 5;

/**
 * rolling_back -> rolled_back | failed. The attempt is noted before the side effect: a worker that finds the note asks the target
 * first. The kill switch holds here as well, except for a rollback that a person ordered.
 */
export async function rollBackFix(world: HealWorld, job: Job): Promise<StepResult> {
  const context = await world.fixes.load(fixIdOf(job));
  if (!context || context.fix.state !== "rolling_back") return DONE;
  const { fix } = context;
  const now = world.now();
  const found = actionOf(context, "rollback", world.targetsOf, now);
  if (!found) return await giveUp(world, context, `The project has no action ${fix.action} any more.`);
  const { action, given } = found;
  const before = fix.before_state ?? {};

  if (fix.outcome !== "overridden" && await world.fixes.killSwitch(fix.project_id)) {
    return later(now, SWITCH_RETRY_MS);
  }

  if (fix.rollback_result?.begun_at !== undefined) {
    const observation = await askTarget(found, fix, job);
    if (observation === "applied") {
      return await rolledBack(world, context, { ...fix.rollback_result, observed: true });
    }
    if (observation === "unknown") {
      return await giveUp(
        world,
        context,
        "It is not known whether the rollback took place: a human must look.",
      );
    }
  }
  const note = (rollback_result: JsonObject) =>
    world.fixes.advance(fix.id, "rolling_back", "rolling_back", { rollback_result });
  if (!leaseAllows(job, world.now())) return later(world.now(), 0);
  await note({ begun_at: now.toISOString() });
  try {
    return await rolledBack(world, context, await action.rollback(given, fix.parameters, before));
  } catch (error) {
    if (!(error instanceof ActionError)) {
      if (job.attempt < MAX_ROLLBACK_ATTEMPTS) throw error;
      return await giveUp(
        world,
        context,
        `The rollback broke: ${describeError(error).message}`.slice(0, 500),
      );
    }
    if ((error.retry || error.effect === "unknown") && job.attempt < MAX_ROLLBACK_ATTEMPTS) {
      // What certainly did nothing is tried again without asking a target that perhaps cannot tell.
      if (error.effect === "none") await note({});
      throw error;
    }
    return await giveUp(world, context, `The rollback failed: ${error.message}`);
  }
}

async function rolledBack(
  world: HealWorld,
  { fix }: FixContext,
  result: JsonObject,
): Promise<StepResult> {
  await world.fixes.advance(fix.id, "rolling_back", "rolled_back", { rollback_result: result });
  return DONE;
}

async function giveUp(world: HealWorld, { fix }: FixContext, reason: string): Promise<StepResult> {
  await world.fixes.advance(fix.id, "rolling_back", "failed", { reason });
  return DONE;
}
