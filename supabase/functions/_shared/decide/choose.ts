import type { Risk } from "../actions/action.ts";
import { betaSample } from "../statistics/beta-sample.ts";
import type { Random } from "../statistics/random.ts";
import { resolveProbability } from "./confidence.ts";
import { mergeProbabilities } from "./merge-probabilities.ts";
import type { Candidate } from "./types.ts";

/** Two draws that differ by no more than this are as good as equal: then the gentler action is taken. */
export const CLOSE_PROBABILITY = 0.05;
/** Draws from which the probability of each choice is estimated; its standard error is at most 0.022. */
const PROPENSITY_DRAWS = 500;

const RISK_ORDER: Record<Risk, number> = { safe: 0, guarded: 1, dangerous: 2 };

export interface Choice {
  chosen: Candidate;
  /** For every eligible candidate by key, the probability that this rule chooses it; they sum to 1. */
  propensities: Record<string, number>;
}

/**
 * Thompson sampling: a probability is drawn for every candidate from its posterior, and the best draw wins. What is well known and
 * good is chosen nearly always; what is little known gets its chance to be learnt about. Among draws that are close, the reversible and
 * safer action wins.
 *
 * Candidates are sorted by key first, so neither their order nor that of the catalogue changes the choice.
 *
 * @param eligible those that may be chosen; null is returned for none
 */
export function choose(eligible: readonly Candidate[], random: Random): Choice | null {
  const sorted = byKey(eligible);
  const chosen = draw(sorted, random);
  if (!chosen) return null;
  const counts = new Map<string, number>();
  for (let i = 0; i < PROPENSITY_DRAWS; i++) {
    const key = draw(sorted, random)?.key ?? "";
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  // The choice itself is one more draw of the same rule: counted, so that what was chosen never has probability 0.
  counts.set(chosen.key, (counts.get(chosen.key) ?? 0) + 1);
  const propensities = Object.fromEntries(
    sorted.map(({ key }) => [key, (counts.get(key) ?? 0) / (PROPENSITY_DRAWS + 1)]),
  );
  return { chosen, propensities };
}

/** The most probable candidate, the gentler one among those that are close: for proposals, where a human chooses in the end. */
export function best(eligible: readonly Candidate[]): Candidate | null {
  return gentlest(byKey(eligible).map((candidate) => ({ candidate, value: candidate.probability })));
}

/** The message to send: one that a pattern recommends before any other, the one with the best record first; null for none. */
export function chooseInforming(informing: readonly Candidate[]): Candidate | null {
  const worth = ({ source, alpha, beta }: Candidate) =>
    (source === "pattern" ? 1 : 0) + alpha / (alpha + beta);
  return byKey(informing).sort((a, b) => worth(b) - worth(a))[0] ?? null;
}

function draw(sorted: readonly Candidate[], random: Random): Candidate | null {
  return gentlest(sorted.map((candidate) => ({
    candidate,
    value: mergeProbabilities(candidate.sources.map((source) =>
      resolveProbability(
        betaSample(source.alpha, source.beta, random),
        source.causeProbability,
        source.backgroundProbability,
      )
    )),
  })));
}

function gentlest(values: readonly { candidate: Candidate; value: number }[]): Candidate | null {
  const highest = Math.max(...values.map(({ value }) => value));
  const close = values.filter(({ value }) => value >= highest - CLOSE_PROBABILITY);
  close.sort((a, b) =>
    Number(b.candidate.reversible) - Number(a.candidate.reversible) ||
    RISK_ORDER[a.candidate.risk] - RISK_ORDER[b.candidate.risk] ||
    b.value - a.value
  );
  return close[0]?.candidate ?? null;
}

function byKey(candidates: readonly Candidate[]): Candidate[] {
  return [...candidates].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}
