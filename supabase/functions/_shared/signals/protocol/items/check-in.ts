import type { Heartbeat } from "../../event.ts";
import { get, hexId, number, record, text, type Unknown } from "../coerce.ts";
import type { ParseContext } from "../context.ts";
import { cronIntervalSeconds } from "../cron-interval.ts";
import { MAX_NAME_CHARS } from "../limits.ts";
import { scrubbed } from "../normalize.ts";
import { occurredAt } from "../time.ts";

const MINUTE_SECONDS = 60;
const DAY_SECONDS = 86_400;
/** Months and years at their longest, so that a monitor is not called late too early. */
const UNIT_SECONDS: Record<string, number> = {
  minute: MINUTE_SECONDS,
  hour: 3600,
  day: DAY_SECONDS,
  week: 7 * DAY_SECONDS,
  month: 31 * DAY_SECONDS,
  year: 366 * DAY_SECONDS,
};
/** What a Postgres integer holds. */
const MAX_SECONDS = 2_147_483_647;
const MAX_SLUG_CHARS = 100;
const STATUSES: Record<string, Heartbeat["status"]> = {
  ok: "ok",
  error: "error",
  in_progress: "in_progress",
  // Sent by old SDKs and by crons without an SDK.
  success: "ok",
  failed: "error",
  failure: "error",
};

/** A check-in, or null when it names no monitor. */
export function readCheckIn(raw: Unknown, context: ParseContext): Heartbeat | null {
  const slug = toSlug(scrubbed(context.scrubber, get(raw, "monitor_slug"), MAX_SLUG_CHARS) ?? "");
  if (slug === "") return null;
  const status = text(get(raw, "status"))?.toLowerCase() ?? "ok";
  const id = hexId(get(raw, "check_in_id"));
  const config = record(get(raw, "monitor_config"));
  const duration = number(get(raw, "duration"));
  const margin = number(get(config, "checkin_margin"));
  return {
    monitorSlug: slug,
    // All zeros means "the one in progress" to Sentry: it is not an id.
    checkInId: id === null || /^0+$/.test(id) ? context.newId() : id,
    status: Object.hasOwn(STATUSES, status) ? STATUSES[status]! : "error",
    occurredAt: occurredAt(get(raw, "timestamp"), context.receivedAt),
    durationMs: duration === null || duration < 0 ? null : Math.min(duration * 1000, MAX_SECONDS),
    environment: scrubbed(context.scrubber, get(raw, "environment"), MAX_NAME_CHARS),
    intervalSeconds: readInterval(record(get(config, "schedule"))),
    marginSeconds: margin === null || margin < 0
      ? null
      : Math.min(Math.round(margin * MINUTE_SECONDS), MAX_SECONDS),
  };
}

/** Lower case letters, digits, `_` and `-`, as Sentry makes slugs. */
export function toSlug(name: string): string {
  return name.slice(0, MAX_SLUG_CHARS).toLowerCase().replace(/[^a-z0-9_-]/g, "-");
}

function readInterval(schedule: Unknown): number | null {
  const value = get(schedule, "value");
  if (get(schedule, "type") === "crontab") return cronIntervalSeconds(text(value) ?? "");
  const unit = text(get(schedule, "unit")) ?? "";
  const times = number(value);
  if (times === null || times <= 0 || !Object.hasOwn(UNIT_SECONDS, unit)) return null;
  return Math.min(Math.max(Math.round(times * UNIT_SECONDS[unit]!), 1), MAX_SECONDS);
}
