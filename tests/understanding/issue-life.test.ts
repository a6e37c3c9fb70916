import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  forecastEscalation,
  MIN_ESCALATION,
} from "../../supabase/functions/_shared/signals/life/forecast.ts";
import { reviewIssues } from "../../supabase/functions/_shared/signals/life/review.ts";
import type { RpcClient } from "../../supabase/functions/_shared/platform/rpc.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { addProject } from "./heal.ts";
import { event, serviceClient } from "./support.ts";

let db: TestDatabase;
let client: RpcClient;
beforeAll(async () => {
  db = await testDatabase();
  client = serviceClient(db);
});
afterAll(() => db.close());

const START = Date.parse("2030-06-15T12:00:00.000Z");
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
/** ISO 8601, so many seconds after the start. */
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();
const FINGERPRINT = "f".repeat(64);

/** `count` events that are received at `seconds`; by default they happened then. */
function record(
  project: number,
  seconds: number,
  { count = 1, release = null as string | null, occurred = seconds, fingerprint = FINGERPRINT } = {},
) {
  const events = Array.from({ length: count }, () => ({
    project_id: project,
    event_id: crypto.randomUUID(),
    fingerprint,
    fingerprint_version: 1,
    title: "Broken",
    platform: "node",
    level: "error",
    release,
    occurred_at: at(occurred),
    payload: event({ message: "Broken" }),
  }));
  return db.rpc("record_batch", { p_batch: JSON.stringify({ events }), p_now: at(seconds) });
}

const issue = async (project: number, fingerprint = FINGERPRINT) =>
  (await db.query("select * from detected_errors where project_id = $1 and fingerprint = $2", [
    project,
    fingerprint,
  ]))[0]!;
const statusOf = async (project: number) => (await issue(project)).status;
const age = (seconds: number) => db.query("select prunella.age_issues($1)", [at(seconds)]);
const review = (seconds: number) => reviewIssues({ client, now: () => new Date(START + seconds * 1000) });

/** A project whose issue was first seen at 0 and is resolved at 10 minutes. */
async function resolved(seenIn: string | null, resolvedIn: string | null): Promise<number> {
  const project = await addProject(db);
  await record(project, 0, { release: seenIn });
  await db.query(
    "update detected_errors set status = 'resolved', resolved_at = $2, resolved_in_release = $3 where project_id = $1",
    [project, at(10 * MINUTE), resolvedIn],
  );
  await db.query("update detected_errors set resolved_at = $2 where project_id = $1", [
    project,
    at(10 * MINUTE),
  ]);
  return project;
}

