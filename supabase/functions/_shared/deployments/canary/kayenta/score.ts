import type { GroupScore, JudgeResult, MetricLabel, MetricResult } from "./types.ts";

/** From this share of metrics without data on, in percent, a canary fails. */
const NODATA_LIMIT = 50;

/** Score of one group: share of its metrics that passed, in percent, among those that could be judged. */
export function groupScore(name: string, labels: readonly MetricLabel[]): GroupScore {
  const counts: Partial<Record<MetricLabel, number>> = {};
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  const judged = (counts.Pass ?? 0) + (counts.High ?? 0) + (counts.Low ?? 0) + (counts.NodataFailMetric ?? 0);
  return {
    name,
    score: judged === 0 ? 0 : ((counts.Pass ?? 0) / judged) * 100,
    noData: judged === 0,
    counts,
  };
}

/** The weighted sum of group scores. Groups without a weight share what is left of 100; a group without data counts as 100. */
export function summaryScore(
  groups: readonly GroupScore[],
  weights: Readonly<Record<string, number>>,
): number {
  const spent = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  const unweighted = groups.filter((group) => weights[group.name] === undefined).length;
  const share = unweighted > 0 ? (100 - spent) / unweighted : 0;
  const sum = groups.reduce(
    (total, group) => total + (group.noData ? 100 : group.score) * ((weights[group.name] ?? share) / 100),
    0,
  );
  return Math.round(sum * 100) / 100;
}

export interface ScoreThresholds {
  pass: number;
  marginal: number;
}

/** From labelled metrics to a classified score. A critical failure, or too much missing data, makes it 0. */
export function scoreCanary(
  metrics: readonly MetricResult[],
  weights: Readonly<Record<string, number>>,
  thresholds: ScoreThresholds,
): JudgeResult {
  const counted = metrics.filter((metric) => !metric.muted);
  const labels = new Map<string, MetricLabel[]>();
  for (const metric of counted) {
    for (const group of metric.groups) labels.set(group, [...(labels.get(group) ?? []), metric.label]);
  }
  const groups = [...labels].map(([name, list]) => groupScore(name, list));
  const failure = counted.find((metric) => metric.critical && metric.label !== "Pass");
  const missing = counted.filter((metric) => metric.label === "Nodata").length;
  let score = summaryScore(groups, weights);
  let reason: string | null = null;
  if (failure) {
    [score, reason] = [0, `Canary Failed: ${failure.reason}`];
  } else if (counted.length > 0 && (missing / counted.length) * 100 >= NODATA_LIMIT) {
    [score, reason] = [0, `Canary Failed: ${NODATA_LIMIT}% or more metrics returned NODATA`];
  }
  const classification = score >= thresholds.pass
    ? "Pass"
    : score >= thresholds.marginal
    ? "Marginal"
    : "Fail";
  return { score, classification, reason, groups, metrics: [...metrics] };
}
