import type { Random } from "./random.ts";

/**
 * One draw from the standard normal distribution, by the polar method (Marsaglia and Bray 1964). The second value that the method
 * yields is dropped, so that no state is hidden between calls.
 *
 * @example normalSample(seededRandom(1)); // 0.02191729852272542
 */
export function normalSample(random: Random): number {
  for (;;) {
    const u = 2 * random() - 1;
    const v = 2 * random() - 1;
    const s = u * u + v * v;
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
  }
}
