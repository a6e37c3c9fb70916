import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isDue } from "../../scripts/platform/cron.ts";
import { matches, parseSchedule } from "../../scripts/platform/cron-schedule.ts";
import type { Database } from "../../scripts/platform/database.ts";
import { engines, openBootstrapped } from "./engines.ts";

const at = (text: string) => new Date(`${text}Z`);

function runsAt(schedule: string, moment: string): boolean {
  const parsed = parseSchedule(schedule);
  if (parsed?.kind !== "calendar") throw new Error(`${schedule} is no calendar schedule`);
  return matches(parsed, at(moment));
}

describe("cron schedules", () => {
  test.each([
    ["* * * * *", "2026-03-01T12:34:56", true],
    ["34 12 * * *", "2026-03-01T12:34:00", true],
    ["34 12 * * *", "2026-03-01T12:35:00", false],
    ["*/15 * * * *", "2026-03-01T00:45:00", true],
    ["*/15 * * * *", "2026-03-01T00:46:00", false],
    ["5/20 * * * *", "2026-03-01T00:45:00", true],
    ["0 2 * * sun", "2026-03-01T02:00:00", true],
    ["0 2 * * 7", "2026-03-01T02:00:00", true],
    ["0 2 * * 1-5", "2026-03-01T02:00:00", false],
    ["0 0 1 jan,jul *", "2026-07-01T00:00:00", true],
    ["0 0 $ * *", "2026-02-28T00:00:00", true],
    ["0 0 $ * *", "2028-02-28T00:00:00", false],
    // With both limited, either is enough; a star with a step counts as a star.
    ["0 0 13 * 5", "2026-03-13T00:00:00", true],
    ["0 0 13 * 5", "2026-03-06T00:00:00", true],
    ["0 0 13 * 5", "2026-03-14T00:00:00", false],
    ["0 0 */2 * 5", "2026-03-13T00:00:00", true],
    ["0 0 */2 * 5", "2026-03-15T00:00:00", false],
  ])("%s at %s: %s", (schedule, moment, expected) => {
    expect(runsAt(schedule, moment)).toBe(expected);
  });

  test.each([
    "",
    "* * * *",
    "* * * * * *",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "* * * 13 *",
    "* * * * 8",
  ])(
    "%j is no schedule",
    (text) => expect(parseSchedule(text)).toBeUndefined(),
  );

  test.each([
    "5-3 * * * *",
    "*/0 * * * *",
    "1- * * * *",
    "a * * * *",
    "0 seconds",
    "60 seconds",
    "5 minutes",
  ])(
    "%j is no schedule either",
    (text) => expect(parseSchedule(text)).toBeUndefined(),
  );

  test("a job is due once for a minute that has begun, and for one that was overslept", () => {
    const minute = at("2026-03-01T12:00:00").getTime();
    expect(isDue("0 12 * * *", minute - 500, minute + 500, undefined)).toBe(true);
    expect(isDue("0 12 * * *", minute + 500, minute + 1500, undefined)).toBe(false);
    expect(isDue("0 12 * * *", minute - 150_000, minute + 150_000, undefined)).toBe(true);
  });

  test("an interval counts from the last start", () => {
    expect(isDue("5 seconds", 0, 4999, 0)).toBe(false);
    expect(isDue("5 seconds", 4000, 5000, 0)).toBe(true);
  });
});

describe("what cron.schedule takes", () => {
  const [pglite] = engines();
  let database: Database;
  beforeAll(async () => {
    if (!pglite) throw new Error("no engine");
    ({ database } = await openBootstrapped(pglite));
  });
  afterAll(() => pglite?.stop());

  test("is exactly what the worker can read", async () => {
    const value = fc.oneof(
      fc.integer({ min: 0, max: 61 }).map(String),
      fc.constantFrom("*", "mon", "jan", "1-5", "5-1", "*/5", "*/0", "3/7", "1,2", "x", "-1", "$", "08"),
    );
    const text = fc.oneof(
      fc.array(value, { minLength: 4, maxLength: 6 }).map((fields) => fields.join(" ")),
      fc.tuple(fc.integer({ min: 0, max: 61 }), fc.constantFrom("seconds", "second", "minutes"))
        .map(([count, unit]) => `${count} ${unit}`),
    );
    const samples = fc.sample(text, 600);
    const rows = await database.query(
      `select schedule, cron.schedule_is_valid(schedule) as valid
      from jsonb_array_elements_text($1) as listed (schedule)`,
      [samples],
    );
    const differing = rows.filter((row) => row.valid !== (parseSchedule(String(row.schedule)) !== undefined));
    expect(differing).toEqual([]);
    expect(rows.some((row) => row.valid)).toBe(true);
  });
});
