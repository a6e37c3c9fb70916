import fc from "fast-check";
import { expect, test } from "vitest";
import { mannWhitney, shiftStatistic } from "../../supabase/functions/_shared/statistics/mann-whitney.ts";
import { shiftInterval } from "../../supabase/functions/_shared/statistics/mann-whitney-interval.ts";
import {
  normalProbability,
  normalQuantile,
} from "../../supabase/functions/_shared/statistics/mann-whitney-quantile.ts";
import { midRanks } from "../../supabase/functions/_shared/statistics/mann-whitney-ranks.ts";
import { brentRoot } from "../../supabase/functions/_shared/statistics/mann-whitney-root.ts";

// Permeability of the human chorioamnion (Hollander and Wolfe 1973, p. 69), the example of R's wilcox.test.
const TERM = Object.freeze([0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]);
const EARLY = Object.freeze([1.15, 0.88, 0.9, 0.74, 1.21]);

test("equal values share the mean of their ranks", () => {
  expect(midRanks([10, 20, 20, 30])).toEqual([1, 2.5, 2.5, 4]);
  expect(midRanks([7, 7, 7])).toEqual([2, 2, 2]);
  expect(midRanks([])).toEqual([]);
});

test("the statistic of the textbook example is R's", () => {
  const result = mannWhitney(TERM, EARLY);
  expect(result.u).toBe(35);
  // 2 * (1 - pnorm((35 - 25 - 0.5) / sqrt(10 * 5 * 16 / 12)))
  expect(result.pValue).toBeCloseTo(0.2446236051269832, 10);
});

test("quantiles and probabilities of the normal distribution are exact to many digits", () => {
  expect(normalQuantile(0.99)).toBeCloseTo(2.3263478740408408, 13);
  expect(normalQuantile(0.01)).toBeCloseTo(-2.3263478740408408, 13);
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 13);
  expect(normalQuantile(1e-10)).toBeCloseTo(-6.361340902404056, 10);
  expect(normalProbability(1.96)).toBeCloseTo(0.9750021048517795, 14);
  expect(normalProbability(-8)).toBeCloseTo(6.22096057427178e-16, 28);
  expect([normalQuantile(0), normalQuantile(0.5), normalQuantile(1)]).toEqual([-Infinity, 0, Infinity]);
  expect(() => normalQuantile(1.1)).toThrow(RangeError);
});

test("probability and quantile undo each other", () => {
  fc.assert(fc.property(fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true }), (p) => {
    expect(Math.abs(normalProbability(normalQuantile(p)) - p)).toBeLessThan(1e-12);
  }));
});

test("Brent's method finds a root to its tolerance, also where the function jumps", () => {
  expect(brentRoot((x) => x * x - 2, 0, 2, 1e-12)).toBeCloseTo(Math.SQRT2, 11);
  expect(brentRoot((x) => x ** 3, -1, 2, 1e-10)).toBeCloseTo(0, 4);
  expect(Math.abs(brentRoot((x) => x < 0.3 ? -1 : 1, 0, 1, 1e-4) - 0.3)).toBeLessThan(1e-4);
  expect(() => brentRoot((x) => x + 10, 0, 1, 1e-4)).toThrow(RangeError);
});

test("four values ten times as large have the interval that Kayenta and R publish", () => {
  const { lower, upper, estimate } = shiftInterval([10, 20, 30, 40], [1, 2, 3, 4], 0.95);
  expect([lower, upper]).toEqual([6, 39]);
  expect(estimate).toBeCloseTo(22.5, 3);
});

test("the estimate is the median of all pairwise differences", () => {
  const value = fc.double({ min: -100, max: 100, noNaN: true });
  fc.assert(fc.property(
    fc.uniqueArray(value, { minLength: 5, maxLength: 15 }),
    fc.uniqueArray(value, { minLength: 5, maxLength: 15 }),
    (x, y) => {
      const differences = x.flatMap((a) => y.map((b) => a - b)).sort((a, b) => a - b);
      const [low, high] = [(differences.length - 1) >> 1, differences.length >> 1];
      const { lower, upper, estimate } = shiftInterval(x, y, 0.9);
      // The root lies on the step beside the median; the next difference is the farthest that it can be off.
      expect(estimate).toBeGreaterThanOrEqual((differences[low - 1] ?? differences[low]!) - 1e-3);
      expect(estimate).toBeLessThanOrEqual((differences[high + 1] ?? differences[high]!) + 1e-3);
      expect(lower).toBeLessThanOrEqual(estimate + 1e-3);
      expect(upper).toBeGreaterThanOrEqual(estimate - 1e-3);
    },
  ));
});

test("the statistic changes sign when the samples change places", () => {
  const values = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 3, maxLength: 20 });
  fc.assert(fc.property(values, values, (x, y) => {
    fc.pre(new Set([...x, ...y]).size > 1);
    expect(shiftStatistic(x, y, 0)).toBeCloseTo(-shiftStatistic(y, x, 0), 10);
  }));
});

test("samples without any difference cannot be tested, and say so", () => {
  expect(() => mannWhitney([1, 1], [1, 1, 1])).toThrow(/equal/);
  expect(() => shiftInterval([], [1], 0.95)).toThrow(/at least one/);
});
