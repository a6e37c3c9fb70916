import type { Random } from "./random.ts";

/** Above this mean a draw is split in two, because exp(-mean) would underflow (it does at about 745). */
const LARGEST_DIRECT_MEAN = 500;

/**
 * One draw from Poisson(mean): Knuth's product of uniforms (The Art of Computer Programming, vol. 2, 3.4.1). Takes time
 * proportional to the mean. Large means are split: the sum of independent Poisson counts is Poisson.
 *
 * @param mean >= 0
 * @throws RangeError for other means
 * @example poissonSample(4, seededRandom(1)); // 1
 */
export function poissonSample(mean: number, random: Random): number {
  if (!(mean >= 0) || !Number.isFinite(mean)) {
    throw new RangeError(`poissonSample needs a finite mean of at least 0, got ${mean}`);
  }
  if (mean > LARGEST_DIRECT_MEAN) {
    return poissonSample(mean / 2, random) + poissonSample(mean / 2, random);
  }
  const floor = Math.exp(-mean);
  let product = random();
  let count = 0;
  while (product > floor) {
    product *= random();
    count++;
  }
  return count;
}
