import fc from "fast-check";
import { expect, test } from "vitest";
import {
  calibrate,
  fitCalibration,
  MIN_FORECASTS,
} from "../../supabase/functions/_shared/learn/calibration.ts";
import type { Forecast } from "../../supabase/functions/_shared/statistics/forecast.ts";
import { seededRandom } from "../../supabase/functions/_shared/statistics/random.ts";

/** Forecasts of a system that says `confidence` when the truth is `truth(confidence)`. */
function forecasts(count: number, truth: (confidence: number) => number, seed = 1): Forecast[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const confidence = 0.3 + 0.69 * random();
    return { confidence, success: random() < truth(confidence) };
  });
}

test("with too few outcomes confidence is used as stated", () => {
  const report = fitCalibration(forecasts(MIN_FORECASTS - 1, () => 0.5));
  expect(report.map.knots).toEqual([]);
  expect(report.sentence).toContain("too few");
  const oneSided = fitCalibration(forecasts(200, () => 1));
  expect(oneSided.map.knots).toEqual([]);
  expect(calibrate(oneSided.map, 0.87)).toBe(0.87);
});

test("overconfidence is corrected, measured on outcomes that the map has not seen", () => {
  const report = fitCalibration(forecasts(600, (confidence) => confidence * 0.7));
  expect(calibrate(report.map, 0.9)).toBeGreaterThan(0.55);
  expect(calibrate(report.map, 0.9)).toBeLessThan(0.72);
  expect(report.before.expectedCalibrationError).toBeGreaterThan(0.15);
  expect(report.after.expectedCalibrationError).toBeLessThan(0.08);
  expect(report.after.brier).toBeLessThan(report.before.brier ?? 0);
  const fresh = forecasts(4000, (confidence) => confidence * 0.7, 99);
  const gap =
    fresh.reduce((sum, each) => sum + calibrate(report.map, each.confidence) - Number(each.success), 0) /
    4000;
  expect(Math.abs(gap)).toBeLessThan(0.04);
});

test("what is calibrated already is left alone", () => {
  const report = fitCalibration(forecasts(400, (confidence) => confidence));
  for (const stated of [0.4, 0.6, 0.8, 0.95]) {
    expect(Math.abs(calibrate(report.map, stated) - stated)).toBeLessThan(0.1);
  }
});

test("a few outcomes move the map less than many", () => {
  const at = (count: number) => {
    const failing = Array.from({ length: count }, (_, i) => ({ confidence: 0.9, success: i % 5 === 0 }));
    return calibrate(fitCalibration(failing).map, 0.9);
  };
  expect(at(30)).toBeCloseTo((30 * 0.2 + 10 * 0.9) / 40, 9);
  expect(at(300)).toBeCloseTo((300 * 0.2 + 10 * 0.9) / 310, 9);
});

test("where nothing was learnt the map never raises", () => {
  const map = { version: "x", samples: 50, knots: [{ x: 0.5, y: 0.6 }, { x: 0.8, y: 0.7 }] };
  expect(calibrate(map, 0.65)).toBeCloseTo(0.65, 12);
  expect(calibrate(map, 0.4)).toBe(0.4);
  expect(calibrate(map, 0.5)).toBe(0.6);
  expect(calibrate(map, 0.96)).toBeCloseTo(0.84, 12);
  const raising = { ...map, knots: [{ x: 0.5, y: 0.4 }, { x: 0.8, y: 0.9 }] };
  expect(calibrate(raising, 0.85)).toBe(0.9);
  expect(calibrate(raising, 0.97)).toBe(0.97);
  expect(calibrate(null, 0.42)).toBe(0.42);
});

test("the map is monotone and gives probabilities, whatever it was learnt from", () => {
  const forecast = fc.record({
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    success: fc.boolean(),
  });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  let learnt = 0;
  fc.assert(
    fc.property(fc.array(forecast, { minLength: 30, maxLength: 120 }), share, share, (given, a, b) => {
      const { map, after, before } = fitCalibration(given);
      if (map.knots.length > 0) learnt++;
      expect(calibrate(map, Math.max(a, b))).toBeGreaterThanOrEqual(calibrate(map, Math.min(a, b)) - 1e-12);
      for (const value of [a, 0, 1].map((x) => calibrate(map, x))) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
      }
      expect(after.brier).toBeLessThanOrEqual(before.brier ?? 1);
      expect(JSON.parse(JSON.stringify(map))).toEqual(map);
    }),
  );
  expect(learnt).toBeGreaterThan(0);
});
