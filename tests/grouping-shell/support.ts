import { expect } from "vitest";
import type { Row } from "../../scripts/platform/database.ts";
import { parseRow } from "./parse-row.ts";
import type { ErrorEvent } from "../../supabase/functions/_shared/signals/event.ts";
import { rowsOf } from "../../supabase/functions/_shared/signals/ingest/rows.ts";
import {
  DEFAULT_SETTINGS,
  type GroupingSettings,
} from "../../supabase/functions/_shared/signals/grouping/settings.ts";

/** An event as ingest makes them. */
export function errorEvent(over: Partial<ErrorEvent> = {}): ErrorEvent {
  return {
    eventId: crypto.randomUUID().replaceAll("-", ""),
    occurredAt: new Date().toISOString(),
    level: "error",
    platform: "node",
    logger: null,
    message: null,
    messageTemplate: null,
    exceptions: [],
    release: null,
    environment: null,
    serverName: null,
    transaction: null,
    traceId: null,
    sdk: null,
    tags: {},
    userHash: null,
    clientFingerprint: null,
    request: null,
    breadcrumbs: [],
    contexts: {},
    extra: {},
    debugImages: [],
    ...over,
  };
}

/** The batch that ingest would send for these events. */
export function batchOf(
  projectId: number,
  events: ErrorEvent[],
  settings: GroupingSettings = DEFAULT_SETTINGS,
): { events: Record<string, unknown>[] } {
  const rows = rowsOf(projectId, { events, traffic: [], heartbeats: [] }, settings);
  return { events: rows.map(parseRow) };
}

/** A bare event of a fingerprint, for tests that only count. */
export function bareEvent(projectId: number, fingerprint: string, over: Record<string, unknown> = {}) {
  return {
    project_id: projectId,
    event_id: crypto.randomUUID(),
    fingerprint,
    fingerprint_version: 1,
    type: "Error",
    title: `Error: ${fingerprint}`,
    platform: "node",
    level: "error",
    occurred_at: "2026-03-01T12:00:00Z",
    payload: errorEvent({ message: fingerprint }),
    ...over,
  };
}

/**
 * The laws of counting: what issues, minutes and events say is the same, for each issue, for what came in through merged
 * issues, and in all. Rows of events may wait to be moved; what they count for may not.
 */
export async function expectCountsAgree(
  db: { query(text: string, params?: readonly unknown[]): Promise<Row[]> },
  projectId: number,
  total: number,
): Promise<void> {
  const wrong = await db.query(
    `with events as (
       select coalesce(o.merged_into_id, o.id) as issue_id, o.id as origin_id, o.merged_into_id is not null as is_merged,
         date_trunc('minute', e.received_at) as minute_at, coalesce(e.release, '') as release
       from error_events as e join detected_errors as o on o.id = coalesce(e.origin_issue_id, e.issue_id)
       where e.project_id = $1
     )
     select d.id, d.event_count, d.merged_event_count, d.episode_event_count, d.merged_into_id,
       (select count(*) from events as e where e.issue_id = d.id) as events,
       (select count(*) from events as e where e.origin_id = d.id and e.is_merged) as through,
       (select coalesce(sum(m.event_count), 0) from error_minutes as m where m.issue_id = d.id) as minutes,
       (select coalesce(sum(m.event_count), 0) from merged_minutes as m where m.origin_issue_id = d.id) as merged_minutes,
       (select count(*) from error_minutes as m where m.issue_id = d.id and m.event_count <> (
         select count(*) from events as e where e.issue_id = d.id and e.minute_at = m.minute_at and e.release = m.release
       )) as wrong_minutes
     from detected_errors as d where d.project_id = $1`,
    [projectId],
  ) as Record<string, number | null>[];
  let sum = 0;
  for (const row of wrong) {
    expect(row, `issue ${row.id}`).toMatchObject({
      event_count: row.events,
      minutes: row.events,
      merged_event_count: row.through,
      merged_minutes: row.through,
      wrong_minutes: 0,
    });
    if (row.merged_into_id !== null) expect(row.events, `merged issue ${row.id}`).toBe(0);
    else expect(row.episode_event_count, `issue ${row.id}`).toBeLessThanOrEqual(row.event_count!);
    sum += Number(row.event_count);
  }
  expect(sum).toBe(total);
}