describe("a resolved issue", () => {
  test("comes back with an event that happened after it was resolved", async () => {
    const project = await resolved(null, null);
    await record(project, 20 * MINUTE);
    expect(await issue(project)).toMatchObject({
      status: "regressed",
      event_count: 2,
      episode_event_count: 1,
      resolved_at: null,
    });
  });

  test("is not brought back by stragglers, and these count all the same", async () => {
    const project = await resolved(null, null);
    await record(project, 20 * MINUTE, { count: 3, occurred: 9 * MINUTE });
    expect(await issue(project)).toMatchObject({ status: "resolved", event_count: 4 });
  });

  test("is brought back by a batch in which one event of many is no straggler", async () => {
    const project = await resolved("2.0.0", "2.1.0");
    await record(project, 20 * MINUTE, { release: "2.0.0" });
    expect(await statusOf(project)).toBe("resolved");
    const mixed = ["2.0.0", "2.2.0"].map((release) => ({
      project_id: project,
      event_id: crypto.randomUUID(),
      fingerprint: FINGERPRINT,
      fingerprint_version: 1,
      title: "Broken",
      platform: "node",
      level: "error",
      release,
      occurred_at: at(21 * MINUTE),
      payload: event({ message: "Broken" }),
    }));
    await db.rpc("record_batch", { p_batch: JSON.stringify({ events: mixed }), p_now: at(21 * MINUTE) });
    expect(await issue(project)).toMatchObject({
      status: "regressed",
      event_count: 4,
      episode_event_count: 2,
    });
  });

  test("comes back after a day even if the sender's clock is so slow that its events look like stragglers", async () => {
    const project = await resolved(null, null);
    await record(project, 12 * HOUR, { occurred: -HOUR });
    expect(await statusOf(project)).toBe("resolved");
    await record(project, 10 * MINUTE + 25 * HOUR, { occurred: -HOUR });
    expect(await statusOf(project)).toBe("regressed");
  });

  // seen in, resolved in, event's release, comes back?
  test.each<[string | null, string, string | null, boolean]>([
    ["1.9.0", "2.0.0", "1.9.5", false],
    ["1.9.0", "2.0.0", "1.10.0", false],
    ["1.9.0", "2.0.0", "2.0.0", true],
    ["1.9.0", "2.0.0", "2.0.1", true],
    ["1.9.0", "1.10.0", "1.9.99", false],
    ["1.9.0", "2.0.0", "2.0.0-rc.1", false],
    ["1.9.0", "2.0.0-rc.2", "2.0.0-rc.10", true],
    ["1.9.0", "2.0.0-rc.2", "2.0.0-beta.9", false],
    ["1.9.0", "2.0.0", "2.0.1+build.7", true],
    ["shop@1.9.0", "shop@2.0.0", "shop@1.9.9", false],
    ["shop@1.9.0", "shop@2.0.0", "shop@2.0.1", true],
    ["1.9.0", "2.0.0", null, true],
    // In the next release: it was resolved in the release in which it was last seen.
    ["2.0.0", "2.0.0", "2.0.0", false],
    ["2.0.0", "2.0.0", "1.9.0", false],
    ["2.0.0", "2.0.0", "2.0.1", true],
    // Hashes of commits have no order: a release in which it was seen before is old, any other new.
    ["a94a8fe5ccb1", "a94a8fe5ccb1", "a94a8fe5ccb1", false],
    ["a94a8fe5ccb1", "a94a8fe5ccb1", "de9f2c7fd25e", true],
    ["a94a8fe5ccb1", "de9f2c7fd25e", "a94a8fe5ccb1", false],
  ])(
    "seen in %s and resolved in %s: an event of %s brings it back: %s",
    async (seen, resolvedIn, release, back) => {
      const project = await resolved(seen, resolvedIn);
      await record(project, 20 * MINUTE, { release });
      expect(await statusOf(project)).toBe(back ? "regressed" : "resolved");
    },
  );

  test("that was merged away does not come back: its events bring back the issue that it is part of", async () => {
    const project = await resolved(null, null);
    await record(project, 11 * MINUTE, { fingerprint: "e".repeat(64) });
    const target = (await issue(project)).id;
    await db.query(
      "update detected_errors set merged_into_id = $2 where project_id = $1 and fingerprint = $3",
      [project, target, "e".repeat(64)],
    );
    await record(project, 20 * MINUTE, { fingerprint: "e".repeat(64), count: 4 });
    expect(await issue(project)).toMatchObject({
      status: "regressed",
      event_count: 5,
      episode_event_count: 1,
    });
    expect(await issue(project, "e".repeat(64))).toMatchObject({ status: "new", event_count: 1 });
  });
});

test("semantic versions are ordered as their standard says", async () => {
  const ordered = [
    "0.9.0",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "v1.0.1",
    "1.2",
    "1.10.0",
    "2.0.0.1",
    "10.0.0",
  ];
  const rows = await db.query(
    `select release from unnest($1::text[]) as release order by prunella.release_key(release) collate "C"`,
    [ordered.toReversed()],
  );
  expect(rows.map(({ release }) => release)).toEqual(ordered);
  const unordered = await db.query("select prunella.release_key(r) as key from unnest($1::text[]) as r", [
    ["main", "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3", "20300615120000", "", "shop@nightly"],
  ]);
  expect(unordered.map(({ key }) => key)).toEqual([null, null, null, null, null]);
});

