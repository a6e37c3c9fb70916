import { get, isRecord, list, record, text, type Unknown } from "../coerce.ts";
import type { ParseContext, SignalsBuilder } from "../context.ts";
import { MAX_EVENTS_PER_REQUEST } from "../limits.ts";
import { logRecordToEvent } from "../log-record.ts";
import { levelNamed } from "../normalize.ts";
import { plainAttributes } from "../otlp-values.ts";

/**
 * A container of logs: `{ items: [...] }`, with or without the `version` that newer SDKs add, a bare list, or one log
 * alone as the first SDKs sent it. Only errors become events; logs below are not what Prunella listens to.
 */
export function addLogs(raw: unknown, header: Unknown, context: ParseContext, signals: SignalsBuilder): void {
  const logs = isRecord(raw) ? list(get(raw, "items") ?? raw) : list(raw);
  const platform = text(get(header, "platform")) ?? "other";
  logs.forEach((log, position) => {
    if (!isRecord(log) || signals.events.length >= MAX_EVENTS_PER_REQUEST) return;
    const level = levelNamed(get(log, "level") ?? get(log, "severity_text"));
    if (level !== "error" && level !== "fatal") return;
    const body = get(log, "body");
    signals.events.push(logRecordToEvent({
      timestamp: get(log, "timestamp") ?? get(log, "time_unix_nano") ?? get(log, "timestamp_nanos"),
      level,
      body: isRecord(body) ? get(body, "stringValue") ?? get(body, "string_value") ?? body : body,
      traceId: get(log, "trace_id"),
      attributes: readAttributes(get(log, "attributes")),
      platform: context.scrubber.text(platform, 64),
      position,
    }, context));
  });
}

/** `{ key: { value, type } }` in current SDKs, OpenTelemetry's list of pairs in older ones, plain values in some. */
function readAttributes(value: unknown): Record<string, unknown> {
  if (Array.isArray(value)) return plainAttributes(value);
  return Object.fromEntries(
    Object.entries(record(value)).map(([key, given]) => [key, isRecord(given) ? get(given, "value") : given]),
  );
}
