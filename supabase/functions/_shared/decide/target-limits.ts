import type { Limits } from "./limits.ts";
import { ACTIVE_STATES, FAILED_STATES } from "../heal/fix-states.ts";
import type { Objection, PastFix } from "./types.ts";

const HOUR_MS = 60 * 60 * 1000;

/** What happened to one target lately. Times in order of nothing; counts as of the decision. */
export interface TargetHistory {
  key: string;
  /** A fix on it is approved, being applied, verified or rolled back. */
  openFix: boolean;
  /** Begin of each automatic fix within the last hour. */
  automaticFixesAt: Date[];
  /** When a fix last touched it: its end, or its begin if it has not ended. */
  lastTouchedAt: Date | null;
  /** Fixes that failed since the last one that succeeded, and when the latest of them ended. */
  failuresInARow: number;
  lastFailureAt: Date | null;
}

/** Reads a target's history from past fixes. Fixes that only inform people count for informing alone, and the reverse. */
export function targetHistory(
  key: string,
  pastFixes: readonly PastFix[],
  now: Date,
  informational = false,
): TargetHistory {
  const fixes = pastFixes.filter((fix) =>
    fix.targetKey === key && (fix.informational ?? false) === informational
  );
  const touched = fixes.filter((fix) => fix.appliedAt !== null);
  const endOf = (fix: PastFix) => Date.parse(fix.finishedAt ?? fix.appliedAt ?? fix.createdAt);
  const latestFirst = touched.filter((fix) => fix.state === "succeeded" || FAILED_STATES.includes(fix.state))
    .sort((a, b) => endOf(b) - endOf(a));
  const lastSuccess = latestFirst.findIndex((fix) => fix.state === "succeeded");
  const failures = lastSuccess === -1 ? latestFirst : latestFirst.slice(0, lastSuccess);
  const begins = touched.filter((fix) => fix.automatic).map((fix) =>
    new Date(fix.appliedAt ?? fix.createdAt)
  );
  const ends = touched.map(endOf);
  const lastFailure = failures[0];
  return {
    key,
    openFix: fixes.some((fix) => ACTIVE_STATES.includes(fix.state)),
    automaticFixesAt: begins.filter((begin) => now.getTime() - begin.getTime() < HOUR_MS),
    lastTouchedAt: ends.length > 0 ? new Date(Math.max(...ends)) : null,
    failuresInARow: failures.length,
    lastFailureAt: lastFailure ? new Date(endOf(lastFailure)) : null,
  };
}

/**
 * Limits on how often one target is changed. An open fix and the cool-down only wait, the latter not for humans; the hourly limit and the
 * block after failures hand over to a human.
 */
export function targetLimits(target: TargetHistory, limits: Limits, now: Date): Objection[] {
  const objections = underWay(target, limits, now);
  const coolUntil = target.lastTouchedAt ? target.lastTouchedAt.getTime() + limits.cool_down_ms : -Infinity;
  if (now.getTime() < coolUntil) {
    objections.push({
      atMost: "observe",
      onlyAgainstApply: true,
      reason: `${target.key} was changed by a fix within the last ${
        minutes(limits.cool_down_ms)
      }: it cools down.`,
      until: new Date(coolUntil),
    });
  }
  const count = target.automaticFixesAt.length;
  if (count >= limits.automatic_fixes_per_target_and_hour) {
    objections.push({
      atMost: "review",
      reason: `${count} automatic fixes on ${target.key} within the hour; ` +
        `${limits.automatic_fixes_per_target_and_hour} is the limit.`,
    });
  }
  const blockedUntil = target.lastFailureAt
    ? target.lastFailureAt.getTime() + limits.failure_block_ms
    : -Infinity;
  if (target.failuresInARow >= limits.failures_before_block && now.getTime() < blockedUntil) {
    objections.push({
      atMost: "review",
      reason: `${target.failuresInARow} fixes in a row failed on ${target.key}: a human decides until ${
        new Date(blockedUntil).toISOString()
      }.`,
    });
  }
  return objections;
}

/** Limits on how often people are informed. No cool-down: two issues in a minute are two messages. */
export function informingLimits(target: TargetHistory, limits: Limits, now: Date): Objection[] {
  const objections = underWay(target, limits, now);
  const count = target.automaticFixesAt.length;
  if (count >= limits.messages_per_action_and_hour) {
    objections.push({
      atMost: "observe",
      reason: `${count} messages within the hour; ${limits.messages_per_action_and_hour} is the limit.`,
    });
  }
  return objections;
}

function underWay(target: TargetHistory, limits: Limits, now: Date): Objection[] {
  if (!target.openFix) return [];
  const until = new Date(now.getTime() + limits.cool_down_ms);
  return [{ atMost: "observe", reason: `Another fix on ${target.key} is under way.`, until }];
}

const minutes = (ms: number) => `${Math.round(ms / 60_000)} min`;
