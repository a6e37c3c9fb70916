import { normalSample } from "./normal-sample.ts";
import type { Random } from "./random.ts";

/**
 * One draw from Gamma(shape, scale 1): Marsaglia and Tsang, "A simple method for generating gamma variables" (2000). Shapes below 1
 * use their boost: Gamma(a) = Gamma(a + 1) * U^(1/a).
 *
 * @param shape > 0
 * @throws RangeError for other shapes
 * @example gammaSample(3, seededRandom(1)); // 2.702617826727043
 */
export function gammaSample(shape: number, random: Random): number {
  if (!(shape > 0) || !Number.isFinite(shape)) {
    throw new RangeError(`gammaSample needs a finite shape above 0, got ${shape}`);
  }
  if (shape < 1) {
    // 1 - random() is never 0, which would make the draw 0 for certain.
    return gammaSample(shape + 1, random) * Math.pow(1 - random(), 1 / shape);
  }
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normalSample(random);
    const v = Math.pow(1 + c * x, 3);
    if (v <= 0) continue;
    if (Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}
