import { z } from "zod";
import { CATALOGUE } from "../actions/catalogue.ts";
import { CATEGORIES, type Category, SEVERITIES, type Severity } from "../diagnose/diagnosis.ts";
import { matchConditions } from "../diagnose/match.ts";
import { guessCategory } from "../diagnose/patterns/guess-category.ts";
import { patternMatchSchema } from "../diagnose/patterns/pattern.ts";
import { shapeOf } from "../diagnose/patterns/shape.ts";
import { readEvent } from "../diagnose/reading/reading.ts";
import type { Outcome } from "../learn/lesson.ts";
import { patternsOf } from "../learn/patterns/standing.ts";
import { type Judgement, keepObservation, learnPattern, refreshPattern } from "../learn/patterns/store.ts";
import type { Choice } from "../learn/store.ts";
import { callRpc, type RpcClient } from "../platform/rpc.ts";
import type { ErrorEvent } from "../signals/event.ts";

/** From here on a pattern explains the error, even if it did not suggest the fix: what is learnt belongs to it. */
const EXPLAINED_BY = 0.6;
/** A learnt pattern must know the error again that it was learnt from at least this well. */
const KNOWN_AGAIN = 0.5;

const contextSchema = z.object({
  project_id: z.number(),
  action: z.string(),
  diagnosis: z.looseObject({
    category: z.enum(CATEGORIES),
    severity: z.enum(SEVERITIES),
    patterns: z.array(z.object({ slug: z.string(), strength: z.number() })).default([]),
  }).nullable(),
  event: z.custom<ErrorEvent>((value) => typeof value === "object" && value !== null && "exceptions" in value)
    .nullable(),
});

/** Opinions and riddles show nothing about the error. */
const SHOWS: Partial<Record<Outcome, boolean>> = { succeeded: true, not_resolved: false, relapsed: false };

/** What learning asks of diagnosis. The event, where there is one, must be known again. */
export function judgementOf(event: ErrorEvent | null): Judgement {
  return {
    guess: guessCategory,
    isValid(conditions) {
      const parsed = patternMatchSchema.safeParse(conditions);
      if (!parsed.success || event === null) return parsed.success;
      return (matchConditions(readEvent(event), parsed.data)?.strength ?? 0) >= KNOWN_AGAIN;
    },
  };
}

/**
 * What the outcome of a fix shows about errors of its kind. With a pattern it is one more outcome of that pattern; without one it is a
 * candidate, and with similar candidates of other projects it becomes a pattern. May be repeated: everything in it happens once.
 */
export async function learnPatterns(
  client: RpcClient,
  fixId: number,
  choice: Choice,
  outcome: Outcome,
  now: Date,
): Promise<void> {
  const success = SHOWS[outcome];
  if (success === undefined) return;
  const context = await callRpc(client, "observation_context", { p_fix_id: fixId }, contextSchema.nullable());
  if (!context?.event || !context.diagnosis) return;
  const { event, diagnosis, action, project_id: projectId } = context;
  const shape = shapeOf(event, diagnosis satisfies { category: Category; severity: Severity });
  const explained = diagnosis.patterns.find(({ strength }) => strength >= EXPLAINED_BY)?.slug;
  const patternSlug = patternsOf(choice.sources)[0] ?? explained ?? null;
  // Names of runbooks belong to one project.
  const shareable = CATALOGUE.some(({ name }) => name === action);
  const id = await keepObservation(client, { fixId, outcome, success, shareable, shape, patternSlug });
  if (patternSlug !== null) {
    // The whole history of the pattern is judged there, so no single event has to be known again.
    await refreshPattern(client, patternSlug, judgementOf(null), now);
  } else if (success && shareable) {
    await learnPattern(client, { id, projectId, action, shareable, success, shape }, judgementOf(event), now);
  }
}
