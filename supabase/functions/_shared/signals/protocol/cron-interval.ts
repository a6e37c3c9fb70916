/** `@daily` and the like, as crontab(5) defines them. */
const ALIASES: Record<string, string> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
};
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MINUTE_SECONDS = 60;
const HOUR_MINUTES = 60;
const DAY_MINUTES = 24 * HOUR_MINUTES;
const DAY_MS = DAY_MINUTES * MINUTE_SECONDS * 1000;
/** Eight years hold two of every day that there is, 29 February included. */
const DAYS_LOOKED_AT = 8 * 366;
const MAX_EXPRESSION_CHARS = 200;

/**
 * The longest time between two runs of a crontab schedule, in seconds; null when it is not one or never runs. The
 * longest, because a monitor is late only when even that has passed.
 *
 * @example cronIntervalSeconds("0 9 * * 1-5") // 259200: from Friday to Monday
 */
export function cronIntervalSeconds(expression: string): number | null {
  const trimmed = expression.slice(0, MAX_EXPRESSION_CHARS).trim().toLowerCase();
  const fields = (Object.hasOwn(ALIASES, trimmed) ? ALIASES[trimmed]! : trimmed).split(/\s+/);
  if (fields.length !== 5) return null;
  const minutes = parseField(fields[0]!, 0, 59);
  const hours = parseField(fields[1]!, 0, 23);
  const days = parseField(fields[2]!, 1, 31);
  const months = parseField(fields[3]!, 1, 12, MONTHS, 1);
  const weekdays = parseField(fields[4]!, 0, 7, DAYS, 0);
  if (!minutes || !hours || !days || !months || !weekdays) return null;
  if (weekdays.has(7)) weekdays.add(0);

  const times = [...hours].flatMap((hour) => [...minutes].map((minute) => hour * HOUR_MINUTES + minute))
    .sort((a, b) => a - b);
  const first = times[0]!;
  const last = times.at(-1)!;
  const withinDay = times.slice(1).reduce((longest, time, i) => Math.max(longest, time - times[i]!), 0);

  // crontab(5): when both days are restricted, either one is enough.
  const eitherDay = !fields[2]!.startsWith("*") && !fields[4]!.startsWith("*");
  let longest = 0;
  let previous: number | null = null;
  for (let day = 0; day < DAYS_LOOKED_AT; day++) {
    const date = new Date(day * DAY_MS);
    const onDay = days.has(date.getUTCDate());
    const onWeekday = weekdays.has(date.getUTCDay());
    if (!months.has(date.getUTCMonth() + 1) || !(eitherDay ? onDay || onWeekday : onDay && onWeekday)) {
      continue;
    }
    if (previous !== null) longest = Math.max(longest, (day - previous) * DAY_MINUTES - last + first);
    previous = day;
  }
  if (previous === null) return null;
  const gap = Math.max(longest, withinDay);
  return gap === 0 ? null : gap * MINUTE_SECONDS;
}

/** The values of one field: `*`, `5`, `1-5`, `0,30`, with `/step`, with names. Null when it is none of these. */
function parseField(
  field: string,
  min: number,
  max: number,
  names: string[] = [],
  base = 0,
): Set<number> | null {
  const values = new Set<number>();
  for (const part of field.split(",")) {
    const match = /^(\*|\w{1,3})(?:-(\w{1,3}))?(?:\/(\d{1,4}))?$/.exec(part);
    if (!match) return null;
    const [, from = "", to, step] = match;
    const read = (text: string) => names.includes(text) ? names.indexOf(text) + base : Number(text);
    const start = from === "*" ? min : read(from);
    const end = to !== undefined ? read(to) : from === "*" || step !== undefined ? max : start;
    const stride = step === undefined ? 1 : Number(step);
    if (!(start >= min && end <= max && start <= end && stride >= 1)) return null;
    for (let value = start; value <= end; value += stride) values.add(value);
  }
  return values.size > 0 ? values : null;
}
