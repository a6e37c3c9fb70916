import { betaQuantile } from "../statistics/beta-quantile.ts";
import { decayedWeight } from "../statistics/decayed-weight.ts";
import { EVIDENCE_HALF_LIFE_MS } from "./track-record.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Fixes and projects that must agree before a pattern is shared. */
export const PROMOTION_FIXES = 2;
export const PROMOTION_PROJECTS = 2;
/** Share of successes that counts as agreeing. */
export const PROMOTION_SUCCESS_SHARE = 0.6;
/** A learnt pattern that nothing has matched for so long is deprecated. */
export const STALE_AFTER_MS = 180 * DAY_MS;
/** A pattern is deprecated as wrong when it surely (by `CONFIDENCE_QUANTILE`) succeeds less often than this. */
export const WRONG_BELOW = 0.3;
/** Confidence is the share of successes that is reached with a probability of 1 minus this. */
const CONFIDENCE_QUANTILE = 0.2;

/** What is known of a pattern over all projects. */
export interface PatternStats {
  /**
   * `builtin` patterns come with Prunella: they need no promotion and do not become stale. `imported` ones somebody chose to bring:
   * they need no promotion either.
   */
  source: "builtin" | "learnt" | "imported";
  /** Weighted outcomes as they stood at `updatedAt`. */
  successes: number;
  failures: number;
  /** ISO 8601. */
  updatedAt: string;
  projectCount: number;
  /** When it last matched an issue; null for never. ISO 8601. */
  lastUsedAt: string | null;
  /** When it was made. ISO 8601. */
  createdAt: string;
}

export interface PatternStanding {
  /** 0..1, cautious: few outcomes give a low one. */
  confidence: number;
  /** `candidate`: not shared yet. */
  status: "candidate" | "active" | "deprecated";
  reasons: string[];
}

/**
 * Confidence and standing of a universal pattern. Confidence is the lower 20 % quantile of Beta(1 + successes, 1 + failures), decayed
 * to `now`: it rises with every success, falls with every failure, and returns to not knowing when nothing happens. A deprecated
 * pattern that succeeds again comes back by the same rules.
 *
 * @example
 * // Eight successes, two failures, all of them today: confidence 0.65
 * patternStanding({ source: "learnt", successes: 8, failures: 2, projectCount: 3, ... }, now).status; // "active"
 */
export function patternStanding(stats: PatternStats, now: Date): PatternStanding {
  const age = now.getTime() - Date.parse(stats.updatedAt);
  const successes = decayedWeight(stats.successes, age, EVIDENCE_HALF_LIFE_MS);
  const failures = decayedWeight(stats.failures, age, EVIDENCE_HALF_LIFE_MS);
  const confidence = betaQuantile(CONFIDENCE_QUANTILE, 1 + successes, 1 + failures);
  const reasons: string[] = [];
  if (betaQuantile(1 - CONFIDENCE_QUANTILE, 1 + successes, 1 + failures) < WRONG_BELOW) {
    reasons.push(`Its fixes fail: ${round(successes)} successes and ${round(failures)} failures.`);
    return { confidence, status: "deprecated", reasons };
  }
  if (stats.source === "builtin") {
    return { confidence, status: "active", reasons: ["It is built in and not proven wrong."] };
  }
  const unusedMs = now.getTime() - Date.parse(stats.lastUsedAt ?? stats.createdAt);
  if (unusedMs > STALE_AFTER_MS) {
    reasons.push(`It has matched nothing for ${Math.floor(unusedMs / DAY_MS)} days.`);
    return { confidence, status: "deprecated", reasons };
  }
  if (stats.source === "imported") {
    return { confidence, status: "active", reasons: ["It was imported and is not proven wrong."] };
  }
  const missing = missingForPromotion(stats);
  return missing.length === 0
    ? { confidence, status: "active", reasons: [`Fixes agree across ${stats.projectCount} projects.`] }
    : { confidence, status: "candidate", reasons: missing };
}

/**
 * What a learnt pattern lacks to be shared with all projects; empty when it is ready. Counts here are not decayed: agreement once
 * reached is not lost by waiting, staleness is judged apart.
 */
export function missingForPromotion(
  stats: Pick<PatternStats, "successes" | "failures" | "projectCount">,
): string[] {
  const missing: string[] = [];
  if (stats.successes < PROMOTION_FIXES) {
    missing.push(`It needs ${PROMOTION_FIXES} similar fixes that worked and has ${round(stats.successes)}.`);
  }
  if (stats.projectCount < PROMOTION_PROJECTS) {
    missing.push(`It needs to be seen in ${PROMOTION_PROJECTS} projects and was in ${stats.projectCount}.`);
  }
  const total = stats.successes + stats.failures;
  if (total > 0 && stats.successes / total < PROMOTION_SUCCESS_SHARE) {
    missing.push(`Its fixes do not agree: ${round(stats.failures)} of ${round(total)} failed.`);
  }
  return missing;
}

const round = (value: number) => String(Math.round(value * 10) / 10);
