import type { ActionContext } from "../actions/action.ts";
import { ActionError } from "../actions/action-error.ts";
import type { AnyAction } from "../actions/catalogue.ts";
import type { Targets } from "../actions/targets/targets.ts";
import { describeError } from "../platform/errors.ts";
import type { Job } from "../platform/jobs.ts";
import type { JsonObject } from "../platform/json.ts";
import type { FixChanges, FixContext } from "./fix.ts";
import { DONE, fixIdOf, type HealWorld, later, leaseAllows, type StepResult } from "./step.ts";
import { actionOf, askTarget } from "./targets.ts";
import { countsNow, episodeOf } from "./verification/counts.ts";

/** Milliseconds until the gate is asked again when it is closed for now: the kill switch, or another fix on the target. */
const GATE_RETRY_MS = 5_000;
/** Calls of a target that can be repeated are repeated this often. */
const MAX_APPLY_ATTEMPTS = 3;
/** An action that breaks for a reason of ours is tried this often: longer, because the reason may be a database that restarts. */
const MAX_BROKEN_ATTEMPTS = 6;
/** Characters of a reason that people read. */
const MAX_REASON_LENGTH = 500;

interface Applying {
  world: HealWorld;
  job: Job;
  context: FixContext;
  action: AnyAction;
  given: ActionContext<Targets>;
}

/**
 * approved -> applying -> verifying. The state before the side effect is stored first; the gate (kill switch, mode, limits, one fix
 * per target) is asked in the same transaction that enters `applying`. A worker that finds a fix in `applying` knows that another
 * one died there: it asks the target what happened before it would touch anything.
 */
export async function applyFix(world: HealWorld, job: Job): Promise<StepResult> {
  const context = await world.fixes.load(fixIdOf(job));
  if (!context || (context.fix.state !== "approved" && context.fix.state !== "applying")) return DONE;
  const found = actionOf(context, "apply", world.targetsOf, world.now());
  if (!found) {
    return await fail(
      world,
      context,
      "not_applied",
      `The project has no action ${context.fix.action} any more.`,
    );
  }
  const applying: Applying = { world, job, context, ...found };
  return context.fix.state === "approved" ? await begin(applying) : await resume(applying);
}

async function begin(applying: Applying): Promise<StepResult> {
  const { world, job, context, action, given } = applying;
  const now = world.now();
  if (!leaseAllows(job, now)) return later(now, 0);
  let before: JsonObject;
  try {
    before = await action.capture(given, context.fix.parameters);
  } catch (error) {
    return await refuse(applying, error);
  }
  const gate = await world.fixes.begin(context.fix.id, before);
  if (!gate.begun) {
    if (!gate.final) return later(now, GATE_RETRY_MS);
    await world.fixes.advance(context.fix.id, "approved", "expired", { reason: sentence(gate.reason) });
    return DONE;
  }
  return await act(applying, before);
}

async function resume(applying: Applying): Promise<StepResult> {
  const { world, context } = applying;
  const { fix } = context;
  const observation = fix.apply_result?.nothing_done_at === undefined
    ? await askTarget(applying, fix, applying.job)
    : "not_applied";
  if (observation === "applied") return await applied(applying, { observed: true });
  if (observation === "unknown") {
    return await fail(
      world,
      context,
      "inconclusive",
      "The call that applies this fix was cut off, and the target cannot tell what happened. A human must look.",
    );
  }
  const closed = await world.fixes.killSwitch(fix.project_id) ?? (context.dry_run ? "dry run is on" : null);
  if (closed) return await fail(world, context, "not_applied", `Nothing was changed: ${closed}.`);
  if (fix.apply_result !== null) {
    await world.fixes.advance(fix.id, "applying", "applying", { apply_result: {} });
  }
  return await act(applying, fix.before_state ?? {});
}

async function act(applying: Applying, before: JsonObject): Promise<StepResult> {
  const { world, job, action, given, context } = applying;
  // The calls before this one may have been slow: a lease that runs out during the side effect would invite a second one.
  if (!leaseAllows(job, world.now())) return later(world.now(), 0);
  let result: JsonObject;
  try {
    result = await action.apply(given, context.fix.parameters, before);
  } catch (error) {
    return await refuse(applying, error);
  }
  return await applied(applying, result);
}

async function applied({ world, context, action }: Applying, result: JsonObject): Promise<StepResult> {
  const now = world.now();
  const from = new Date(now.getTime() + action.expectedRecoveryMs);
  const changes: FixChanges = {
    apply_result: result,
    applied_at: now.toISOString(),
    verify_from: from.toISOString(),
    verify_until: new Date(from.getTime() + action.verificationWindowMs).toISOString(),
    // The counts that this step began with: what came before the fix.
    verification: { at_apply: countsNow(context), episode: episodeOf(context) },
  };
  await world.fixes.advance(context.fix.id, "applying", "verifying", changes);
  return DONE;
}

/** An action that could not do its work. What certainly did nothing may be tried again; what may have done something is asked. */
async function refuse({ world, job, context }: Applying, error: unknown): Promise<StepResult> {
  if (!(error instanceof ActionError)) {
    if (job.attempt < MAX_BROKEN_ATTEMPTS) throw error;
    const reason = `The action broke and a human must look: ${describeError(error).message}`;
    return await fail(world, context, "inconclusive", reason.slice(0, MAX_REASON_LENGTH));
  }
  // Thrown, not postponed: the queue counts failed attempts, so that they end.
  if (error.effect === "unknown") {
    if (job.attempt < MAX_APPLY_ATTEMPTS) throw error;
    return await fail(
      world,
      context,
      "inconclusive",
      `${error.message} It is not known whether the fix was applied: a human must look.`,
    );
  }
  if (error.retry && job.attempt < MAX_APPLY_ATTEMPTS) {
    // The next attempt need not ask a target that perhaps cannot tell.
    const apply_result = { nothing_done_at: world.now().toISOString() };
    await world.fixes.advance(context.fix.id, "applying", "applying", { apply_result });
    throw error;
  }
  return await fail(world, context, "not_applied", error.message);
}

async function fail(
  world: HealWorld,
  context: FixContext,
  outcome: "not_applied" | "inconclusive",
  reason: string,
): Promise<StepResult> {
  const { id } = context.fix;
  const changes: FixChanges = { outcome, reason };
  // What may have happened counts for the target's limits as if it had.
  if (outcome === "inconclusive") changes.applied_at = world.now().toISOString();
  // The fix may have entered `applying` since the context was read.
  for (const from of ["applying", "approved"] as const) {
    if (await world.fixes.advance(id, from, "failed", changes)) break;
  }
  return DONE;
}

function sentence(reason: string): string {
  return `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
}
