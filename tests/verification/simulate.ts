import {
  startVerification,
  updateVerification,
} from "../../supabase/functions/_shared/heal/verification/sequential-test.ts";
import type {
  BeforeBucket,
  VerificationPolicy,
  VerificationResult,
} from "../../supabase/functions/_shared/heal/verification/types.ts";
import { poissonSample } from "../../supabase/functions/_shared/statistics/poisson-sample.ts";
import type { Random } from "../../supabase/functions/_shared/statistics/random.ts";

export interface Scenario {
  /** Errors per request as a function of seconds since the fix; negative before it. */
  failShare: (second: number) => number;
  /** Requests per second, likewise. */
  trafficPerSecond: (second: number) => number;
  beforeSeconds: number;
  unit: "requests" | "seconds";
  stepMs: number;
  policy?: Partial<VerificationPolicy>;
  /** Requests of before the fix that are counted only after it. */
  extraExposure?: number;
}

/** Plays a fault and its fix, looking at the counts after every step, and returns the last look. */
export function simulate(scenario: Scenario, random: Random): VerificationResult {
  const step = scenario.stepMs / 1000;
  const draw = (second: number): BeforeBucket => {
    const traffic = poissonSample(scenario.trafficPerSecond(second) * step, random);
    return {
      // Requests fail, so errors follow the traffic that there happened to be.
      errors: poissonSample(traffic * scenario.failShare(second), random),
      exposure: scenario.unit === "requests" ? traffic : step,
      durationMs: scenario.stepMs,
    };
  };
  const steps = Math.round(scenario.beforeSeconds / step);
  const buckets = Array.from({ length: steps }, (_, i) => draw((i - steps) * step));
  const total = (key: "errors" | "exposure") => buckets.reduce((sum, bucket) => sum + bucket[key], 0);
  let state = startVerification(
    { errors: total("errors"), exposure: total("exposure"), unit: scenario.unit, buckets },
    scenario.policy,
  );
  const after = { errors: 0, exposure: scenario.extraExposure ?? 0, elapsedMs: 0 };
  for (;;) {
    const next = draw(after.elapsedMs / 1000);
    after.errors += next.errors;
    after.exposure += next.exposure;
    after.elapsedMs += scenario.stepMs;
    const result = updateVerification(state, { ...after });
    state = result.state;
    if (result.verdict !== "continue") return result;
  }
}

/** Runs a scenario many times and counts the verdicts; times in seconds of those that were resolved, in order. */
export function repeat(scenario: Scenario, random: Random, runs: number) {
  const verdicts = { resolved: 0, not_resolved: 0, inconclusive: 0 };
  const times: Record<keyof typeof verdicts, number[]> = { resolved: [], not_resolved: [], inconclusive: [] };
  for (let run = 0; run < runs; run++) {
    const { verdict, evidence } = simulate(scenario, random);
    if (verdict === "continue") throw new Error("simulate stopped without a verdict");
    verdicts[verdict]++;
    times[verdict].push(evidence.elapsedMs / 1000);
  }
  const quantileOf = (verdict: keyof typeof verdicts, p: number) => {
    const sorted = times[verdict].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Infinity;
  };
  return { verdicts, quantileOf };
}
