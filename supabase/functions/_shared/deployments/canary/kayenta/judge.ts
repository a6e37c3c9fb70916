import type { Random } from "../../../statistics/random.ts";
import { classifyMetric } from "./classify.ts";
import { scoreCanary, type ScoreThresholds } from "./score.ts";
import type { CanaryMetric, JudgeResult } from "./types.ts";

/** 90 and 75, as in the example of Argo Rollouts' documentation; Kayenta leaves them to the caller. */
export const THRESHOLDS: ScoreThresholds = { pass: 90, marginal: 75 };

/**
 * NetflixACAJudge-v1.0: labels every metric with a Mann-Whitney test, then scores groups and the whole.
 *
 * @param weights percent per group; groups that are not named share the rest
 * @param random only for two constant samples, which get a trace of noise
 */
export function judgeCanary(
  metrics: readonly CanaryMetric[],
  random: Random,
  weights: Readonly<Record<string, number>> = {},
  thresholds: ScoreThresholds = THRESHOLDS,
): JudgeResult {
  return scoreCanary(metrics.map((metric) => classifyMetric(metric, random)), weights, thresholds);
}
