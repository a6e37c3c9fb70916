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

/** A request as its sender describes it. */
export interface SentRequest {
  startedAt: unknown;
  endedAt: unknown;
  status: string | null;
  release: unknown;
  environment: unknown;
}

/** One transaction is one request: counted in the minute in which it ended, failed or not, with its duration. */
export function addTransaction(raw: Unknown, context: ParseContext, traffic: TrafficSum): void {
  addRequest(
    {
      startedAt: get(raw, "start_timestamp"),
      endedAt: get(raw, "timestamp"),
      status: text(get(record(get(record(get(raw, "contexts")), "trace")), "status")),
      release: get(raw, "release"),
      environment: get(raw, "environment"),
    },
    context,
    traffic,
  );
}

export function addRequest(sent: SentRequest, context: ParseContext, traffic: TrafficSum): void {
  const start = parseTime(sent.startedAt);
  const end = parseTime(sent.endedAt);
  const duration = start === null || end === null ? 0 : Math.min(Math.max(end - start, 0), MAX_DURATION_MS);
  const failed = sent.status !== null && !NOT_FAILED.has(sent.status.toLowerCase());
  const release = text(sent.release);
  traffic.add({
    minuteAt: minuteOf(occurredAt(sent.endedAt, context.receivedAt)),
    release: release === null ? null : context.scrubber.version(release, MAX_NAME_CHARS),
    environment: scrubbed(context.scrubber, sent.environment, MAX_NAME_CHARS),
  }, { requestCount: 1, failedRequestCount: failed ? 1 : 0, durationMsSum: duration });
}
