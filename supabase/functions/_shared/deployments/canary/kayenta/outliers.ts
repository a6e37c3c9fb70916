/**
 * Percentile by linear interpolation between order statistics (R's type 7).
 *
 * @param p in 0..100
 * @example percentile([1, 2, 3, 4], 25); // 1.75
 */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = ((sorted.length - 1) * p) / 100;
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (position - below) * (high - low);
}

/**
 * Marks the values beyond Tukey's fences, `factor` interquartile ranges outside the quartiles. When `cautious`, no fence lies within
 * the 1st to 99th percentile, so that a sample with hardly any spread does not lose its tails.
 */
export function outlierMask(values: readonly number[], factor: number, cautious: boolean): boolean[] {
  if (values.length === 0) return [];
  const [q1, q3] = [percentile(values, 25), percentile(values, 75)];
  let low = q1 - factor * (q3 - q1);
  let high = q3 + factor * (q3 - q1);
  if (cautious) {
    low = Math.min(low, percentile(values, 1));
    high = Math.max(high, percentile(values, 99));
  }
  return values.map((value) => value < low || value > high);
}
