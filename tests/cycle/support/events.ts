import type { Json } from "../../../supabase/functions/_shared/platform/json.ts";

/** An error of the application as ingest would hand it on. */
export interface ErrorText {
  type: string;
  message: string;
  /** What makes it an issue of its own. */
  fingerprint?: string;
  transaction?: string;
  extra?: Record<string, Json>;
}

export const POOL_EXHAUSTED: ErrorText = {
  type: "PoolError",
  message: "connection pool exhausted: pool_size is too small",
};
export const OUT_OF_MEMORY: ErrorText = { type: "RangeError", message: "JavaScript heap out of memory" };

/** One element of `record_batch`'s events. */
export function eventRow(projectId: number, error: ErrorText, at: Date): Record<string, Json> {
  const eventId = crypto.randomUUID();
  const occurredAt = at.toISOString();
  return {
    project_id: projectId,
    event_id: eventId,
    fingerprint: error.fingerprint ?? error.type,
    fingerprint_version: 1,
    type: error.type,
    title: `${error.type}: ${error.message}`.slice(0, 200),
    platform: "node",
    level: "error",
    occurred_at: occurredAt,
    payload: {
      eventId: eventId.replaceAll("-", ""),
      occurredAt,
      level: "error",
      platform: "node",
      message: null,
      messageTemplate: null,
      logger: null,
      exceptions: [{
        type: error.type,
        value: error.message,
        module: null,
        handled: false,
        mechanism: null,
        frames: [],
      }],
      release: null,
      environment: null,
      serverName: null,
      transaction: error.transaction ?? null,
      traceId: null,
      sdk: null,
      tags: {},
      userHash: null,
      clientFingerprint: null,
      request: null,
      breadcrumbs: [],
      contexts: {},
      extra: error.extra ?? {},
      debugImages: [],
    },
  };
}

export function trafficRow(
  projectId: number,
  requests: number,
  failed: number,
  at: Date,
): Record<string, Json> {
  return {
    project_id: projectId,
    minute_at: at.toISOString(),
    request_count: requests,
    failed_request_count: failed,
    session_count: 0,
    crashed_session_count: 0,
    duration_ms_sum: requests * 5,
  };
}
