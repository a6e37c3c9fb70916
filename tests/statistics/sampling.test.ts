import fc from "fast-check";
import { mean, variance } from "simple-statistics";
import { expect, test } from "vitest";
import { betaSample } from "../../supabase/functions/_shared/statistics/beta-sample.ts";
import { gammaSample } from "../../supabase/functions/_shared/statistics/gamma-sample.ts";
import { normalSample } from "../../supabase/functions/_shared/statistics/normal-sample.ts";
import { poissonSample } from "../../supabase/functions/_shared/statistics/poisson-sample.ts";
import { seededRandom } from "../../supabase/functions/_shared/statistics/random.ts";
import { regularizedBeta } from "../../supabase/functions/_shared/statistics/regularized-beta.ts";
import { regularizedGamma } from "../../supabase/functions/_shared/statistics/regularized-gamma.ts";
import { stringSeed } from "../../supabase/functions/_shared/statistics/string-seed.ts";

const DRAWS = 20_000;
const draw = (sample: () => number) => Array.from({ length: DRAWS }, sample);

/** Largest gap between the sample's and the true distribution function; Kolmogorov's 0.1 % point is 1.95 / sqrt(n). */
function kolmogorovDistance(values: number[], cdf: (x: number) => number): number {
  const sorted = values.sort((a, b) => a - b);
  return Math.max(...sorted.map((x, i) => Math.abs(cdf(x) - (i + 0.5) / sorted.length)));
}
const LIMIT = 1.95 / Math.sqrt(DRAWS);

test("the examples in the documentation give the documented values", () => {
  expect(seededRandom(1)()).toBe(0.6270739405881613);
  expect(stringSeed("fix:42")).toBe(1226888492);
  expect(normalSample(seededRandom(1))).toBeCloseTo(0.02191729852272542, 12);
  expect(gammaSample(3, seededRandom(1))).toBeCloseTo(2.702617826727043, 12);
  expect(betaSample(8, 2, seededRandom(1))).toBeCloseTo(0.9525083810011825, 12);
  expect(poissonSample(4, seededRandom(1))).toBe(1);
});

test("equal seeds give equal sequences and different seeds different ones", () => {
  fc.assert(fc.property(fc.integer(), fc.integer(), (a, b) => {
    const sequence = (seed: number) => {
      const random = seededRandom(seed);
      return [random(), random(), random()];
    };
    expect(sequence(a)).toEqual(sequence(a));
    if (a !== b) expect(sequence(a)).not.toEqual(sequence(b));
  }));
});

test("uniform, normal, gamma and beta draws follow their distributions", () => {
  const random = seededRandom(7);
  expect(kolmogorovDistance(draw(random), (x) => x)).toBeLessThan(LIMIT);
  const squares = draw(() => normalSample(random) ** 2);
  expect(kolmogorovDistance(squares, (x) => regularizedGamma(0.5, x / 2))).toBeLessThan(LIMIT);
  for (const shape of [0.4, 1, 7.5]) {
    const values = draw(() => gammaSample(shape, random));
    expect(kolmogorovDistance(values, (x) => regularizedGamma(shape, x))).toBeLessThan(LIMIT);
  }
  for (const [a, b] of [[0.5, 0.5], [2, 9], [40, 3]] as const) {
    const values = draw(() => betaSample(a, b, random));
    expect(kolmogorovDistance(values, (x) => regularizedBeta(x, a, b))).toBeLessThan(LIMIT);
  }
});

test("Poisson draws have their mean as mean and variance, small and large", () => {
  const random = seededRandom(11);
  for (const rate of [0.2, 4, 40]) {
    const values = draw(() => poissonSample(rate, random));
    expect(Math.abs(mean(values) - rate)).toBeLessThan(4 * Math.sqrt(rate / DRAWS));
    expect(Math.abs(variance(values) / rate - 1)).toBeLessThan(0.08);
  }
  const large = Array.from({ length: 300 }, () => poissonSample(2000, random));
  expect(Math.abs(mean(large) - 2000)).toBeLessThan(4 * Math.sqrt(2000 / 300));
});

test("tiny beta parameters give 0 or 1 and never NaN", () => {
  const random = seededRandom(3);
  const values = Array.from({ length: 200 }, () => betaSample(1e-6, 1e-6, random));
  expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
});

test("parameters outside the domain are refused with the value that was wrong", () => {
  expect(() => gammaSample(0, seededRandom(1))).toThrow("got 0");
  expect(() => poissonSample(-1, seededRandom(1))).toThrow("got -1");
});
