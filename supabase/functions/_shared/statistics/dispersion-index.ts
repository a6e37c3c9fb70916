import { regularizedGamma } from "./regularized-gamma.ts";
import type { CountAndExposure } from "./poisson-test.ts";

/**
 * How much more counts vary between buckets than Poisson counts would: Pearson's chi-square over its degrees of freedom, with the
 * expected count of each bucket in proportion to its exposure (Fisher's index of dispersion when exposures are equal). About 1 for
 * Poisson, above for bursts. Buckets without exposure are left out.
 *
 * @returns the index, and the probability of one at least as large if the counts were Poisson; 1 and 1 when there is nothing to tell from
 * @example dispersionIndex([9, 0, 8, 0].map((count) => ({ count, exposure: 1 }))); // { index: 5.705882, pValue: 0.000668 }
 */
export function dispersionIndex(buckets: readonly CountAndExposure[]): { index: number; pValue: number } {
  const used = buckets.filter((bucket) => bucket.exposure > 0);
  const count = used.reduce((sum, bucket) => sum + bucket.count, 0);
  const exposure = used.reduce((sum, bucket) => sum + bucket.exposure, 0);
  const freedom = used.length - 1;
  if (freedom < 1 || count === 0) return { index: 1, pValue: 1 };
  const chiSquare = used.reduce((sum, bucket) => {
    const expected = (count * bucket.exposure) / exposure;
    return sum + (bucket.count - expected) ** 2 / expected;
  }, 0);
  return { index: chiSquare / freedom, pValue: 1 - regularizedGamma(freedom / 2, chiSquare / 2) };
}