describe("an archived issue", () => {
  /** Archived at `seconds`, after three days with so many events an hour. */
  async function archived(perHour: number): Promise<number> {
    const project = await addProject(db);
    for (let hour = 0; hour < 72; hour += 6) {
      await record(project, hour * HOUR, { count: 1 });
    }
    const { id } = await issue(project);
    await db.query("delete from error_minutes where issue_id = $1", [id]);
    await db.query(
      `insert into error_minutes (issue_id, minute_at, project_id, event_count)
       select $1, $2::timestamptz + make_interval(hours => h), $3, $4 from generate_series(0, 71) as h`,
      [id, at(0), project, perHour],
    );
    await db.query("update detected_errors set status = 'archived', archived_at = $2 where id = $1", [
      id,
      at(72 * HOUR),
    ]);
    await db.query("update detected_errors set archived_at = $2 where id = $1", [id, at(72 * HOUR)]);
    return project;
  }

  test("stays quiet while it is as loud as it was, and escalates when it is much louder", async () => {
    const project = await archived(20);
    await review(72 * HOUR);
    expect((await issue(project)).escalates_above).toBe(50);
    await record(project, 73 * HOUR + MINUTE, { count: 30 });
    await record(project, 73 * HOUR + 2 * MINUTE, { count: 20 });
    expect(await statusOf(project)).toBe("archived");
    await record(project, 74 * HOUR + MINUTE, { count: 45 });
    expect(await statusOf(project)).toBe("archived");
    await record(project, 74 * HOUR + 5 * MINUTE, { count: 6 });
    expect(await issue(project)).toMatchObject({
      status: "escalating",
      archived_at: null,
      escalates_above: null,
    });
  });

  test("does not escalate by what came before it was archived, nor before there is a forecast", async () => {
    const project = await archived(20);
    await record(project, 72 * HOUR + MINUTE, { count: 200 });
    expect(await statusOf(project)).toBe("archived");
    await db.query("update detected_errors set archived_at = $2 where project_id = $1", [
      project,
      at(72 * HOUR + 2 * MINUTE),
    ]);
    await review(72 * HOUR + 2 * MINUTE);
    await record(project, 72 * HOUR + 3 * MINUTE, { count: 5 });
    expect(await statusOf(project)).toBe("archived");
  });

  test("gets its forecast at once, and a new one every hour", async () => {
    const project = await archived(20);
    const [job] = await db.query(
      "select priority from jobs where kind = 'review_issues' and project_id = $1",
      [project],
    );
    expect(job).toBeDefined();
    await review(72 * HOUR);
    const { id } = await issue(project);
    await db.query("update error_minutes set event_count = 100 where issue_id = $1", [id]);
    await review(72 * HOUR + 10 * MINUTE);
    expect((await issue(project)).escalates_above).toBe(50);
    await review(73 * HOUR);
    expect((await issue(project)).escalates_above).toBeGreaterThan(200);
  });
});

describe("an ignored issue", () => {
  async function ignored(conditions: Record<string, unknown>): Promise<number> {
    const project = await addProject(db);
    await record(project, 0);
    await db.query(
      "update detected_errors set status = 'ignored', ignored_until = $2, ignored_until_count = $3 where project_id = $1",
      [
        project,
        conditions.until ?? null,
        conditions.count ?? null,
      ],
    );
    return project;
  }

  test("without conditions stays so", async () => {
    const project = await ignored({});
    await record(project, DAY, { count: 500 });
    await age(30 * DAY);
    expect(await statusOf(project)).toBe("ignored");
  });

  test("is open again from a moment on, with or without events", async () => {
    const [loud, silent] = [await ignored({ until: at(DAY) }), await ignored({ until: at(DAY) })];
    await record(loud, DAY - 1);
    expect(await statusOf(loud)).toBe("ignored");
    await record(loud, DAY + 1);
    expect(await issue(loud)).toMatchObject({ status: "ongoing", ignored_until: null });
    await age(DAY + HOUR);
    expect(await statusOf(silent)).toBe("ongoing");
  });

  test("is open again after so many events, and is looked at", async () => {
    const project = await ignored({ count: 10 });
    await record(project, HOUR, { count: 8 });
    expect(await statusOf(project)).toBe("ignored");
    await db.script("delete from jobs");
    await record(project, 2 * HOUR);
    const row = await issue(project);
    expect(row).toMatchObject({ status: "ongoing", event_count: 10, ignored_until_count: null });
    expect(await db.query("select kind from jobs where issue_id = $1", [row.id])).toEqual([{
      kind: "diagnose",
    }]);
  });
});

