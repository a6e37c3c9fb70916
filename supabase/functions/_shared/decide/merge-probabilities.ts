import { MERGE_GAIN_CAP, MERGED_PROBABILITY_CAP } from "./priors.ts";

/**
 * Noisy-or of several reasons for the same fix, but at most `MERGE_GAIN_CAP` above the best of them: noisy-or supposes independent
 * reasons, and these often rest on the same observations.
 *
 * @example mergeProbabilities([0.8, 0.5]); // 0.85, where noisy-or alone would say 0.9
 */
export function mergeProbabilities(probabilities: readonly number[]): number {
  const best = Math.max(0, ...probabilities);
  if (probabilities.length < 2) return best;
  const noisyOr = 1 - probabilities.reduce((product, each) => product * (1 - each), 1);
  return Math.max(best, Math.min(noisyOr, best + MERGE_GAIN_CAP, MERGED_PROBABILITY_CAP));
}
