import { expect, test } from "vitest";
import { seededRandom } from "../../supabase/functions/_shared/statistics/random.ts";
import { repeat, type Scenario } from "./simulate.ts";

const ALPHA = 0.05;
const RUNS = 1000;
/** Three standard errors of a share of ALPHA. */
const SLACK = 3 * Math.sqrt((ALPHA * (1 - ALPHA)) / RUNS);

/** A quarter of the requests fail before the fix: 5 errors/s in 20 requests/s. */
function scenario(remaining: number, beforeSeconds: number, changes: Partial<Scenario> = {}): Scenario {
  return {
    failShare: (second) => (second < 0 ? 0.25 : 0.25 * remaining),
    trafficPerSecond: () => 20,
    beforeSeconds,
    unit: "requests",
    stepMs: 250,
    policy: { alpha: ALPHA, windowMs: 30_000 },
    ...changes,
  };
}

test.each([2, 5, 20])(
  "with exactly the border rate remaining, false verdicts stay below alpha (%i s before)",
  (seconds) => {
    const { verdicts } = repeat(scenario(0.25, seconds), seededRandom(seconds), RUNS);
    expect(verdicts.resolved / RUNS).toBeLessThanOrEqual(ALPHA + SLACK);
    expect(verdicts.not_resolved / RUNS).toBeLessThanOrEqual(ALPHA + SLACK);
  },
);

test("a fix that changes nothing is never called resolved, and is found out within seconds", () => {
  for (const seconds of [2, 10]) {
    const { verdicts, quantileOf } = repeat(scenario(1, seconds), seededRandom(17 + seconds), RUNS);
    expect(verdicts.resolved / RUNS).toBeLessThanOrEqual(0.002);
    expect(verdicts.not_resolved / RUNS).toBeGreaterThan(0.95);
    expect(quantileOf("not_resolved", 0.5)).toBeLessThanOrEqual(3);
    expect(quantileOf("not_resolved", 0.9)).toBeLessThanOrEqual(8);
  }
});

test("a fix that works is called resolved within 3 to 5 s of traffic", () => {
  const { verdicts, quantileOf } = repeat(scenario(0, 10), seededRandom(23), RUNS);
  expect(verdicts.resolved / RUNS).toBeGreaterThan(0.99);
  expect(verdicts.not_resolved).toBe(0);
  expect(quantileOf("resolved", 0.5)).toBeLessThanOrEqual(4);
  expect(quantileOf("resolved", 0.95)).toBeLessThanOrEqual(5);
});

test("late counts of requests, with the lag stated, keep the rate of false cures below alpha", () => {
  // The traffic of the last 3 s before the fix is counted after it, all at once.
  const late = scenario(0.25, 10, {
    policy: { alpha: ALPHA, windowMs: 30_000, exposureLagMs: 3000 },
    extraExposure: 60,
  });
  const { verdicts } = repeat(late, seededRandom(47), RUNS);
  expect(verdicts.resolved / RUNS).toBeLessThanOrEqual(ALPHA + SLACK);
  const unaware = { ...late, policy: { ...late.policy, exposureLagMs: 0 } };
  expect(repeat(unaware, seededRandom(47), RUNS).verdicts.resolved / RUNS).toBeGreaterThan(2 * ALPHA);
});

test("two seconds of errors are enough to prove a cure within 10 s", () => {
  const { verdicts, quantileOf } = repeat(scenario(0, 2), seededRandom(29), RUNS);
  expect(verdicts.resolved / RUNS).toBeGreaterThan(0.9);
  expect(quantileOf("resolved", 0.5)).toBeLessThanOrEqual(5);
  expect(quantileOf("resolved", 0.9)).toBeLessThanOrEqual(10);
});

test("a few stragglers do not hide a cure", () => {
  const { verdicts } = repeat(scenario(0.04, 10), seededRandom(31), RUNS);
  expect(verdicts.resolved / RUNS).toBeGreaterThan(0.97);
  expect(verdicts.not_resolved / RUNS).toBeLessThan(0.01);
});

test("a worsening is found out within a second or two", () => {
  const { verdicts, quantileOf } = repeat(scenario(3, 5), seededRandom(37), RUNS);
  expect(verdicts.not_resolved / RUNS).toBeGreaterThan(0.99);
  expect(quantileOf("not_resolved", 0.95)).toBeLessThanOrEqual(2);
});

test("a collapse of traffic with the same share of failures is not called resolved", () => {
  const collapse = scenario(1, 10, { trafficPerSecond: (second) => (second < 0 ? 20 : 0.5) });
  const { verdicts } = repeat(collapse, seededRandom(41), RUNS);
  expect(verdicts.resolved / RUNS).toBeLessThanOrEqual(0.002);
});

test.each([[1, 2], [3, 3], [5, 8], [2, 6]])(
  "a fault that flaps, %i s on and %i s off, is not called healed",
  (on, off) => {
    const flapping = scenario(1, 4 * (on + off), {
      failShare: (second) => (((second % (on + off)) + on + off) % (on + off) < on ? 0.3 : 0),
    });
    const random = seededRandom(43 + on);
    let resolved = 0;
    // The fix may fall into any phase of the flapping.
    for (let phase = 0; phase < on + off; phase++) {
      const shifted = { ...flapping, failShare: (second: number) => flapping.failShare(second + phase) };
      resolved += repeat(shifted, random, 50).verdicts.resolved;
    }
    expect(resolved / (50 * (on + off))).toBeLessThanOrEqual(ALPHA);
  },
);
