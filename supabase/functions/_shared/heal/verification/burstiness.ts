import { dispersionIndex } from "../../statistics/dispersion-index.ts";
import type { BeforeBucket } from "./types.ts";

/** Dispersion above 1 is used only when chance explains it with less than this probability, over all widths together. */
const DISPERSION_SIGNIFICANCE = 0.05;
/** Beyond this no amount of traffic within a window would suffice, and the dwell protects better. */
const MAX_DISPERSION = 20;
/** Fewer buckets than this say nothing about a scale of time. */
const MIN_BUCKETS = 4;

export interface Burstiness {
  dispersion: number;
  longestQuietMs: number;
}

/**
 * How the errors before the fix came: evenly, or in bursts with silence between.
 *
 * Dispersion is taken at bucket widths of 1, 2, 4... buckets, and the largest significant one counts, because bursts that last for several
 * buckets look tame at the finest width. The longest quiet is the longest run of error-free time that ended: what the fault has already
 * shown it can do on its own.
 *
 * @example burstiness([5, 0, 0, 5].map((errors) => ({ errors, exposure: 20, durationMs: 1000 }))).longestQuietMs; // 2000
 */
export function burstiness(buckets: readonly BeforeBucket[]): Burstiness {
  const widths: number[] = [];
  for (let width = 1; buckets.length / width >= MIN_BUCKETS; width *= 2) widths.push(width);
  let dispersion = 1;
  for (const width of widths) {
    const { index, pValue } = dispersionIndex(merge(buckets, width));
    // Bonferroni: with many widths one of them looks bursty by chance.
    if (pValue < DISPERSION_SIGNIFICANCE / widths.length) dispersion = Math.max(dispersion, index);
  }
  return { dispersion: Math.min(MAX_DISPERSION, dispersion), longestQuietMs: longestQuiet(buckets) };
}

function merge(buckets: readonly BeforeBucket[], width: number): { count: number; exposure: number }[] {
  const merged: { count: number; exposure: number }[] = [];
  for (let start = 0; start + width <= buckets.length; start += width) {
    const slice = buckets.slice(start, start + width);
    merged.push({
      count: slice.reduce((sum, bucket) => sum + bucket.errors, 0),
      exposure: slice.reduce((sum, bucket) => sum + bucket.exposure, 0),
    });
  }
  return merged;
}

/** Silence before the first error is not a pause of the fault, and silence after the last one has no end yet: it counts as well. */
function longestQuiet(buckets: readonly BeforeBucket[]): number {
  let longest = 0;
  let current = 0;
  let begun = false;
  for (const bucket of buckets) {
    if (bucket.errors > 0) {
      begun = true;
      current = 0;
    } else if (begun) {
      current += bucket.durationMs;
      longest = Math.max(longest, current);
    }
  }
  return longest;
}
