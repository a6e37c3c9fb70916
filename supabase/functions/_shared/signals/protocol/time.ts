import { MAX_EVENT_AGE_MS } from "./limits.ts";
import { number } from "./coerce.ts";

/** Numbers from here on are milliseconds: as seconds they would lie after the year 5138. */
const MILLISECONDS_FROM = 1e11;
/** And from here on nanoseconds, as OpenTelemetry writes them. */
const NANOSECONDS_FROM = 1e17;
const MINUTE_MS = 60_000;

/** Milliseconds since 1970 from seconds, milliseconds, nanoseconds or ISO 8601; null when it is none of them. */
export function parseTime(value: unknown): number | null {
  const numeric = number(value);
  if (numeric !== null) {
    const ms = numeric >= NANOSECONDS_FROM
      ? numeric / 1e6
      : numeric >= MILLISECONDS_FROM
      ? numeric
      : numeric * 1000;
    return ms > 0 && ms < 8.64e15 ? Math.trunc(ms) : null;
  }
  if (typeof value !== "string" || value.length > 40) return null;
  // Without a zone the SDKs mean UTC, while Date would take local time.
  const zoned = /(?:z|[+-]\d\d:?\d\d)$/i.test(value) ? value : `${value.replace(" ", "T")}Z`;
  const ms = Date.parse(zoned);
  return Number.isFinite(ms) && ms > 0 ? ms : null;
}

/**
 * When something happened, as ISO 8601 UTC. A time that lies in the future, or further back than events are kept, says
 * that the sender's clock is wrong: then it is the time of receipt.
 */
export function occurredAt(value: unknown, receivedAt: Date): string {
  const ms = parseTime(value);
  const received = receivedAt.getTime();
  const believable = ms !== null && ms <= received && ms >= received - MAX_EVENT_AGE_MS;
  return new Date(believable ? ms : received).toISOString();
}

/** The start of the minute that `at` lies in. */
export function minuteOf(at: string): string {
  return new Date(Math.floor(Date.parse(at) / MINUTE_MS) * MINUTE_MS).toISOString();
}
