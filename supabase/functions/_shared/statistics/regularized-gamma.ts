import { gammaln } from "simple-statistics";

const MAX_STEPS = 10_000;
const PRECISION = 1e-15;
const TINY = 1e-300;

/**
 * The lower regularised incomplete gamma function P(a, x): the probability that a Gamma(a, scale 1) variable is at most x. Also
 * P(Poisson(x) >= a) for whole a, and the chi-square distribution function as P(k / 2, x / 2).
 * Series (DLMF 8.7.1) left of a + 1, continued fraction (DLMF 8.9.2) right of it.
 *
 * @param a > 0
 * @param x >= 0
 * @throws RangeError for other arguments
 * @example regularizedGamma(3, 2); // 0.3233235838169365, that is 1 - 5 exp(-2)
 */
export function regularizedGamma(a: number, x: number): number {
  if (!(a > 0 && Number.isFinite(a) && x >= 0)) {
    throw new RangeError(`regularizedGamma needs a > 0 and x >= 0, got ${a} and ${x}`);
  }
  if (x === 0) return 0;
  if (x === Infinity) return 1;
  const front = Math.exp(a * Math.log(x) - x - gammaln(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < MAX_STEPS && term > sum * PRECISION; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return Math.min(1, front * sum);
  }
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let result = d;
  for (let n = 1; n < MAX_STEPS; n++) {
    const an = -n * (n - a);
    b += 2;
    d = an * d + b;
    if (Math.abs(d) < TINY) d = TINY;
    c = b + an / c;
    if (Math.abs(c) < TINY) c = TINY;
    d = 1 / d;
    const step = d * c;
    result *= step;
    if (Math.abs(step - 1) < PRECISION) break;
  }
  return Math.max(0, 1 - front * result);
}
