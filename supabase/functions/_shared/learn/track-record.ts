import { decayedWeight } from "../statistics/decayed-weight.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** After this time an outcome counts half: applications and platforms change. */
export const EVIDENCE_HALF_LIFE_MS = 90 * DAY_MS;

/**
 * What is known about one (cause, action) from outcomes. The prior is not in it. Counts are weights, not whole numbers, as they
 * stood at `updatedAt`; readers decay them to the moment they ask about.
 */
export interface OutcomeEvidence {
  successes: number;
  failures: number;
  /** ISO 8601. */
  updatedAt: string;
  /** How many projects contributed. Only meaningful for the pool. */
  projects?: number;
}

/**
 * What a record of outcomes is kept about: `pattern:<pattern id>`, `change:configuration`, `change:deployment`, or
 * `category:<category>` for actions that only the facts of the diagnosis suggested.
 */
export type CauseKey = `pattern:${string}` | `change:${string}` | `category:${string}`;

/** One row of the record: `project` is this project's own history, `pool` that of all projects, this one included. */
export interface TrackRecord {
  scope: "project" | "pool";
  causeKey: CauseKey;
  action: string;
  evidence: OutcomeEvidence;
}

/** One reason for which a fix was chosen, as far as its outcome teaches about it. */
export interface CauseBelief {
  causeKey: CauseKey;
  /** Posterior of "works, given that this is the cause", as it was at the decision. */
  alpha: number;
  beta: number;
  /** P(this is the cause), and P(the action resolves the issue | it is not), as they were at the decision. */
  causeProbability: number;
  backgroundProbability: number;
}

/** Successes and failures as they count at `now`; zeros for no record. */
export function decayedEvidence(
  evidence: OutcomeEvidence | null,
  now: Date,
): { successes: number; failures: number } {
  if (!evidence) return { successes: 0, failures: 0 };
  const age = now.getTime() - Date.parse(evidence.updatedAt);
  return {
    successes: decayedWeight(evidence.successes, age, EVIDENCE_HALF_LIFE_MS),
    failures: decayedWeight(evidence.failures, age, EVIDENCE_HALF_LIFE_MS),
  };
}
