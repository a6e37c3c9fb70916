import fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULT_LIMITS, parseLimits } from "../../supabase/functions/_shared/decide/limits.ts";
import { effectiveThreshold, recentFailures } from "../../supabase/functions/_shared/decide/threshold.ts";
import { ago, NOW, pastFix } from "./support.ts";

const calm = { loadRatio: null, resourceUse: null };
const night = { name: "night mode", from_hour: 22, to_hour: 6, shift: 0.07 };

test("without shifts the threshold is its base", () => {
  expect(effectiveThreshold(DEFAULT_LIMITS, NOW, calm, 0)).toEqual({
    base: 0.85,
    effective: 0.85,
    shifts: [],
  });
});

test("each recent failure asks for a little more, up to a limit, and says so", () => {
  expect(effectiveThreshold(DEFAULT_LIMITS, NOW, calm, 2).effective).toBe(0.89);
  const many = effectiveThreshold(DEFAULT_LIMITS, NOW, calm, 50);
  expect(many.effective).toBe(0.91);
  expect(many.shifts).toEqual([
    { name: "recent failures", amount: 0.06, why: "50 automatic fixes failed within the last hour." },
  ]);
});

test("night mode follows the project's own clock, past midnight too", () => {
  const limits = parseLimits({ threshold_hours: [night], time_zone: "Asia/Tokyo" });
  const at = (time: string) => effectiveThreshold(limits, new Date(time), calm, 0).effective;
  expect(at("2026-03-04T12:59:00Z")).toBe(0.85); // 21:59 in Tokyo
  expect(at("2026-03-04T13:00:00Z")).toBe(0.92); // 22:00
  expect(at("2026-03-04T15:00:00Z")).toBe(0.92); // 00:00
  expect(at("2026-03-04T20:59:00Z")).toBe(0.92); // 05:59
  expect(at("2026-03-04T21:00:00Z")).toBe(0.85); // 06:00
});

test("a shift can be bound to weekdays", () => {
  const limits = parseLimits({
    threshold_hours: [{ name: "weekend", from_hour: 0, to_hour: 24, weekdays: [0, 6], shift: 0.05 }],
  });
  const at = (time: string) => effectiveThreshold(limits, new Date(time), calm, 0).effective;
  expect(at("2026-03-06T23:59:00Z")).toBe(0.85); // Friday
  expect(at("2026-03-07T00:00:00Z")).toBe(0.9); // Saturday
  expect(at("2026-03-08T23:59:00Z")).toBe(0.9); // Sunday
  expect(at("2026-03-09T00:00:00Z")).toBe(0.85); // Monday
});

test("load and resources move it where configured, and not when they are unknown", () => {
  const limits = parseLimits({ threshold_shift_high_load: -0.05, threshold_shift_high_resource_use: 0.03 });
  const at = (loadRatio: number | null, resourceUse: number | null) =>
    effectiveThreshold(limits, NOW, { loadRatio, resourceUse }, 0).effective;
  expect(at(null, null)).toBe(0.85);
  expect(at(2, 0.9)).toBe(0.85);
  expect(at(2.1, 0.5)).toBe(0.8);
  expect(at(1, 0.95)).toBe(0.88);
});

test("whatever shifts there are, it stays within its bounds", () => {
  fc.assert(fc.property(
    fc.array(fc.double({ min: -0.2, max: 0.2, noNaN: true }), { maxLength: 10 }),
    fc.nat(20),
    (shifts, failures) => {
      const limits = parseLimits({
        threshold_hours: shifts.map((shift) => ({ name: "x", from_hour: 0, to_hour: 24, shift })),
      });
      const { effective } = effectiveThreshold(limits, NOW, calm, failures);
      expect(effective).toBeGreaterThanOrEqual(0.75);
      expect(effective).toBeLessThanOrEqual(0.99);
    },
  ));
});

test("only automatic fixes that failed within the hour count as trouble", () => {
  expect(recentFailures([
    pastFix({ state: "failed", finishedAt: ago(59) }),
    pastFix({ state: "rolled_back", finishedAt: ago(1) }),
    pastFix({ state: "failed", finishedAt: ago(60) }),
    pastFix({ state: "failed", finishedAt: ago(1), automatic: false }),
    pastFix({ state: "succeeded", finishedAt: ago(1) }),
    pastFix({ state: "rolling_back", finishedAt: null }),
  ], NOW)).toBe(2);
});

test("limits out of bounds are refused by name, missing ones take their defaults", () => {
  expect(parseLimits(null)).toEqual(DEFAULT_LIMITS);
  expect(parseLimits({ proposals_per_issue: 2, unrelated: true }).proposals_per_issue).toBe(2);
  expect(() => parseLimits({ auto_apply_threshold: 0.1 })).toThrow("auto_apply_threshold");
  expect(() => parseLimits({ cool_down_ms: 0 })).toThrow("cool_down_ms");
  expect(() => parseLimits({ time_zone: "Middle/Earth" })).toThrow("not a time zone");
  expect(() => parseLimits({ minimum_threshold: 0.9, maximum_threshold: 0.8 })).toThrow("minimum_threshold");
});
