import { z } from "zod";
import type { Job } from "../platform/jobs.ts";
import type { JsonObject } from "../platform/json.ts";
import type { FixContext } from "./fix.ts";
import { DONE, fixIdOf, type HealWorld, later, type StepResult } from "./step.ts";
import { actionOf, askTarget } from "./targets.ts";
import {
  beforeWindow,
  type Counts,
  countsNow,
  countsSchema,
  episodeSchema,
  exposureBetween,
} from "./verification/counts.ts";
import { startVerification, updateVerification } from "./verification/sequential-test.ts";
import type { VerificationState } from "./verification/types.ts";

/** Looks come often at first, when most fixes show what they are, and then at a fifth of the time that has passed. */
const FIRST_LOOK_MS = 400;
const LOOK_SHARE = 0.2;
const LONGEST_BETWEEN_LOOKS_MS = 15_000;
/** Runbooks may say that they need no time at all; the test needs some. */
const SHORTEST_WINDOW_MS = 1_000;

/** `auto_fixes.verification`: the counts and the episode when the fix was applied, the counts when its effect was there, and the running test. */
const verificationSchema = z.object({
  at_apply: countsSchema,
  episode: episodeSchema.optional(),
  baseline: countsSchema.optional(),
  exposure_of: z.enum(["requests", "sessions", "seconds"]).optional(),
  state: z.custom<VerificationState>((value) => typeof value === "object" && value !== null).optional(),
});
type Verification = z.infer<typeof verificationSchema>;

/**
 * verifying -> succeeded | rolling_back | failed. First waits until the target shows the effect (an index may take minutes to
 * build), then compares the rate with the one before, look by look, until the evidence suffices or the window ends.
 */
export async function verifyFix(world: HealWorld, job: Job): Promise<StepResult> {
  const context = await world.fixes.load(fixIdOf(job));
  if (!context || context.fix.state !== "verifying") return DONE;
  const { fix } = context;
  if (fix.informational) {
    await world.fixes.advance(fix.id, "verifying", "succeeded", {
      outcome: "informed",
      reason: "People were informed.",
    });
    return DONE;
  }
  const verification = verificationSchema.parse(fix.verification);
  return verification.state && verification.baseline
    ? await look(world, context, {
      ...verification,
      baseline: verification.baseline,
      state: verification.state,
    })
    : await start(world, job, context, verification);
}

async function start(
  world: HealWorld,
  job: Job,
  context: FixContext,
  verification: Verification,
): Promise<StepResult> {
  const { fix } = context;
  const now = world.now();
  const found = actionOf(context, "apply", world.targetsOf, now);
  if (!found) {
    return await takeBack(
      world,
      context,
      "inconclusive",
      `The project has no action ${fix.action} any more.`,
    );
  }
  // Where the target does not tell, the errors will.
  const observation = await askTarget(found, fix, job);
  if (observation === "not_applied") {
    if (now.getTime() < Date.parse(fix.verify_until ?? context.now)) {
      return later(now, pause(context, fix.verify_from));
    }
    return await takeBack(world, context, "inconclusive", "The target did not show the effect in time.");
  }
  const before = beforeWindow(context, verification.at_apply, verification.episode);
  const { exposureOf, ...window } = before;
  const windowMs = Math.max(SHORTEST_WINDOW_MS, found.action.verificationWindowMs);
  const state = startVerification(window, { windowMs });
  await world.fixes.saveVerification(fix.id, {
    ...verification,
    baseline: { ...countsNow(context) },
    exposure_of: exposureOf,
    state: asJson(state),
  });
  return later(now, FIRST_LOOK_MS);
}

async function look(
  world: HealWorld,
  context: FixContext,
  verification: Verification & { baseline: Counts; state: VerificationState },
): Promise<StepResult> {
  const { fix } = context;
  const { baseline, state, exposure_of: exposureOf = "seconds" } = verification;
  const counts = countsNow(context);
  const result = updateVerification(state, {
    errors: Math.max(0, counts.errors - baseline.errors),
    exposure: exposureBetween(baseline, counts, exposureOf),
    elapsedMs: Math.max(0, Date.parse(counts.at) - Date.parse(baseline.at)),
  });
  const kept: JsonObject = {
    ...verification,
    state: asJson(result.state),
    evidence: asJson(result.evidence),
    sentence: result.sentence,
  };
  switch (result.verdict) {
    case "continue":
      await world.fixes.saveVerification(fix.id, kept);
      return later(world.now(), pause(context, baseline.at));
    case "resolved":
      await world.fixes.advance(fix.id, "verifying", "succeeded", {
        outcome: "succeeded",
        reason: result.sentence,
        verification: kept,
      });
      return DONE;
    case "not_resolved":
    case "inconclusive":
      return await takeBack(world, context, result.verdict, result.sentence, kept);
  }
}

/** What did not help is not left in place; what cannot be taken back ends as failed, and says so. */
async function takeBack(
  world: HealWorld,
  { fix }: FixContext,
  outcome: "not_resolved" | "inconclusive",
  reason: string,
  verification?: JsonObject,
): Promise<StepResult> {
  await world.fixes.advance(fix.id, "verifying", fix.reversible ? "rolling_back" : "failed", {
    outcome,
    reason: fix.reversible ? reason : `${reason} The action cannot be taken back.`,
    ...(verification && { verification }),
  });
  return DONE;
}

function pause(context: FixContext, since: string | null): number {
  const elapsed = since === null ? 0 : Date.parse(context.now) - Date.parse(since);
  return Math.min(LONGEST_BETWEEN_LOOKS_MS, Math.max(FIRST_LOOK_MS, elapsed * LOOK_SHARE));
}

/** States of the test are plain JSON by contract; this says so to the compiler by making it so. */
function asJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}
