import { z } from "zod";
import { callRpc, type RpcClient } from "../platform/rpc.ts";
import type { Change } from "../diagnose/change.ts";
import { FIX_STATES } from "../heal/fix-states.ts";
import type { ErrorEvent } from "../signals/event.ts";
import { MODES, type PastFix } from "./types.ts";

const minute = z.object({
  minute_at: z.string(),
  request_count: z.number(),
  failed_request_count: z.number(),
});

const contextSchema = z.object({
  now: z.string(),
  issue: z.object({
    id: z.number(),
    project_id: z.number(),
    status: z.string(),
    event_count: z.number(),
    first_seen_at: z.string(),
    last_seen_at: z.string(),
    episode_started_at: z.string(),
    episode_event_count: z.number(),
    merged_into_id: z.number().nullable(),
  }),
  // Stored by ingest in the shape of ErrorEvent, which is the contract between the two.
  event: z.object({
    received_at: z.string(),
    payload: z.custom<ErrorEvent>((value) =>
      typeof value === "object" && value !== null && "exceptions" in value
    ),
  }).nullable(),
  user_count: z.number(),
  project: z.object({ mode: z.enum(MODES), dry_run: z.boolean(), time_zone: z.string() }),
  kill_switch: z.boolean(),
  limits: z.record(z.string(), z.json()),
  action_modes: z.record(z.string(), z.enum(MODES)).catch({}),
  declarations: z.json(),
  calibration: z.json(),
  totals: z.object({ request_count: z.number().default(0) }),
  error_minutes: z.array(z.object({ minute_at: z.string(), event_count: z.number() })),
  traffic_minutes: z.array(minute),
  changes: z.array(z.object({
    key: z.string(),
    version: z.number(),
    value: z.json(),
    changed_at: z.string(),
    made_by_fix: z.boolean(),
    previous_version: z.number().nullable(),
    previous_value: z.json().nullish(),
  })),
  fixes: z.array(z.object({
    id: z.number(),
    issue_id: z.number(),
    action: z.string(),
    parameters: z.record(z.string(), z.json()),
    target_key: z.string(),
    state: z.enum(FIX_STATES),
    outcome: z.string().nullable(),
    automatic: z.boolean(),
    informational: z.boolean(),
    created_at: z.string(),
    applied_at: z.string().nullable(),
    finished_at: z.string().nullable(),
  })),
  decision_count: z.number(),
  last_decision: z.object({
    verdict: z.string(),
    action: z.string().nullable(),
    target_key: z.string().nullable(),
    probable_cause: z.string().nullable(),
  }).nullable(),
  relapsed_fix_id: z.number().nullable(),
  integrations: z.array(z.object({ kind: z.string(), name: z.string(), configuration: z.json() })),
});

/** Everything known about an issue, read at one moment. */
export type IssueContext = z.output<typeof contextSchema>;

export function loadIssue(client: RpcClient, issueId: number): Promise<IssueContext | null> {
  return callRpc(client, "heal_context", { p_issue_id: issueId }, contextSchema.nullable());
}

type ChangeRow = IssueContext["changes"][number];

/**
 * Configuration changes as diagnosis takes them. Prunella's own are among them, for they too can be the cause; but not those that
 * answered this very issue, which came after it.
 */
export function changesOf(context: IssueContext): Change[] {
  const startedMs = Date.parse(context.issue.episode_started_at);
  return context.changes
    .filter((change) => !change.made_by_fix || Date.parse(change.changed_at) < startedMs)
    .map((change) => ({
      kind: "configuration",
      subject: change.key,
      version: String(change.version),
      previousVersion: change.previous_version === null ? null : String(change.previous_version),
      changedAt: change.changed_at,
      after: change.value,
      ...(change.previous_version !== null && { before: change.previous_value ?? null }),
      record: recordOf(change, context),
    }));
}

/** A fix is applied right after it has written its change. */
const APPLIED_WITHIN_MS = 5_000;

function recordOf(change: ChangeRow, { issue, fixes }: IssueContext): Change["record"] {
  const changedMs = Date.parse(change.changed_at);
  const helped = change.made_by_fix &&
    fixes.some((fix) =>
      fix.outcome === "succeeded" && fix.target_key === `configuration:${change.key}` &&
      fix.applied_at !== null &&
      Math.abs(Date.parse(fix.applied_at) - changedMs) < APPLIED_WITHIN_MS
    );
  if (helped) return "helped";
  const isInnocent = fixes.some((fix) =>
    fix.outcome === "not_resolved" && fix.action === "configuration.revert" && fix.issue_id === issue.id &&
    Date.parse(fix.created_at) >= Date.parse(issue.episode_started_at) &&
    fix.parameters.key === change.key && fix.parameters.version === change.version
  );
  return isInnocent ? "innocent" : undefined;
}

export function pastFixesOf(context: IssueContext): PastFix[] {
  return context.fixes.map((fix) => ({
    id: String(fix.id),
    issueId: fix.issue_id,
    action: fix.action,
    parameters: fix.parameters,
    targetKey: fix.target_key,
    state: fix.state,
    automatic: fix.automatic,
    createdAt: fix.created_at,
    appliedAt: fix.applied_at,
    finishedAt: fix.finished_at,
    informational: fix.informational,
  }));
}

/** The last minutes count as "now" for the share of requests that fail. */
const TRAFFIC_MINUTES = 5;

export function recentTraffic(
  context: IssueContext,
): { requestCount: number; failedRequestCount: number } | null {
  const since = Date.parse(context.now) - TRAFFIC_MINUTES * 60_000;
  const recent = context.traffic_minutes.filter(({ minute_at }) => Date.parse(minute_at) > since);
  const requestCount = recent.reduce((sum, each) => sum + each.request_count, 0);
  const failedRequestCount = recent.reduce((sum, each) => sum + each.failed_request_count, 0);
  return requestCount > 0 ? { requestCount, failedRequestCount } : null;
}

/** Requests per minute now against the mean of the hour; null when there is no hour to compare with. */
export function loadRatio(context: IssueContext): number | null {
  const [now, ...before] = [...context.traffic_minutes].reverse().map((each) => each.request_count);
  if (now === undefined || before.length < 10) return null;
  const mean = before.reduce((sum, count) => sum + count, 0) / before.length;
  return mean > 0 ? now / mean : null;
}