describe("a new issue", () => {
  /** A project whose other issues have so many events an hour. */
  async function projectWithRate(perHour: number): Promise<number> {
    const project = await addProject(db);
    await db.query("insert into issue_rates (project_id, hourly_p95, measured_at) values ($1, $2, now())", [
      project,
      perHour,
    ]);
    return project;
  }

  test("escalates within its first day when it is louder than nearly all others of the project", async () => {
    const project = await projectWithRate(12);
    for (let minute = 0; minute <= 30; minute += 2) await record(project, minute * MINUTE);
    expect(await statusOf(project)).toBe("new");
    for (let minute = 31; minute <= 40; minute++) await record(project, minute * MINUTE);
    expect(await statusOf(project)).toBe("escalating");
  });

  test("does not escalate in a project where that is usual, nor with fewer than ten events, nor in one without a past", async () => {
    const [loud, quiet, first] = [
      await projectWithRate(1000),
      await projectWithRate(0.1),
      await addProject(db),
    ];
    for (let minute = 0; minute <= 40; minute += 2) {
      await record(loud, minute * MINUTE);
      if (minute < 16) await record(quiet, minute * MINUTE);
      await record(first, minute * MINUTE);
    }
    await db.query("select prunella.passes_project(d, $1) from detected_errors as d", [at(41 * MINUTE)]);
    for (const project of [loud, quiet, first]) expect(await statusOf(project)).toBe("new");
  });

  test("is ongoing after seven days", async () => {
    const project = await addProject(db);
    await record(project, 0);
    await age(7 * DAY - HOUR);
    expect(await statusOf(project)).toBe("new");
    await age(7 * DAY);
    expect(await statusOf(project)).toBe("ongoing");
  });

  test("that came back is ongoing after seven days, one that escalated when it has been quiet for six hours of a day", async () => {
    const set = async (project: number, status: string) => {
      await db.query("update detected_errors set status = $2 where project_id = $1", [project, status]);
      await db.query(
        "update detected_errors set episode_started_at = $2, last_seen_at = $2 where project_id = $1",
        [project, at(0)],
      );
    };
    const [regressed, escalating] = [await addProject(db), await addProject(db)];
    for (const [project, status] of [[regressed, "regressed"], [escalating, "escalating"]] as const) {
      await record(project, 0);
      await set(project, status);
    }
    await age(DAY - HOUR);
    expect([await statusOf(regressed), await statusOf(escalating)]).toEqual(["regressed", "escalating"]);
    await age(DAY);
    expect([await statusOf(regressed), await statusOf(escalating)]).toEqual(["regressed", "ongoing"]);
    await age(7 * DAY);
    expect(await statusOf(regressed)).toBe("ongoing");
  });

  test("the rate of a project is measured over its issues' hours", async () => {
    const project = await addProject(db);
    await record(project, 0);
    const { id } = await issue(project);
    await db.query("delete from error_minutes where issue_id = $1", [id]);
    await db.query(
      `insert into error_minutes (issue_id, minute_at, project_id, event_count)
       select $1, $2::timestamptz + make_interval(hours => h), $3, h + 1 from generate_series(0, 99) as h`,
      [id, at(0), project],
    );
    await age(100 * HOUR);
    const [rate] = await db.query("select hourly_p95 from issue_rates where project_id = $1", [project]);
    expect(rate!.hourly_p95).toBeCloseTo(95.05, 1);
  });
});

describe("the forecast", () => {
  test("lets a steady issue double, and a bursty one have its bursts", () => {
    expect(forecastEscalation(new Array(168).fill(20)).escalatesAbove).toBe(50);
    const bursts = Array.from({ length: 168 }, (_, hour) => hour % 24 === 0 ? 300 : 0);
    const { escalatesAbove } = forecastEscalation(bursts);
    expect(escalatesAbove).toBeGreaterThan(300);
    expect(escalatesAbove).toBeLessThan(450);
    expect(forecastEscalation([]).escalatesAbove).toBe(MIN_ESCALATION);
    expect(forecastEscalation([0, 0, 1]).escalatesAbove).toBe(MIN_ESCALATION);
  });

  test("is never below what was usual, and grows with it", () => {
    fc.assert(fc.property(
      fc.array(fc.nat({ max: 100_000 }), { minLength: 1, maxLength: 168 }),
      fc.integer({ min: 2, max: 9 }),
      (hours, factor) => {
        const { escalatesAbove } = forecastEscalation(hours);
        expect(escalatesAbove).toBeGreaterThanOrEqual(Math.max(...hours));
        expect(Number.isInteger(escalatesAbove)).toBe(true);
        expect(forecastEscalation(hours.map((each) => each * factor)).escalatesAbove).toBeGreaterThanOrEqual(
          escalatesAbove,
        );
      },
    ));
  });
});
