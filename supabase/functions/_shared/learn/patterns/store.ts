import { z } from "zod";
import { callRpc, type RpcClient } from "../../platform/rpc.ts";
import { patternStanding } from "../pattern-confidence.ts";
import { anonymousExamples } from "./anonymity.ts";
import { agreedActions, clusterAround, tally } from "./cluster.ts";
import { describe } from "./describe.ts";
import { conditionsOf, type LearntConditions } from "./generalise.ts";
import { type Observation, type Shape, shapeSchema, tokensOf } from "./shape.ts";
import { findSplit } from "./split.ts";
import { loadStats } from "./standing.ts";

/** What learning asks of diagnosis, which stands above it. */
export interface Judgement {
  /** The category of a fault with these words. */
  guess(words: readonly string[]): string;
  /** Whether conditions are valid as those of a pattern. */
  isValid(conditions: LearntConditions): boolean;
}

/** Candidates that are compared with a new one: those that share most with it. */
const SIMILAR_LIMIT = 60;
/** Observations of a pattern that its examples and a split are judged by. */
const EVIDENCE_LIMIT = 300;

const observationsSchema = z.array(
  z.object({
    id: z.number(),
    project_id: z.number(),
    action: z.string(),
    shareable: z.boolean(),
    success: z.boolean(),
    shape: shapeSchema,
  }).transform(({ project_id, ...rest }): Observation => ({ ...rest, projectId: project_id })),
);

/** Keeps what a fix showed, once per fix and outcome; `patternSlug` is null for a candidate. Returns its id. */
export async function keepObservation(
  client: RpcClient,
  { fixId, outcome, success, shareable, shape, patternSlug }: {
    fixId: number;
    outcome: string;
    success: boolean;
    shareable: boolean;
    shape: Shape;
    patternSlug: string | null;
  },
): Promise<number> {
  return await callRpc(client, "record_observation", {
    p_fix_id: fixId,
    p_observation: {
      outcome,
      success,
      shareable,
      shape,
      tokens: tokensOf(shape),
      pattern_slug: patternSlug,
    },
  }, z.number());
}

/**
 * Looks whether a new candidate completes an agreement: enough similar fixes of enough projects. If so they become a pattern.
 *
 * @returns its slug; null when there is no agreement yet, or another fix made the pattern a moment ago
 */
export async function learnPattern(
  client: RpcClient,
  about: Observation,
  judgement: Judgement,
  now: Date,
): Promise<string | null> {
  const others = await callRpc(
    client,
    "similar_observations",
    { p_observation_id: about.id, p_limit: SIMILAR_LIMIT },
    observationsSchema,
  );
  const pattern = patternFrom(clusterAround(about, others), judgement, now);
  if (pattern === null) return null;
  return await callRpc(client, "store_pattern", {
    p_pattern: pattern,
    p_reason: "Similar fixes of several projects agree.",
  }, z.string().nullable());
}

/** A row of `universal_error_patterns` to be, with what it rests on. */
export interface NewPattern {
  slug: string;
  status: string;
  category: string;
  severity: string;
  title: string;
  explanation: string;
  match: LearntConditions;
  actions: { action: string; prior: { alpha: number; beta: number }; reason: string }[];
  confidence: number;
  success_count: number;
  failure_count: number;
  project_count: number;
  observation_ids: number[];
  examples: ReturnType<typeof anonymousExamples>;
}

/** The pattern that these observations make, or null while they do not agree or have too little in common. */
export function patternFrom(
  observations: readonly Observation[],
  judgement: Judgement,
  now: Date,
): NewPattern | null {
  return agreedActions(observations).length === 0 ? null : makePattern(observations, judgement, now);
}

function makePattern(
  observations: readonly Observation[],
  judgement: Judgement,
  now: Date,
  narrow: (match: LearntConditions) => LearntConditions = (match) => match,
): NewPattern | null {
  const general = conditionsOf(observations);
  const match = general && narrow(general);
  if (match === null || !judgement.isValid(match)) return null;
  const actions = agreedActions(observations);
  const { successes, failures, projectCount } = tally(observations);
  const at = now.toISOString();
  const { status, confidence } = patternStanding({
    source: "learnt",
    successes,
    failures,
    projectCount,
    updatedAt: at,
    lastUsedAt: at,
    createdAt: at,
  }, now);
  return {
    ...describe(match, actions, observations, judgement.guess),
    status,
    confidence,
    match,
    actions,
    success_count: successes,
    failure_count: failures,
    project_count: projectCount,
    observation_ids: observations.map(({ id }) => id),
    examples: anonymousExamples(observations),
  };
}

/**
 * After a new outcome of a pattern: its examples are told anew, a learnt one takes up actions that work on it, and one that lumps two
 * causes together is split.
 */
export async function refreshPattern(
  client: RpcClient,
  slug: string,
  judgement: Judgement,
  now: Date,
): Promise<void> {
  const [stats] = await loadStats(client, [slug]);
  if (!stats) return;
  const observations = await callRpc(
    client,
    "pattern_evidence",
    { p_slug: slug, p_limit: EVIDENCE_LIMIT },
    observationsSchema,
  );
  if (
    stats.source === "learnt" && !stats.held && await splitPattern(client, slug, observations, judgement, now)
  ) {
    return;
  }
  await callRpc(client, "store_pattern_examples", {
    p_slug: slug,
    p_examples: anonymousExamples(observations),
  }, z.unknown());
  // The priors of its first actions stay: later outcomes are in the track records, and would count twice here.
  const known = new Set(stats.actions.map(({ action }) => action));
  const more = agreedActions(observations).filter(({ action }) => !known.has(action));
  if (stats.source === "learnt" && more.length > 0) {
    await callRpc(client, "change_pattern", {
      p_slug: slug,
      p_changes: { actions: [...stats.actions, ...more] },
      p_reason: `Projects agree on ${more.map(({ action }) => action).join(" and ")} too.`,
    }, z.boolean());
  }
}

/** Makes two patterns of one whose fixes work only under a condition. Returns whether it did. */
async function splitPattern(
  client: RpcClient,
  slug: string,
  observations: readonly Observation[],
  judgement: Judgement,
  now: Date,
): Promise<boolean> {
  const sides = splitSides(observations, judgement, now);
  if (sides === null || sides.patterns.some((side) => side.slug === slug)) return false;
  return await callRpc(client, "split_pattern", {
    p_slug: slug,
    p_patterns: sides.patterns,
    p_reason: sides.why,
  }, z.boolean());
}

/** The two patterns into which one that lumps falls, or null where it does not. */
export function splitSides(
  observations: readonly Observation[],
  judgement: Judgement,
  now: Date,
): { patterns: NewPattern[]; why: string } | null {
  const split = findSplit(observations);
  if (split === null) return null;
  const [word] = split.clause.messages ?? [];
  const general = conditionsOf(split.holds);
  // Wording can only narrow where it is in the phrase that the errors have in common.
  if (word !== undefined && !general?.anyOf[0]?.messages?.[0]?.split(/[\s*]+/).includes(word)) return null;
  const { messages: _, ...clause } = split.clause;
  // The side on which nothing works becomes a pattern too: it is known then that nothing is known for it.
  const patterns = [
    makePattern(split.holds, judgement, now, (match) => ({
      anyOf: match.anyOf.map((each) => ({ ...each, ...clause })),
    })),
    makePattern(split.fails, judgement, now, (match) => ({ ...match, noneOf: [split.clause] })),
  ].filter((pattern) => pattern !== null);
  return patterns.length === 2 ? { patterns, why: split.why } : null;
}
