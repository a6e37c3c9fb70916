import { shiftInterval } from "../../../statistics/mann-whitney-interval.ts";
import { normalSample } from "../../../statistics/normal-sample.ts";
import type { Random } from "../../../statistics/random.ts";
import { commonLanguageEffect, meanRatio } from "./effect-size.ts";
import { outlierMask } from "./outliers.ts";
import { completeRules } from "./rules.ts";
import type { CanaryMetric, MetricLabel, MetricResult, MetricRules } from "./types.ts";

export interface JudgeOptions {
  /** Confidence of the interval of the shift. */
  confidence: number;
  /** A shift matters from this share of its own estimate on. */
  tolerance: number;
}
export const JUDGE_OPTIONS: JudgeOptions = { confidence: 0.98, tolerance: 0.25 };

/** Noise that makes two constant samples comparable, as a share of their value. */
const DEGENERATE_NOISE = 1e-5;

/** Labels one metric: whether the canary lies above or below the baseline, by how much, and whether that is critical. */
export function classifyMetric(
  metric: CanaryMetric,
  random: Random,
  options: JudgeOptions = JUDGE_OPTIONS,
): MetricResult {
  const rules = completeRules(metric.rules);
  const control = prepare(metric.control, rules);
  const experiment = prepare(metric.experiment, rules);
  const result = (label: MetricLabel, critical: boolean, reason: string | null, ratio = 1): MetricResult => ({
    name: metric.name,
    groups: metric.groups,
    label,
    critical,
    muted: rules.muted,
    reason,
    ratio,
  });

  if (control.length === 0 || experiment.length === 0) {
    if (rules.nanStrategy === "replace") return result("Pass", false, null);
    const reason = `Missing data for ${metric.name}`;
    if (rules.mustHaveData && !rules.critical) return result("NodataFailMetric", false, reason);
    return result("Nodata", rules.critical, reason);
  }
  if (sameValues(control, experiment)) {
    return result("Pass", false, "The canary and baseline data are identical");
  }
  if (new Set([...control, ...experiment]).size === 1) return result("Pass", false, null);
  // Shifted onto each other, two single values have one rank: there is no test to make.
  if (control.length === 1 && experiment.length === 1) {
    return result("Pass", false, "One value of each tells nothing");
  }

  const { label, ratio, effect } = compare(control, experiment, rules, random, options);
  if (label === "Pass") return result("Pass", false, null, ratio);
  const { criticalIncrease, criticalDecrease } = rules.effectSize;
  const drastic = Number.isNaN(effect) ||
    (label === "High" ? effect >= criticalIncrease : effect <= criticalDecrease);
  const critical = rules.critical && drastic;
  const suffix = critical ? " (Critical)" : "";
  return result(label, critical, `The metric ${metric.name} was classified as ${label}${suffix}`, ratio);
}

function prepare(values: readonly number[], rules: MetricRules): number[] {
  const present = rules.nanStrategy === "remove"
    ? values.filter((value) => !Number.isNaN(value))
    : values.map((value) => Number.isNaN(value) ? 0 : value);
  if (rules.outliers.strategy === "keep") return present;
  const mask = outlierMask(present, rules.outliers.factor, true);
  return present.filter((_, index) => !mask[index]);
}

function sameValues(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  const sort = (values: readonly number[]) => [...values].sort((x, y) => x - y);
  const [left, right] = [sort(a), sort(b)];
  return left.every((value, index) => value === right[index]);
}

function compare(
  control: number[],
  experiment: number[],
  rules: MetricRules,
  random: Random,
  { confidence, tolerance }: JudgeOptions,
): { label: "High" | "Low" | "Pass"; ratio: number; effect: number } {
  const constant = new Set(control).size === 1 && new Set(experiment).size === 1;
  const noisy = (values: number[]) =>
    constant ? values.map((value) => value + values[0]! * DEGENERATE_NOISE * normalSample(random)) : values;
  const [before, after] = [noisy(control), noisy(experiment)];
  const interval = shiftInterval(after, before, confidence);
  const bound = tolerance * Math.abs(interval.estimate);
  const ratio = meanRatio(before, after);
  const { measure, allowedIncrease, allowedDecrease } = rules.effectSize;
  const effect = measure === "cles" ? commonLanguageEffect(before, after) : ratio;
  // An effect size that cannot be computed is left out of the decision.
  const matters = (enough: boolean) => Number.isNaN(effect) || enough;
  if (rules.direction !== "decrease" && interval.lower > bound && matters(effect >= allowedIncrease)) {
    return { label: "High", ratio, effect };
  }
  if (rules.direction !== "increase" && interval.upper < -bound && matters(effect <= allowedDecrease)) {
    return { label: "Low", ratio, effect };
  }
  return { label: "Pass", ratio, effect };
}
