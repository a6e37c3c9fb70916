import { regularizedGamma } from "./regularized-gamma.ts";

/** Halvings of the bracket, enough for double precision. */
const STEPS = 100;

/**
 * The value below which Gamma(shape, scale 1) lies with probability p, by bisection of its distribution function.
 *
 * @param p in [0, 1)
 * @param shape > 0
 * @throws RangeError for other arguments
 * @example gammaQuantile(0.5, 3); // 2.67406031372356
 */
export function gammaQuantile(p: number, shape: number): number {
  if (!(p >= 0 && p < 1)) throw new RangeError(`gammaQuantile needs p in [0, 1), got ${p}`);
  if (p === 0) return 0;
  let low = 0;
  let high = shape + 1;
  while (regularizedGamma(shape, high) < p) high *= 2;
  for (let i = 0; i < STEPS && high - low > Number.EPSILON * high; i++) {
    const middle = (low + high) / 2;
    if (regularizedGamma(shape, middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
