import { gammaSample } from "./gamma-sample.ts";
import type { Random } from "./random.ts";

/**
 * One draw from Beta(alpha, beta) as X / (X + Y) with X ~ Gamma(alpha), Y ~ Gamma(beta).
 *
 * @param alpha > 0
 * @param beta > 0
 * @returns a number in [0, 1]
 * @throws RangeError for other parameters
 * @example betaSample(8, 2, seededRandom(1)); // 0.9525083810011825
 */
export function betaSample(alpha: number, beta: number, random: Random): number {
  const x = gammaSample(alpha, random);
  const y = gammaSample(beta, random);
  // Both can underflow to 0 when both parameters are tiny: then the mass sits at the ends.
  if (x + y === 0) return random() < alpha / (alpha + beta) ? 1 : 0;
  return x / (x + y);
}
