/** Events and requests of one version in one interval. */
export interface RateCell {
  version: string;
  events: number;
  requests: number;
}
/** One interval; `t` is its start in ms. */
export interface RateBin {
  t: number;
  cells: RateCell[];
}

/**
 * Error counts of neighbouring intervals differ more than Poisson's law allows: users come in bursts, retries repeat
 * themselves. A negative binomial of this shape (coefficient of variation 50 %) keeps a busy service from being sure of itself
 * for the wrong reason; small counts are hardly affected.
 */
const SHAPE = 4;

/**
 * ln NB(events | after) - ln NB(events | before) for two means of the same shape k. From the mass function
 * Gamma(x + k) / (x! Gamma(k)) (k / (k + m))^k (m / (k + m))^x the factors without m cancel.
 */
export function logCountRatio(events: number, before: number, after: number): number {
  const calm = Math.log((SHAPE + before) / (SHAPE + after));
  return events === 0 ? SHAPE * calm : events * Math.log(after / before) + (events + SHAPE) * calm;
}

/** ln of a mixture of likelihoods, each given as [share, ln likelihood]. */
export function logMix(...parts: readonly (readonly [number, number])[]): number {
  return logSum(parts.map(([share, value]) => Math.log(share) + value));
}

/** ln of a sum of exponentials. */
export function logSum(values: ArrayLike<number>): number {
  let max = -Infinity;
  for (let i = 0; i < values.length; i++) max = Math.max(max, values[i]!);
  if (max === -Infinity) return max;
  let sum = 0;
  // exp(-30) is nothing beside the largest.
  for (let i = 0; i < values.length; i++) if (values[i]! - max > -30) sum += Math.exp(values[i]! - max);
  return max + Math.log(sum);
}
