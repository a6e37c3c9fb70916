/**
 * What evidence of a given age still counts: weight * 2^(-age / halfLife). Exponential decay composes: decaying twice is decaying
 * once by the sum of the ages, so a stored weight needs only the moment at which it was right. Negative ages (clocks that
 * disagree) count as none.
 *
 * @param ageMs age in milliseconds
 * @param halfLifeMs > 0, milliseconds
 * @throws RangeError when the half-life is not above 0
 * @example decayedWeight(8, 60_000, 30_000); // 2
 */
export function decayedWeight(weight: number, ageMs: number, halfLifeMs: number): number {
  if (!(halfLifeMs > 0)) throw new RangeError(`decayedWeight needs a half-life above 0, got ${halfLifeMs}`);
  return weight * Math.pow(2, -Math.max(0, ageMs) / halfLifeMs);
}
