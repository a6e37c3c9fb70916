import type { DependencyHealth } from "../../../supabase/functions/_shared/deployments/blame/types.ts";
import type { SimChange } from "../changes.ts";
import type { SimIssue, SimService } from "../project.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export type Scenario =
  | "change"
  | "change_gradual"
  | "change_minutes_later"
  | "change_hours_later"
  | "change_slow_leak"
  | "change_without_labels"
  | "change_without_events"
  | "change_elsewhere"
  | "change_breaks_dependency_calls"
  | "external_outage"
  | "traffic_spike"
  | "slow_leak"
  | "new_rare_issue"
  | "burst";

/** Something that makes requests fail. `changeId` is null when no change of the project is the cause. */
export interface SimFault {
  id: string;
  scenario: Scenario;
  changeId: string | null;
  change: SimChange | null;
  startAt: number;
  endAt: number;
  effects: SimEffect[];
  /** Multiplies traffic of the services named, or of all. */
  load: { services: string[]; ratio: number; rampMs: number } | null;
  /** The vendor that does not answer, or that the change can no longer call. */
  vendor: string | null;
  health: DependencyHealth[];
  /** ms of the first failing request, once there was one. */
  firstFailureAt: number | null;
  /** Start of the first clock minute with at least AFFECTED_FAILURES failing requests. */
  affectedAt: number | null;
  /** Failing requests of the current clock minute. */
  minute: { at: number; failures: number };
}

/** How one service suffers. */
export interface SimEffect {
  service: SimService;
  /** Failing share of the requests that are affected, when fully developed. */
  share: number;
  /** ms from start until fully developed; 0 is a step. */
  rampMs: number;
  delayMs: number;
  /** True: only requests that run the change. */
  confined: boolean;
  issues: { issue: SimIssue; weight: number }[];
}

/** A minute counts as affected from this many failing requests on: one alone is an anecdote. */
export const AFFECTED_FAILURES = 3;

let faultCount = 0;

/** A fault that has not hurt anybody yet. */
export function newFault(
  parts: Omit<SimFault, "id" | "firstFailureAt" | "affectedAt" | "minute">,
): SimFault {
  return {
    id: `f${++faultCount}`,
    ...parts,
    firstFailureAt: null,
    affectedAt: null,
    minute: { at: 0, failures: 0 },
  };
}
