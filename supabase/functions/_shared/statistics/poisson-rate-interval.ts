import { gammaQuantile } from "./gamma-quantile.ts";

/**
 * Exact two-sided confidence interval of a Poisson rate (Garwood 1936): quantiles of Gamma(count) and Gamma(count + 1) over the
 * exposure. Covers the true rate with at least the stated probability, whatever the rate is.
 *
 * @param count whole number >= 0
 * @param exposure > 0: seconds, requests or whatever the rate is per
 * @param level e.g. 0.95
 * @throws RangeError for an exposure or level out of range
 * @example poissonRateInterval(10, 2, 0.95); // { low: 2.397694, high: 9.195178 }
 */
export function poissonRateInterval(
  count: number,
  exposure: number,
  level = 0.95,
): { low: number; high: number } {
  if (!(exposure > 0)) throw new RangeError(`poissonRateInterval needs an exposure above 0, got ${exposure}`);
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`poissonRateInterval needs a level in (0, 1), got ${level}`);
  }
  const tail = (1 - level) / 2;
  return {
    low: count > 0 ? gammaQuantile(tail, count) / exposure : 0,
    high: gammaQuantile(1 - tail, count + 1) / exposure,
  };
}
