import { expect, test } from "vitest";
import {
  judgeRollout,
  observeRollout,
  ROLLOUT_RULES,
  startRollout,
} from "../../supabase/functions/_shared/deployments/canary/judge-rollout.ts";
import {
  calmTest,
  eValues,
  type RolloutInterval,
  stepTest,
} from "../../supabase/functions/_shared/deployments/canary/sequential.ts";
import { poissonSample } from "../../supabase/functions/_shared/statistics/poisson-sample.ts";
import { type Random, seededRandom } from "../../supabase/functions/_shared/statistics/random.ts";

const INTERVAL_MS = 10_000;

/** One interval: 10 % canary; both sides share a failure rate that swings wildly, as outages and load make it. */
function interval(random: Random, ratio: number, step: number): RolloutInterval {
  const common = 0.01 * (1 + 4 * Math.abs(Math.sin(step / 7)));
  const failures = (requests: number, rate: number) =>
    Math.min(requests, poissonSample(requests * rate, random));
  return {
    canary: { requests: 20, failures: failures(20, common * ratio) },
    control: { requests: 180, failures: failures(180, common) },
  };
}

/** Looks after every interval and returns the first verdict that is no hold, and when. */
function run(seed: number, ratio: number, intervals: number) {
  const random = seededRandom(seed);
  let state = startRollout(0);
  for (let step = 1; step <= intervals; step++) {
    state = observeRollout(state, interval(random, ratio, step));
    const verdict = judgeRollout(state, [], step * INTERVAL_MS, random);
    if (verdict.verdict !== "hold") return { ...verdict, seconds: step * 10 };
  }
  return { verdict: "hold" as const, seconds: Infinity, reasons: [] };
}

test("a canary that fails eight times as often is rolled back within two minutes", () => {
  const runs = Array.from({ length: 50 }, (_, seed) => run(seed, 8, 60));
  expect(runs.every((one) => one.verdict === "roll_back")).toBe(true);
  expect(runs.map((one) => one.seconds).sort((a, b) => a - b)[25]).toBeLessThanOrEqual(120);
});

test("looking every ten seconds for an hour rolls back at most one harmless canary in a hundred", () => {
  const rules = { ...ROLLOUT_RULES, falsePass: 0, stepSeconds: Infinity };
  let wrong = 0;
  for (let seed = 0; seed < 400; seed++) {
    const random = seededRandom(seed);
    let state = startRollout(0);
    for (let step = 1; step <= 360; step++) {
      state = observeRollout(state, interval(random, 1, step), rules);
      if (judgeRollout(state, [], step * INTERVAL_MS, random, rules).verdict === "roll_back") {
        wrong++;
        break;
      }
    }
  }
  expect(wrong).toBeLessThanOrEqual(4);
});

test("an unbearable canary passes early at most one time in twenty", () => {
  const passes = Array.from({ length: 200 }, (_, seed) => run(seed, 2, 59)).filter((one) =>
    one.verdict === "pass"
  );
  expect(passes.length).toBeLessThanOrEqual(10);
});

test("an outage that hits both versions alike is no evidence", () => {
  let test_ = calmTest();
  for (let step = 0; step < 50; step++) {
    test_ = stepTest(
      test_,
      {
        canary: { requests: 100, failures: 50 },
        control: { requests: 900, failures: 450 },
      },
      1.25,
      2,
    );
  }
  expect(eValues(test_).harm).toBeLessThan(1);
  expect(eValues(test_).safety).toBeGreaterThan(20);
});

test("intervals without failures or without traffic on one side teach nothing", () => {
  const calm = calmTest();
  const quiet = { canary: { requests: 10, failures: 0 }, control: { requests: 90, failures: 0 } };
  expect(stepTest(calm, quiet, 1.25, 2)).toEqual(calm);
  const lonely = { canary: { requests: 10, failures: 10 }, control: { requests: 0, failures: 0 } };
  expect(stepTest(calm, lonely, 1.25, 2)).toEqual(calm);
});

test("too few requests hold, and say how many are missing", () => {
  const state = observeRollout(startRollout(0), {
    canary: { requests: 60, failures: 0 },
    control: { requests: 600, failures: 1 },
  });
  const verdict = judgeRollout(state, [], 3_600_000, seededRandom(1));
  expect(verdict.verdict).toBe("hold");
  expect(verdict.reasons[0]).toContain("40 more requests");
});

const calm = observeRollout(startRollout(0), {
  canary: { requests: 500, failures: 0 },
  control: { requests: 5000, failures: 0 },
});
const series = (mean: number, seed: number) => {
  const random = seededRandom(seed);
  return Array.from({ length: 30 }, () => mean + random());
};

test("a critical metric ends a rollout before its step is over", () => {
  const metrics = [{
    name: "latency",
    groups: ["latency"],
    control: series(80, 1),
    experiment: series(200, 2),
    rules: { critical: true, direction: "increase" as const },
  }];
  const verdict = judgeRollout(calm, metrics, 30_000, seededRandom(1));
  expect(verdict).toMatchObject({
    verdict: "roll_back",
    reasons: [expect.stringContaining("latency"), expect.anything()],
  });
});

test("other metrics decide when the step is over: pass, hold for a human, or roll back", () => {
  const metric = (name: string, factor: number, seed: number) => ({
    name,
    groups: [name],
    control: series(80, seed),
    experiment: series(80 * factor, seed + 100),
  });
  const judge = (...factors: number[]) =>
    judgeRollout(
      calm,
      factors.map((factor, index) => metric(`m${index}`, factor, index)),
      600_000,
      seededRandom(1),
    ).verdict;
  expect(judge(1, 1, 1, 1, 1)).toBe("pass");
  expect(judge(1, 1, 1, 1, 2)).toBe("hold");
  expect(judge(1, 1, 2, 2, 2)).toBe("roll_back");
});
