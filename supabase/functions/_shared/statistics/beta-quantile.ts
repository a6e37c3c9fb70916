import { regularizedBeta } from "./regularized-beta.ts";

/** Halvings of [0, 1]: the answer is exact to 2^-60. */
const STEPS = 60;

/**
 * The value below which Beta(alpha, beta) lies with probability p, by bisection of its distribution function: slower than
 * Newton's method, but it cannot diverge.
 *
 * @param p in [0, 1]
 * @param alpha > 0
 * @param beta > 0
 * @throws RangeError when p is outside [0, 1] or a parameter is not positive
 * @example betaQuantile(0.5, 8, 2); // 0.8203803880196392
 */
export function betaQuantile(p: number, alpha: number, beta: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`betaQuantile needs p between 0 and 1, got ${p}`);
  if (p === 0 || p === 1) return p;
  let low = 0;
  let high = 1;
  for (let i = 0; i < STEPS; i++) {
    const middle = (low + high) / 2;
    if (regularizedBeta(middle, alpha, beta) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
