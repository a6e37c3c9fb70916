import { gammaln } from "simple-statistics";

/**
 * Logarithm of the beta function, log B(a, b) = log G(a) + log G(b) - log G(a + b).
 *
 * @param a > 0
 * @param b > 0
 * @example logBeta(2, 3); // -2.4849066497880004, that is log(1/12)
 */
export function logBeta(a: number, b: number): number {
  return gammaln(a) + gammaln(b) - gammaln(a + b);
}
