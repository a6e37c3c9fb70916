import { wallClock } from "../platform/wall-clock.ts";
import { type Limits, RECENT_TROUBLE_MS } from "./limits.ts";
import type { PastFix, Situation, ThresholdResult } from "./types.ts";

function within(hour: number, from: number, to: number): boolean {
  return from < to ? hour >= from && hour < to : hour >= from || hour < to;
}

/** Automatic fixes of the project that failed or were rolled back shortly before `now`. */
export function recentFailures(pastFixes: readonly PastFix[], now: Date): number {
  return pastFixes.filter((fix) =>
    fix.automatic && (fix.state === "failed" || fix.state === "rolled_back") && fix.finishedAt !== null &&
    now.getTime() - Date.parse(fix.finishedAt) < RECENT_TROUBLE_MS
  ).length;
}

/**
 * The probability that a fix must have to be applied without a human, here and now: the configured base, moved by the hour and
 * weekday, load, use of resources and recent failures, and kept within the configured bounds.
 *
 * @param failures from `recentFailures`
 * @example effectiveThreshold(DEFAULT_LIMITS, now, { loadRatio: null, resourceUse: null }, 2).effective; // 0.89
 */
export function effectiveThreshold(
  limits: Limits,
  now: Date,
  situation: Situation,
  failures: number,
): ThresholdResult {
  const shifts: ThresholdResult["shifts"] = [];
  const add = (name: string, amount: number, why: string) => {
    if (amount !== 0) shifts.push({ name, amount, why });
  };
  const { hour, weekday } = wallClock(now, limits.time_zone);
  for (const window of limits.threshold_hours) {
    if (!within(hour, window.from_hour, window.to_hour)) continue;
    if (window.weekdays && !window.weekdays.includes(weekday)) continue;
    add(window.name, window.shift, `It is ${hour} o'clock in ${limits.time_zone}, within "${window.name}".`);
  }
  if (situation.loadRatio !== null && situation.loadRatio > limits.high_load_ratio) {
    add(
      "high load",
      limits.threshold_shift_high_load,
      `Traffic is ${situation.loadRatio.toFixed(1)} times the usual.`,
    );
  }
  if (situation.resourceUse !== null && situation.resourceUse > limits.high_resource_use) {
    add(
      "high resource use",
      limits.threshold_shift_high_resource_use,
      `A resource is ${Math.round(situation.resourceUse * 100)} % in use.`,
    );
  }
  add(
    "recent failures",
    Math.min(limits.threshold_shift_failures_max, failures * limits.threshold_shift_per_failure),
    `${failures} automatic ${failures === 1 ? "fix" : "fixes"} failed within the last hour.`,
  );
  const wanted = shifts.reduce((sum, shift) => sum + shift.amount, limits.auto_apply_threshold);
  const effective = Math.min(limits.maximum_threshold, Math.max(limits.minimum_threshold, wanted));
  // Rounded away from binary noise such as 0.8500000000000001, which would deny a probability of exactly 0.85.
  return { base: limits.auto_apply_threshold, effective: Math.round(effective * 1e6) / 1e6, shifts };
}
