import fc from "fast-check";
import { expect, test } from "vitest";
import {
  DEFAULT_COSTS,
  type JudgedDecision,
  MAX_MOVE,
  recommendThreshold,
} from "../../supabase/functions/_shared/learn/threshold-tuning.ts";
import { seededRandom } from "../../supabase/functions/_shared/statistics/random.ts";

const bounds = { current: 0.85, minimum: 0.75, maximum: 0.99 };

/** Fixes with confidences from 0.7 to 1 that succeed with the given probability. */
function decisions(count: number, truth: (confidence: number) => number, seed = 1): JudgedDecision[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const confidence = 0.7 + 0.3 * random();
    return { confidence, success: random() < truth(confidence) };
  });
}

test("few judged decisions change nothing", () => {
  const result = recommendThreshold(decisions(49, () => 0), bounds);
  expect(result.recommended).toBe(0.85);
  expect(result.sentence).toContain("fewer than 50");
  expect(recommendThreshold([], bounds)).toMatchObject({ recommended: 0.85, currentCost: null });
});

test("where confidence is too high the threshold rises, at most one move at a time", () => {
  const result = recommendThreshold(decisions(400, (confidence) => confidence - 0.15), bounds);
  expect(result.recommended).toBeGreaterThan(0.87);
  expect(result.recommended).toBeLessThanOrEqual(0.85 + MAX_MOVE);
  expect(result.recommendedCost).toBeLessThan(result.currentCost ?? 0);
});

test("it falls only when the fixes that would newly go alone are proven to work", () => {
  expect(recommendThreshold(decisions(600, () => 0.99), bounds).recommended).toBe(0.8);
  // Ten good ones just below the threshold are no proof.
  const few = [
    ...decisions(60, () => 1).map((each) => ({ ...each, confidence: 0.95 })),
    ...Array.from({ length: 10 }, () => ({ confidence: 0.84, success: true })),
  ];
  expect(recommendThreshold(few, bounds).recommended).toBe(0.85);
});

test("where stated confidence is true, the costs' break-even is near the default threshold and it stays about there", () => {
  const { wrongFix, neededReview, savedReview } = DEFAULT_COSTS;
  expect((wrongFix - savedReview) / (wrongFix - savedReview + neededReview)).toBeCloseTo(0.846, 3);
  const result = recommendThreshold(decisions(3000, (confidence) => confidence), bounds);
  expect(Math.abs(result.recommended - 0.85)).toBeLessThanOrEqual(0.03);
});

test("it stays within its bounds and one move, and never costs more on the past", () => {
  const decision = fc.record({
    confidence: fc.double({ min: 0, max: 1, noNaN: true }),
    success: fc.boolean(),
  });
  const current = fc.integer({ min: 75, max: 99 }).map((percent) => percent / 100);
  fc.assert(fc.property(fc.array(decision, { minLength: 50, maxLength: 150 }), current, (given, current) => {
    const result = recommendThreshold(given, { ...bounds, current });
    expect(result.recommended).toBeGreaterThanOrEqual(bounds.minimum);
    expect(result.recommended).toBeLessThanOrEqual(bounds.maximum);
    expect(Math.abs(result.recommended - current)).toBeLessThanOrEqual(MAX_MOVE + 1e-9);
    expect(result.recommendedCost).toBeLessThanOrEqual(result.currentCost ?? 0);
  }));
});

test("costs that make no sense are refused", () => {
  expect(() => recommendThreshold([], bounds, { wrongFix: -1, neededReview: 1, savedReview: 1 })).toThrow(
    "costs",
  );
  expect(() => recommendThreshold([], bounds, { wrongFix: 0, neededReview: 0, savedReview: 0 })).toThrow(
    "costs",
  );
});
