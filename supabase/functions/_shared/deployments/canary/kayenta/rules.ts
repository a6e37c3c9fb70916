import type { MetricRules, PartialRules } from "./types.ts";

/** Published defaults: CLES is 0.5 for equal samples, a ratio of means is 1. */
export function completeRules(rules: PartialRules = {}): MetricRules {
  const measure = rules.effectSize?.measure ?? "meanRatio";
  const neutral = measure === "cles" ? 0.5 : 1;
  return {
    direction: rules.direction ?? "either",
    nanStrategy: rules.nanStrategy ?? "remove",
    critical: rules.critical ?? false,
    mustHaveData: rules.mustHaveData ?? false,
    muted: rules.muted ?? false,
    outliers: { strategy: rules.outliers?.strategy ?? "keep", factor: rules.outliers?.factor ?? 3 },
    effectSize: {
      measure,
      allowedIncrease: rules.effectSize?.allowedIncrease ?? neutral,
      allowedDecrease: rules.effectSize?.allowedDecrease ?? neutral,
      criticalIncrease: rules.effectSize?.criticalIncrease ?? neutral,
      criticalDecrease: rules.effectSize?.criticalDecrease ?? neutral,
    },
  };
}
