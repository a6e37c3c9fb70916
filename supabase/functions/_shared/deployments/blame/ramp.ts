import { logCountRatio, logSum, type RateBin } from "./counts.ts";

/** Spacing of the assumed starts of a ramp, in bins: a slow rise has no sharper start. */
const RAMP_STRIDE = 6;
/** Failures per request that a ramp gains within an hour: nodes over the whole range, and finer ones around what the counts suggest. */
const COARSE_SLOPES = [1e-4, 1e-3, 1e-2, 0.1, 1, 10] as const;
const FINE_FACTORS = [0.4, 0.6, 0.8, 1, 1.25, 1.6, 2.4] as const;
const HOUR_MS = 3_600_000;

/** ln likelihood ratio against the baseline per assumed start of a steady growth. */
export interface RampTable {
  starts: { at: number; logEvidence: number }[];
}

/**
 * Weighs "the failing share grows steadily from some moment of the window on" against the baseline: for each start the
 * likelihood ratio, averaged over slopes.
 */
export function rampTable(bins: readonly RateBin[], baseline: number): RampTable {
  const starts: RampTable["starts"] = [];
  for (let start = 0; start < bins.length; start += RAMP_STRIDE) {
    const hours = (index: number) => (bins[index]!.t - bins[start]!.t + RAMP_STRIDE * 5_000) / HOUR_MS;
    const suggested = suggestedSlope(bins, baseline, start, hours);
    const slopes = [...COARSE_SLOPES, ...FINE_FACTORS.map((factor) => Math.max(1e-5, factor * suggested))];
    const values = slopes.map((slope) => {
      let sum = 0;
      for (let index = start; index < bins.length; index++) {
        const effect = Math.min(1, slope * hours(index));
        for (const { events, requests } of bins[index]!.cells) {
          if (requests > 0) sum += logCountRatio(events, baseline * requests, (baseline + effect) * requests);
        }
      }
      return sum;
    });
    // Fine nodes share what one coarse node stands for.
    const weights = slopes.map((_, index) => index < COARSE_SLOPES.length ? 1 : 1 / FINE_FACTORS.length);
    const total = COARSE_SLOPES.length + 1;
    starts.push({
      at: bins[start]!.t,
      logEvidence: logSum(values.map((value, index) => value + Math.log(weights[index]! / total))),
    });
  }
  return { starts };
}

function suggestedSlope(
  bins: readonly RateBin[],
  baseline: number,
  start: number,
  hours: (index: number) => number,
): number {
  let [excess, weight] = [0, 0];
  for (let index = start; index < bins.length; index++) {
    for (const { events, requests } of bins[index]!.cells) {
      excess += events - baseline * requests;
      weight += requests * hours(index);
    }
  }
  return weight === 0 ? 0 : Math.max(0, excess) / weight;
}

/** ln likelihood ratio with every start from `from` (ms) on alike; -Infinity when there is none. */
export function rampEvidence({ starts }: RampTable, from = -Infinity): number {
  const possible = starts.filter(({ at }) => at >= from).map(({ logEvidence }) => logEvidence);
  return possible.length === 0 ? -Infinity : logSum(possible) - Math.log(possible.length);
}
