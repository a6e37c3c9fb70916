import { shiftStatistic } from "./mann-whitney.ts";
import { normalQuantile } from "./mann-whitney-quantile.ts";
import { brentRoot } from "./mann-whitney-root.ts";

/** As R's `wilcox.test`; a smaller one would disagree with it on step functions without being more right. */
const TOLERANCE = 1e-4;

export interface ShiftInterval {
  lower: number;
  upper: number;
  /** The Hodges-Lehmann estimate of the shift from y to x. */
  estimate: number;
}

/**
 * Confidence interval and Hodges-Lehmann estimate of the shift from `y` to `x`: the shifts at which the standardised rank
 * statistic crosses the normal quantiles, and zero (Hodges and Lehmann 1963; R's `wilcox.test(conf.int = TRUE, exact = FALSE)`).
 *
 * @param confidence e.g. 0.98
 * @throws RangeError when a sample is empty or all observations are equal
 */
export function shiftInterval(x: readonly number[], y: readonly number[], confidence: number): ShiftInterval {
  if (x.length === 0 || y.length === 0) throw new RangeError("both samples need at least one value");
  const low = Math.min(...x) - Math.max(...y);
  const high = Math.max(...x) - Math.min(...y);
  const [atLow, atHigh] = [shiftStatistic(x, y, low), shiftStatistic(x, y, high)];
  const crossing = (quantile: number) => {
    if (atLow - quantile <= 0) return low;
    if (atHigh - quantile >= 0) return high;
    return brentRoot((shift) => shiftStatistic(x, y, shift) - quantile, low, high, TOLERANCE);
  };
  const quantile = -normalQuantile((1 - confidence) / 2);
  return { lower: crossing(quantile), upper: crossing(-quantile), estimate: crossing(0) };
}
