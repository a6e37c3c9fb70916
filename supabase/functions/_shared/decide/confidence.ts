import { decayedEvidence } from "../learn/track-record.ts";
import { betaMean } from "../statistics/beta-mean.ts";
import { betaQuantile } from "../statistics/beta-quantile.ts";
import type { CandidateSource, CauseKey, ConfidenceBreakdown, OutcomeEvidence, Prior } from "./types.ts";

/** The most outcomes that a prior may be worth: a bet, however sure, gives way to what is measured. */
export const PRIOR_WEIGHT_CAP = 12;
/** The most outcomes that the pool, its prior included, is worth against a project's own history. */
export const POOL_WEIGHT_CAP = 20;
/** Each further project may add this much of it, so that a single one cannot speak for all. */
export const POOL_WEIGHT_PER_PROJECT = 8;

export interface SourceInput {
  kind: CandidateSource["kind"];
  causeKey: CauseKey;
  patternId: string | null;
  prior: Prior & { from: string };
  /** All projects, this one included; null when nothing is known. */
  pool: OutcomeEvidence | null;
  project: OutcomeEvidence | null;
  /** P(this is the cause), 0..1. */
  causeProbability: number;
  /** P(the action resolves the issue | this is not the cause), 0..1. */
  backgroundProbability: number;
}

/**
 * How likely one action resolves one issue, by one reason to believe in it.
 *
 * 1. The catalogue's prior is a Beta of small weight. 2. Other projects' outcomes (the pool without this project's share), decayed,
 *    move it. 3. Prior and pool together enter as the prior of this project, their weight capped: a project with little history is
 *    shrunk toward the pool, one with much history speaks for itself. 4. The project's own outcomes, decayed, are added. 5. The law of
 *    total probability over "this is the cause" or not gives the probability.
 *
 * Calibration comes after sources are merged, in `candidates.ts`.
 *
 * @example
 * // A prior of 0.9 that nothing has tested yet, on a certain match:
 * sourceConfidence({ kind: "pattern", causeKey: "pattern:1", patternId: "1", prior: { alpha: 9, beta: 1, from: "catalogue" },
 *   pool: null, project: null, causeProbability: 1, backgroundProbability: 0 }, new Date()).probability; // 0.9
 */
export function sourceConfidence(input: SourceInput, now: Date): CandidateSource {
  const project = decayedEvidence(input.project, now);
  const all = decayedEvidence(input.pool, now);
  const pool = {
    successes: Math.max(0, all.successes - project.successes),
    failures: Math.max(0, all.failures - project.failures),
  };
  const projects = Math.max(0, (input.pool?.projects ?? 1) - (input.project ? 1 : 0));
  const prior = cappedPrior(input.prior);
  const pooled = { alpha: prior.alpha + pool.successes, beta: prior.beta + pool.failures };
  const total = pooled.alpha + pooled.beta;
  const priorWeight = prior.alpha + prior.beta;
  const allowed = Math.max(
    priorWeight,
    Math.min(POOL_WEIGHT_CAP, priorWeight + POOL_WEIGHT_PER_PROJECT * projects),
  );
  const scale = Math.min(1, allowed / total);
  const alpha = pooled.alpha * scale + project.successes;
  const beta = pooled.beta * scale + project.failures;
  const works = betaMean(alpha, beta);
  const cause = clamp(input.causeProbability, 0, 1);
  const background = clamp(input.backgroundProbability, 0, 1);
  const probability = resolveProbability(works, cause, background);
  const breakdown: ConfidenceBreakdown = {
    prior: input.prior,
    pool: { ...pool, weightUsed: total * scale, mean: betaMean(pooled.alpha, pooled.beta) },
    project,
    posterior: {
      alpha,
      beta,
      mean: works,
      low: betaQuantile(0.05, alpha, beta),
      high: betaQuantile(0.95, alpha, beta),
    },
    causeProbability: cause,
    backgroundProbability: background,
    probability,
    sentence: sentence(input, pool, project, works, probability),
  };
  return {
    kind: input.kind,
    causeKey: input.causeKey,
    patternId: input.patternId,
    alpha,
    beta,
    causeProbability: cause,
    backgroundProbability: background,
    probability,
    breakdown,
  };
}

function cappedPrior({ alpha, beta }: Prior): Prior {
  if (!(alpha > 0 && beta > 0)) {
    throw new RangeError(`a prior needs alpha and beta above 0, got ${alpha} and ${beta}`);
  }
  const scale = Math.min(1, PRIOR_WEIGHT_CAP / (alpha + beta));
  return { alpha: alpha * scale, beta: beta * scale };
}

/** Law of total probability: the action works on its cause with `works`, on anything else with `background`. */
export function resolveProbability(works: number, cause: number, background: number): number {
  // An action never works better when it is aimed at the wrong cause.
  return cause * works + (1 - cause) * Math.min(background, works);
}

function sentence(
  input: SourceInput,
  pool: { successes: number; failures: number },
  project: { successes: number; failures: number },
  works: number,
  probability: number,
): string {
  const cause = input.kind === "pattern"
    ? `the pattern explains it with ${percent(input.causeProbability)}`
    : input.kind === "change"
    ? `the change is the cause with ${percent(input.causeProbability)}`
    : input.kind === "model"
    ? "a language model proposes it"
    : "only the facts of the diagnosis suggest it";
  return `${percent(probability)}: ${cause}; then the action works with ${percent(works)} ` +
    `(${input.prior.from} ${percent(betaMean(input.prior.alpha, input.prior.beta))}, other projects ${
      outcomes(pool)
    }, this project ${outcomes(project)}).`;
}

const percent = (share: number) => `${Math.round(share * 100)} %`;
const outcomes = (counts: { successes: number; failures: number }) =>
  counts.successes + counts.failures < 0.05
    ? "no outcomes"
    : `${counts.successes.toFixed(1)} successes and ${counts.failures.toFixed(1)} failures`;
const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
