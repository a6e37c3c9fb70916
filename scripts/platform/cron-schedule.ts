/** Reads the schedules of pg_cron: five fields, or `<1-59> seconds`. All in UTC, as pg_cron's default is. */

export type Schedule =
  | { kind: "interval"; seconds: number }
  | {
    kind: "calendar";
    minutes: ReadonlySet<number>;
    hours: ReadonlySet<number>;
    days: ReadonlySet<number>;
    months: ReadonlySet<number>;
    weekdays: ReadonlySet<number>;
    /** `$` in the field of days. */
    lastDay: boolean;
    /** With both days and weekdays limited, cron runs on either. */
    dayOrWeekday: boolean;
  };

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Undefined when `text` is no schedule. */
export function parseSchedule(text: string): Schedule | undefined {
  const trimmed = text.trim().toLowerCase();
  const interval = /^([1-9]|[1-5][0-9]) seconds?$/.exec(trimmed);
  if (interval) return { kind: "interval", seconds: Number(interval[1]) };

  const fields = trimmed.split(/\s+/);
  if (fields.length !== 5) return undefined;
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = fields;
  const minutes = parseField(minute, 0, 59);
  const hours = parseField(hour, 0, 23);
  const lastDay = day === "$";
  const days = lastDay ? new Set<number>() : parseField(day, 1, 31);
  const months = parseField(month, 1, 12, MONTHS, 1);
  const weekdays = parseField(weekday, 0, 7, WEEKDAYS, 0);
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  if (weekdays.has(7)) weekdays.add(0);
  const dayOrWeekday = !day.startsWith("*") && !weekday.startsWith("*");
  return { kind: "calendar", minutes, hours, days, months, weekdays, lastDay, dayOrWeekday };
}

/** Whether a calendar schedule names the minute that `at` lies in. */
export function matches(schedule: Extract<Schedule, { kind: "calendar" }>, at: Date): boolean {
  if (!schedule.minutes.has(at.getUTCMinutes()) || !schedule.hours.has(at.getUTCHours())) return false;
  if (!schedule.months.has(at.getUTCMonth() + 1)) return false;
  const isLast =
    new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate() + 1)).getUTCDate() === 1;
  const day = schedule.lastDay ? isLast : schedule.days.has(at.getUTCDate());
  const weekday = schedule.weekdays.has(at.getUTCDay());
  return schedule.dayOrWeekday ? day || weekday : day && weekday;
}

function parseField(
  field: string,
  lowest: number,
  highest: number,
  names: readonly string[] = [],
  firstName = 0,
): Set<number> | undefined {
  const values = new Set<number>();
  for (const part of field.split(",")) {
    const parts = /^(?:\*|([0-9a-z]+)(?:-([0-9a-z]+))?)(?:\/([0-9]{1,4}))?$/.exec(part);
    if (!parts) return undefined;
    const [, fromText, toText, stepText] = parts;
    const value = (text: string): number => {
      const named = names.indexOf(text);
      return named >= 0 ? named + firstName : /^\d+$/.test(text) ? Number(text) : NaN;
    };
    const from = fromText === undefined ? lowest : value(fromText);
    // `a/n` counts from a to the end, as in pg_cron's parser (Vixie cron).
    const end = fromText === undefined || stepText !== undefined ? highest : from;
    const to = toText === undefined ? end : value(toText);
    const step = stepText === undefined ? 1 : Number(stepText);
    if (!(from >= lowest && from <= to && to <= highest && step >= 1)) return undefined;
    for (let number = from; number <= to; number += step) values.add(number);
  }
  // A star stands for Sunday once; 7 is its other name.
  return values;
}
