import { regularizedBeta } from "./regularized-beta.ts";

export interface CountAndExposure {
  /** Whole number of events. */
  count: number;
  /** What the events are counted over, > 0; the same unit on both sides. */
  exposure: number;
}

/**
 * Exact test of two Poisson rates at one fixed moment (Przyborowski and Wilenski 1940): given the total, the second count is
 * binomial. Returns the probability of a second count at least (`greater`) or at most (`less`) as large as the one seen, if the
 * second rate were `ratio` times the first. Not valid when one looks again and again: for that, use `poissonRateEvidence`.
 *
 * @throws RangeError when an exposure or the ratio is not above 0
 * @example poissonTest({ count: 10, exposure: 60 }, { count: 2, exposure: 60 }, "less"); // 0.019287109375
 */
export function poissonTest(
  first: CountAndExposure,
  second: CountAndExposure,
  alternative: "greater" | "less",
  ratio = 1,
): number {
  if (!(first.exposure > 0 && second.exposure > 0 && ratio > 0)) {
    throw new RangeError("poissonTest needs exposures and a ratio above 0");
  }
  const total = first.count + second.count;
  const weight = ratio * second.exposure;
  const p = weight / (first.exposure + weight);
  if (alternative === "greater") {
    return second.count === 0 ? 1 : regularizedBeta(p, second.count, total - second.count + 1);
  }
  return first.count === 0 ? 1 : regularizedBeta(1 - p, first.count, second.count + 1);
}
