import fc from "fast-check";
import { expect, test } from "vitest";
import { brierScore } from "../../supabase/functions/_shared/statistics/brier-score.ts";
import { expectedCalibrationError } from "../../supabase/functions/_shared/statistics/expected-calibration-error.ts";
import { isotonicRegression } from "../../supabase/functions/_shared/statistics/isotonic-regression.ts";

test("isotonic regression pools neighbours that are out of order", () => {
  expect(isotonicRegression([{ x: 1, y: 1 }, { x: 2, y: 0 }, { x: 3, y: 3 }])).toEqual([
    { from: 1, to: 2, x: 1.5, y: 0.5, weight: 2 },
    { from: 3, to: 3, x: 3, y: 3, weight: 1 },
  ]);
  // The classic example of Ayer et al.: everything collapses when the order is reversed.
  expect(isotonicRegression([5, 4, 3, 2, 1].map((y, x) => ({ x, y })))).toEqual([
    { from: 0, to: 4, x: 2, y: 3, weight: 5 },
  ]);
  expect(isotonicRegression([])).toEqual([]);
});

test("weights decide where a pooled block lies", () => {
  const [block] = isotonicRegression([{ x: 0, y: 1, weight: 3 }, { x: 1, y: 0, weight: 1 }]);
  expect(block?.y).toBeCloseTo(0.75, 12);
});

test("isotonic regression increases, keeps the weighted mean, and ignores the order of its points", () => {
  const point = fc.record({
    x: fc.integer({ min: 0, max: 20 }),
    y: fc.double({ min: 0, max: 1, noNaN: true }),
    weight: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 40 }), fc.integer(), (points, rotation) => {
      const blocks = isotonicRegression(points);
      blocks.slice(1).forEach((block, i) => expect(block.y).toBeGreaterThan(blocks[i]?.y ?? Infinity));
      const sum = (items: readonly { y: number; weight: number }[]) =>
        items.reduce((total, item) => total + item.y * item.weight, 0);
      expect(sum(blocks)).toBeCloseTo(sum(points), 9);
      const shift = ((rotation % points.length) + points.length) % points.length;
      const again = isotonicRegression([...points.slice(shift), ...points.slice(0, shift)]);
      expect(again.length).toBe(blocks.length);
      again.forEach((block, i) => expect(block.y).toBeCloseTo(blocks[i]?.y ?? NaN, 9));
    }),
  );
});

test("no other increasing step function is closer to the points", () => {
  const points = [0.1, 0.6, 0.2, 0.9, 0.7, 0.4].map((y, x) => ({ x, y }));
  const fitted = isotonicRegression(points).flatMap((block) => Array<number>(block.weight).fill(block.y));
  const loss = (values: number[]) => points.reduce((sum, p, i) => sum + (p.y - (values[i] ?? NaN)) ** 2, 0);
  const best = loss(fitted);
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 }), (v) => {
      expect(loss([...v].sort((a, b) => a - b))).toBeGreaterThanOrEqual(best - 1e-12);
    }),
  );
});

test("the Brier score is the mean squared error of what was said", () => {
  expect(brierScore([{ confidence: 0.9, success: true }, { confidence: 0.5, success: false }])).toBeCloseTo(
    0.13,
    12,
  );
  expect(brierScore([])).toBeNull();
});

test("the calibration error is the gap between what was said and what came true", () => {
  const { error, bins } = expectedCalibrationError([
    { confidence: 0.9, success: true },
    { confidence: 0.9, success: false },
  ]);
  expect(error).toBeCloseTo(0.4, 12);
  expect(bins).toEqual([{ from: 0.9, to: 1, count: 2, confidence: 0.9, successShare: 0.5 }]);
  const honest = Array.from({ length: 10 }, (_, i) => ({ confidence: 0.7, success: i < 7 }));
  expect(expectedCalibrationError(honest).error).toBeCloseTo(0, 12);
  expect(expectedCalibrationError([{ confidence: 1, success: true }]).error).toBe(0);
  expect(expectedCalibrationError([]).error).toBeNull();
});
