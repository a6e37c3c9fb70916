import { get, record, text, type Unknown } from "../coerce.ts";
import type { ParseContext } from "../context.ts";
import { MAX_NAME_CHARS } from "../limits.ts";
import { scrubbed } from "../normalize.ts";
import { minuteOf, occurredAt, parseTime } from "../time.ts";
import type { TrafficSum } from "../traffic-sum.ts";

/** Span statuses that Sentry does not count as failed; all others are. */
const NOT_FAILED = new Set(["ok", "cancelled", "unknown", "unset"]);
/** Longer transactions are a clock that was set in between. */
const MAX_DURATION_MS = 24 * 60 * 60 * 1000;

/** One transaction is one request: counted in the minute in which it ended, failed or not, with its duration. */
export function addTransaction(raw: Unknown, context: ParseContext, traffic: TrafficSum): void {
  const at = occurredAt(get(raw, "timestamp"), context.receivedAt);
  const start = parseTime(get(raw, "start_timestamp"));
  const end = parseTime(get(raw, "timestamp"));
  const duration = start === null || end === null ? 0 : Math.min(Math.max(end - start, 0), MAX_DURATION_MS);
  const status = text(get(record(get(record(get(raw, "contexts")), "trace")), "status"));
  const failed = status !== null && !NOT_FAILED.has(status.toLowerCase());
  const release = text(get(raw, "release"));
  traffic.add({
    minuteAt: minuteOf(at),
    release: release === null ? null : context.scrubber.version(release, MAX_NAME_CHARS),
    environment: scrubbed(context.scrubber, get(raw, "environment"), MAX_NAME_CHARS),
  }, { requestCount: 1, failedRequestCount: failed ? 1 : 0, durationMsSum: duration });
}
