import {
  type CauseBelief,
  type CauseKey,
  decayedEvidence,
  type OutcomeEvidence,
  type TrackRecord,
} from "./track-record.ts";

/**
 * `succeeded` and `not_resolved` (rolled back or failed) come from verification. `relapsed`: the issue came back soon after a success
 * that had been counted, so the fix hid it. `dismissed`: a human refused the proposal. A fix that was undone for another reason (kill
 * switch, target down) teaches nothing: make no lesson of it.
 */
export type Outcome = "succeeded" | "not_resolved" | "inconclusive" | "dismissed" | "relapsed";

/** What an outcome counts, before it is shared among the causes that were believed. */
export const OUTCOME_WEIGHTS: Record<Outcome, { success: number; failure: number }> = {
  succeeded: { success: 1, failure: 0 },
  not_resolved: { success: 0, failure: 1 },
  // Little, and no direction: what always ends inconclusive drifts toward not knowing.
  inconclusive: { success: 0.05, failure: 0.05 },
  // A reviewer may dismiss a right fix because the moment is wrong, so an opinion weighs less than a measurement.
  dismissed: { success: 0, failure: 0.3 },
  relapsed: { success: 0, failure: 1 },
};

export interface LessonInput {
  now: Date;
  outcome: Outcome;
  /** The action, the causes it was chosen for, and its probability before calibration, from the decision's record. */
  candidate: { action: string; sources: readonly CauseBelief[]; rawProbability: number };
  /** The rows as they are; a missing one means no outcome yet. */
  records: readonly TrackRecord[];
}

export interface Lesson {
  /** Rows to store in place of the old ones, decayed to `now`. */
  updates: TrackRecord[];
  /** For the calibration map; null when the outcome says nothing about the probability. */
  forecast: { confidence: number; success: boolean } | null;
  sentence: string;
}

/**
 * What one outcome changes in the track records, for the project and for the pool.
 *
 * An outcome is shared by responsibility, as in expectation maximisation: a success is credited in so far as the cause was right, and a
 * failure is blamed on the action only in so far as the cause was right and the action still failed. A fix that failed because the
 * pattern did not fit says little about the action. With several sources, each gets its share of the belief.
 *
 * @example
 * // A certain cause takes the whole outcome: successes 1 in both scopes.
 * lesson({ now, outcome: "succeeded", candidate: { action: "configuration.revert", rawProbability: 0.9, sources: [
 *   { causeKey: "pattern:1", alpha: 9, beta: 1, causeProbability: 1, backgroundProbability: 0 } ] }, records: [] });
 */
export function lesson(input: LessonInput): Lesson {
  const weights = OUTCOME_WEIGHTS[input.outcome];
  const shares = shareOut(input.candidate.sources);
  const updates = input.candidate.sources.flatMap((source, index) => {
    const share = shares[index] ?? 0;
    const { onSuccess, onFailure } = responsibility(source);
    const gain = {
      success: weights.success * onSuccess * share,
      failure: weights.failure * onFailure * share,
    };
    return (["project", "pool"] as const).map((scope) => update(input, source.causeKey, scope, gain));
  });
  return {
    updates,
    forecast: forecast(input),
    sentence: sentence(input, updates),
  };
}

function update(
  input: LessonInput,
  causeKey: CauseKey,
  scope: TrackRecord["scope"],
  gain: { success: number; failure: number },
): TrackRecord {
  const { action } = input.candidate;
  const find = (where: TrackRecord["scope"]) =>
    input.records.find((row) => row.scope === where && row.causeKey === causeKey && row.action === action)
      ?.evidence ?? null;
  const old = decayedEvidence(find(scope), input.now);
  const evidence: OutcomeEvidence = {
    successes: old.successes + gain.success,
    failures: old.failures + gain.failure,
    updatedAt: input.now.toISOString(),
  };
  // A project that has a row of its own was counted when it got that row.
  if (scope === "pool") evidence.projects = (find("pool")?.projects ?? 0) + (find("project") ? 0 : 1);
  return { scope, causeKey, action, evidence };
}

/** Shares of the sources in the belief that the fix would work; they sum to 1. */
function shareOut(sources: readonly CauseBelief[]): number[] {
  const beliefs = sources.map((source) =>
    source.causeProbability * (source.alpha / (source.alpha + source.beta))
  );
  const total = beliefs.reduce((sum, belief) => sum + belief, 0);
  return beliefs.map((belief) => (total > 0 ? belief / total : 1 / sources.length));
}

/** P(the cause was right | the outcome), by Bayes. */
function responsibility(source: CauseBelief): { onSuccess: number; onFailure: number } {
  const works = source.alpha / (source.alpha + source.beta);
  const background = Math.min(source.backgroundProbability, works);
  const cause = source.causeProbability;
  const share = (right: number, wrong: number) => (right + wrong > 0 ? right / (right + wrong) : 0);
  return {
    onSuccess: share(cause * works, (1 - cause) * background),
    onFailure: share(cause * (1 - works), (1 - cause) * (1 - background)),
  };
}

function forecast({ outcome, candidate }: LessonInput): Lesson["forecast"] {
  // A dismissal is a choice, not a measurement; whoever stores a relapse corrects the pair of the success before it.
  if (outcome === "inconclusive" || outcome === "dismissed") return null;
  return { confidence: candidate.rawProbability, success: outcome === "succeeded" };
}

const SAYS: Record<Outcome, string> = {
  succeeded: "resolved the issue",
  not_resolved: "did not resolve the issue",
  inconclusive: "could not be judged, which teaches little",
  dismissed: "was dismissed by a human",
  relapsed: "did not last: the issue came back",
};

function sentence(input: LessonInput, updates: readonly TrackRecord[]): string {
  const records = updates.filter((row) => row.scope === "project").map((row) => {
    const { successes, failures } = row.evidence;
    return `${row.causeKey} now stands at ${successes.toFixed(1)} successes and ${
      failures.toFixed(1)
    } failures in this project`;
  });
  return [`${input.candidate.action} ${SAYS[input.outcome]}`, ...records].join("; ") + ".";
}
