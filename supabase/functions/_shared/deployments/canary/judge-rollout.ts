import type { Random } from "../../statistics/random.ts";
import { judgeCanary, THRESHOLDS } from "./kayenta/judge.ts";
import type { ScoreThresholds } from "./kayenta/score.ts";
import type { CanaryMetric, JudgeResult } from "./kayenta/types.ts";
import { calmTest, eValues, type RolloutInterval, type SequentialTest, stepTest } from "./sequential.ts";

export interface RolloutRules {
  /** The canary may fail this many times as often as the old version before it counts as harm. */
  tolerated: number;
  /** A rollout passes early when a ratio this bad is ruled out. */
  unbearable: number;
  /** Probability of rolling back a harmless version, over the whole rollout. */
  falseRollback: number;
  /** Probability of passing an unbearable version early. */
  falsePass: number;
  /** Requests that the canary must have served before it may pass. */
  leastRequests: number;
  /** Seconds of a step after which the judge alone decides, when the sequential tests did not. */
  stepSeconds: number;
  thresholds: ScoreThresholds;
  weights: Record<string, number>;
}

export const ROLLOUT_RULES: RolloutRules = {
  tolerated: 1.25,
  unbearable: 2,
  falseRollback: 0.01,
  falsePass: 0.05,
  // Vercel's rolling-release gate asks for as many before it compares error rates.
  leastRequests: 100,
  stepSeconds: 600,
  thresholds: THRESHOLDS,
  weights: {},
};

/** State of one step of a rollout. JSON. */
export interface RolloutState {
  startedAt: number;
  test: SequentialTest;
  canaryRequests: number;
  controlRequests: number;
  canaryFailures: number;
  controlFailures: number;
}

export function startRollout(now: number): RolloutState {
  return {
    startedAt: now,
    test: calmTest(),
    canaryRequests: 0,
    controlRequests: 0,
    canaryFailures: 0,
    controlFailures: 0,
  };
}

export interface RolloutVerdict {
  verdict: "pass" | "hold" | "roll_back";
  /** Sentences, the decisive one first. */
  reasons: string[];
  harmEValue: number;
  safetyEValue: number;
  judge: JudgeResult | null;
}

/** Adds one interval to the state. */
export function observeRollout(
  state: RolloutState,
  interval: RolloutInterval,
  rules = ROLLOUT_RULES,
): RolloutState {
  return {
    startedAt: state.startedAt,
    test: stepTest(state.test, interval, rules.tolerated, rules.unbearable),
    canaryRequests: state.canaryRequests + interval.canary.requests,
    controlRequests: state.controlRequests + interval.control.requests,
    canaryFailures: state.canaryFailures + interval.canary.failures,
    controlFailures: state.controlFailures + interval.control.failures,
  };
}

/**
 * Decides whether a gradual rollout goes on, waits or is taken back.
 *
 * Failures are watched sequentially: clear harm ends a rollout at once, clear safety lets it go on at once. All other metrics
 * (latency, saturation, new issues) are judged by the Kayenta judge; a critical failure there ends a rollout at any time, the score
 * counts when the step is over.
 *
 * @param metrics series of the step so far, one value per interval; may be empty
 * @param whole the state over all steps so far: harm that comes slowly is not forgotten with each step. Safety is of this step
 *   alone, since what a tenth of the traffic does not show, half of it may.
 */
export function judgeRollout(
  state: RolloutState,
  metrics: readonly CanaryMetric[],
  now: number,
  random: Random,
  rules: RolloutRules = ROLLOUT_RULES,
  whole: RolloutState = state,
): RolloutVerdict {
  const { safety } = eValues(state.test);
  const { harm } = eValues(whole.test);
  const judge = metrics.length > 0 ? judgeCanary(metrics, random, rules.weights, rules.thresholds) : null;
  const seconds = (now - state.startedAt) / 1000;
  const result = (verdict: RolloutVerdict["verdict"], ...reasons: string[]): RolloutVerdict => ({
    verdict,
    reasons,
    harmEValue: harm,
    safetyEValue: safety,
    judge,
  });
  const rates = ratesOf(state);
  const critical = judge?.metrics.find((metric) =>
    metric.critical && metric.label !== "Pass" && !metric.muted
  );

  if (harm >= 1 / rules.falseRollback) {
    return result(
      "roll_back",
      `${ratesOf(whole)}: more than ${rules.tolerated} times as often`,
      `that this is chance is ruled out but for a risk of ${rules.falseRollback * 100} % (e-value ${
        harm.toPrecision(3)
      })`,
    );
  }
  if (critical && (critical.label === "High" || critical.label === "Low")) {
    return result("roll_back", ...failed(judge), rates);
  }
  if (state.canaryRequests < rules.leastRequests) {
    const missing = rules.leastRequests - state.canaryRequests;
    return result("hold", `the new version must serve ${missing} more requests before it can be judged`);
  }
  const over = seconds >= rules.stepSeconds;
  if (over && judge?.classification === "Fail") {
    return result(
      "roll_back",
      judge.reason ?? `score ${judge.score} is below ${rules.thresholds.marginal}`,
      ...failed(judge),
      rates,
    );
  }
  const judgeAgrees = judge === null || judge.classification === "Pass";
  if (safety >= 1 / rules.falsePass && judgeAgrees) {
    return result(
      "pass",
      `${rates}: ${rules.unbearable} times as often is ruled out`,
      `e-value ${safety.toPrecision(3)}`,
    );
  }
  if (over && judgeAgrees) {
    return result("pass", `nothing spoke against it in ${Math.round(seconds)} s`, rates);
  }
  if (over) {
    return result("hold", `score ${judge!.score} is marginal: a human should look`, ...failed(judge), rates);
  }
  return result("hold", "not decided yet", rates);
}

function ratesOf(state: RolloutState): string {
  return `${percent(state.canaryFailures, state.canaryRequests)} of requests fail on the new version, ` +
    `${percent(state.controlFailures, state.controlRequests)} on the old one`;
}

/** What the judge found, as sentences. */
function failed(judge: JudgeResult | null): string[] {
  return (judge?.metrics ?? []).filter(({ label, muted }) => (label === "High" || label === "Low") && !muted)
    .map(({ name, label, critical, ratio }) =>
      `${name}: ${ratio.toPrecision(3)} times that of the old version${
        critical ? ", which is critical" : ""
      }` +
      ` (${label === "High" ? "higher" : "lower"}, Mann-Whitney at 98 %)`
    );
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "none" : `${((part / whole) * 100).toPrecision(2)} %`;
}
