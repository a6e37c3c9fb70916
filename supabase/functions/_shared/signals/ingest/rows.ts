import { wellFormedJson } from "../../platform/well-formed.ts";
import type { ErrorEvent, Heartbeat, Signals, Traffic } from "../event.ts";
import type { GroupingComponent } from "../fingerprint/grouping.ts";
import { routeEvent } from "../grouping/route-event.ts";
import type { GroupingSettings } from "../grouping/settings.ts";

/** One row on its way to `record_batch`, written as JSON once: its size is known, and batches are put together as text. */
export interface Row {
  kind: "events" | "traffic" | "heartbeats";
  json: string;
  /** The issue of an event, to be remembered once the row is written. */
  issue?: string;
}

/** Issues that one isolate remembers to exist. */
const MAX_KNOWN_ISSUES = 20_000;

/**
 * Issues that exist, because this isolate has written events of them (unless somebody deleted one since: it would come
 * back without its explanation). What a fingerprint was made of is kept
 * with the issue and not with each event, so for these it need not be sent again: a third of a small row.
 */
export class KnownIssues {
  readonly #issues = new Set<string>();

  has(issue: string): boolean {
    return this.#issues.has(issue);
  }

  add(rows: readonly Row[]): void {
    for (const { issue } of rows) {
      if (issue === undefined || this.#issues.has(issue)) continue;
      if (this.#issues.size >= MAX_KNOWN_ISSUES) this.#issues.clear();
      this.#issues.add(issue);
    }
  }
}

/** The rows of everything that one request brought. */
export function rowsOf(
  projectId: number,
  signals: Signals,
  settings: GroupingSettings,
  known: KnownIssues = new KnownIssues(),
): Row[] {
  return [
    ...signals.events.map((event) => eventRow(projectId, event, settings, known)),
    ...signals.traffic.map((traffic) => row("traffic", trafficRow(projectId, traffic))),
    ...signals.heartbeats.map((heartbeat) => row("heartbeats", heartbeatRow(projectId, heartbeat))),
  ];
}

function row(kind: Row["kind"], content: object): Row {
  return { kind, json: wellFormedJson(content) };
}

function eventRow(
  projectId: number,
  event: ErrorEvent,
  settings: GroupingSettings,
  known: KnownIssues,
): Row {
  const { grouping, fingerprint, joins, taught } = routeEvent(event, settings);
  const issue = `${projectId}:${fingerprint}`;
  const isKnown = known.has(issue);
  const content = row("events", {
    project_id: projectId,
    event_id: event.eventId,
    fingerprint,
    fingerprint_version: grouping.version,
    type: grouping.type,
    title: grouping.title,
    culprit: grouping.culprit,
    platform: event.platform,
    level: event.level,
    release: event.release,
    environment: event.environment,
    user_hash: event.userHash,
    trace_id: event.traceId,
    occurred_at: event.occurredAt,
    grouping_components: isKnown ? null : explained(grouping.components, taught),
    payload: event,
    ...(isKnown || joins.length === 0 ? {} : { joins }),
  });
  return { ...content, issue };
}

function explained(components: readonly GroupingComponent[], taught: string | null): GroupingComponent[] {
  return taught === null
    ? [...components]
    : [{ kind: "learnt", contributes: true, why: taught, values: [] }, ...components];
}

function trafficRow(projectId: number, traffic: Traffic) {
  return {
    project_id: projectId,
    minute_at: traffic.minuteAt,
    release: traffic.release,
    environment: traffic.environment,
    request_count: traffic.requestCount,
    failed_request_count: traffic.failedRequestCount,
    session_count: traffic.sessionCount,
    crashed_session_count: traffic.crashedSessionCount,
    duration_ms_sum: traffic.durationMsSum,
  };
}

function heartbeatRow(projectId: number, heartbeat: Heartbeat) {
  return {
    project_id: projectId,
    monitor_slug: heartbeat.monitorSlug,
    environment: heartbeat.environment,
    status: heartbeat.status,
    check_in_id: heartbeat.checkInId,
    occurred_at: heartbeat.occurredAt,
    duration_ms: heartbeat.durationMs,
    interval_seconds: heartbeat.intervalSeconds,
    margin_seconds: heartbeat.marginSeconds,
  };
}
