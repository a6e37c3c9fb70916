import { normalProbability } from "./mann-whitney-quantile.ts";
import { midRanks } from "./mann-whitney-ranks.ts";

/** Sum of t^3 - t over the groups of equal values: how much ties reduce the variance of a rank sum. */
function tieTerm(ranks: readonly number[]): number {
  const sizes = new Map<number, number>();
  for (const rank of ranks) sizes.set(rank, (sizes.get(rank) ?? 0) + 1);
  let sum = 0;
  for (const size of sizes.values()) sum += size ** 3 - size;
  return sum;
}

/**
 * The standardised rank statistic of "x is y shifted by `shift`", with correction for ties and, two-sided, for continuity.
 * Falls as `shift` grows; 0 where the shifted samples balance. Hollander and Wolfe 1973, 4.1; as R's `wilcox.test`.
 *
 * @throws RangeError when all shifted observations are equal: then there is no variance to standardise by
 */
export function shiftStatistic(x: readonly number[], y: readonly number[], shift: number): number {
  const [m, n] = [x.length, y.length];
  const ranks = midRanks([...x.map((value) => value - shift), ...y]);
  let sum = 0;
  for (let i = 0; i < m; i++) sum += ranks[i]!;
  const distance = sum - (m * (m + 1)) / 2 - (m * n) / 2;
  const variance = ((m * n) / 12) * (m + n + 1 - tieTerm(ranks) / ((m + n) * (m + n - 1)));
  if (!(variance > 0)) throw new RangeError("all observations are equal, so their ranks tell nothing");
  return (distance - Math.sign(distance) * 0.5) / Math.sqrt(variance);
}

export interface MannWhitneyTest {
  /** Number of pairs in which x is the larger one, ties counting half. */
  u: number;
  z: number;
  /** Two-sided, by the normal approximation. */
  pValue: number;
}

/**
 * Mann-Whitney U test of two independent samples.
 *
 * @example mannWhitney([0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46], [1.15, 0.88, 0.9, 0.74, 1.21]).u; // 35
 */
export function mannWhitney(x: readonly number[], y: readonly number[]): MannWhitneyTest {
  const ranks = midRanks([...x, ...y]);
  const m = x.length;
  let u = (-m * (m + 1)) / 2;
  for (let i = 0; i < m; i++) u += ranks[i]!;
  const z = shiftStatistic(x, y, 0);
  return { u, z, pValue: 2 * normalProbability(-Math.abs(z)) };
}
