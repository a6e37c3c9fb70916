import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { addProject, at, event, ON_POSTGRES, one, record, withSessions } from "./support.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.close());

const issue = (project: number, fingerprint = "a".repeat(64)) =>
  one(db, "select * from public.detected_errors where project_id = $1 and fingerprint = $2", [
    project,
    fingerprint,
  ]);
const events = (project: number, count: number, values: Record<string, unknown> = {}) =>
  Array.from({ length: count }, () => event(project, values));

async function sums(project: number): Promise<Record<string, unknown>> {
  return await one(
    db,
    `select (select coalesce(sum(event_count), 0) from public.detected_errors where project_id = $1) as issues,
       (select coalesce(sum(event_count), 0) from public.error_minutes where project_id = $1) as minutes,
       (select count(*) from public.error_events where project_id = $1) as events`,
    [project],
  );
}

/** Whether a diagnosis waits for an issue. */
async function isQueued(issueId: unknown): Promise<boolean> {
  const rows = await db.query(
    "select 1 from public.jobs where issue_id = $1 and kind = 'diagnose' and state = 'queued'",
    [
      issueId,
    ],
  );
  return rows.length === 1;
}
const forgetJobs = () => db.script("delete from public.jobs");

describe("a batch of events", () => {
  it("makes an issue, counts it by minute, release and environment, and queues its diagnosis", async () => {
    const project = await addProject(db);
    const batch = [...events(project, 3), ...events(project, 2, { release: "1.0.1", occurred_at: at(1) })];
    expect(await record(db, { events: batch }, at(5))).toEqual({ accepted: 5, duplicates: 0 });
    const made = await issue(project);
    expect(made).toMatchObject({
      event_count: 5,
      status: "new",
      severity: "medium",
      first_release: "1.0.0",
      last_release: "1.0.1",
    });
    const minutes = await db.query(
      "select minute_at = $2 as is_noon, release, environment, event_count from public.error_minutes where issue_id = $1 order by release",
      [made.id, at(0)],
    );
    expect(minutes).toEqual([
      { is_noon: true, release: "1.0.0", environment: "production", event_count: 3 },
      { is_noon: true, release: "1.0.1", environment: "production", event_count: 2 },
    ]);
    expect(await isQueued(made.id)).toBe(true);
  });

  it("counts an event once, however often it comes: in one batch, and in later ones", async () => {
    const project = await addProject(db);
    const same = event(project);
    expect(await record(db, { events: [same, { ...same, title: "Again" }, same] })).toEqual({
      accepted: 1,
      duplicates: 2,
    });
    expect(await record(db, { events: [same, event(project)] }, at(600))).toEqual({
      accepted: 1,
      duplicates: 1,
    });
    expect(await sums(project)).toEqual({ issues: 2, minutes: 2, events: 2 });
  });

  it("knows a duplicate when midnight (UTC) has passed in between", async () => {
    const project = await addProject(db);
    const same = event(project);
    await record(db, { events: [same] }, "2030-06-15T23:59:59.900Z");
    expect(await record(db, { events: [same] }, "2030-06-16T00:00:00.100Z")).toEqual({
      accepted: 0,
      duplicates: 1,
    });
    expect(await sums(project)).toEqual({ issues: 1, minutes: 1, events: 1 });
  });

  it("keeps projects apart that send the same id and fingerprint", async () => {
    const [first, second] = [await addProject(db), await addProject(db)];
    const same = event(first);
    expect(await record(db, { events: [same, { ...same, project_id: second }] })).toEqual({
      accepted: 2,
      duplicates: 0,
    });
    expect((await issue(first)).event_count).toBe(1);
    expect((await issue(second)).event_count).toBe(1);
  });

  it("is kept for the projects that exist when another was deleted meanwhile", async () => {
    const [kept, gone] = [await addProject(db), await addProject(db)];
    await db.query("delete from public.projects where id = $1", [gone]);
    const minute = {
      minute_at: at(0),
      request_count: 1,
      failed_request_count: 0,
      session_count: 0,
      crashed_session_count: 0,
      duration_ms_sum: 1,
    };
    const beat = { monitor_slug: "m", status: "ok", check_in_id: "1", occurred_at: at(0) };
    const recorded = await record(db, {
      events: [event(gone), event(kept)],
      traffic: [{ project_id: gone, ...minute }, { project_id: kept, ...minute }],
      heartbeats: [{ project_id: gone, ...beat }, { project_id: kept, ...beat }],
    });
    expect(recorded.accepted).toBe(1);
    expect((await issue(kept)).event_count).toBe(1);
    const total = await one(db, "select request_count from public.traffic_totals where project_id = $1", [
      kept,
    ]);
    expect(total.request_count).toBe(1);
  });

  it("adds up traffic, of one batch and over batches", async () => {
    const project = await addProject(db);
    const traffic = {
      project_id: project,
      minute_at: at(7),
      request_count: 10,
      failed_request_count: 1,
      session_count: 2,
      crashed_session_count: 0,
      duration_ms_sum: 50,
    };
    await record(db, { traffic: [traffic, traffic, { ...traffic, release: "2" }] });
    await record(db, { traffic: [traffic] }, at(30));
    const rows = await db.query(
      "select release, request_count, duration_ms_sum from public.traffic_minutes where project_id = $1 order by release",
      [project],
    );
    expect(rows).toEqual([
      { release: "", request_count: 30, duration_ms_sum: 150 },
      { release: "2", request_count: 10, duration_ms_sum: 50 },
    ]);
    const total = await one(
      db,
      "select request_count, session_count from public.traffic_totals where project_id = $1",
      [project],
    );
    expect(total).toEqual({ request_count: 40, session_count: 8 });
  });

  it("of a merged issue counts for the issue it was merged into", async () => {
    const project = await addProject(db);
    await record(db, { events: [event(project), event(project, { fingerprint: "b".repeat(64) })] });
    const [into, from] = [await issue(project), await issue(project, "b".repeat(64))];
    await db.query("update public.detected_errors set merged_into_id = $1 where id = $2", [into.id, from.id]);
    await record(db, { events: events(project, 3, { fingerprint: "b".repeat(64) }) });
    expect((await issue(project)).event_count).toBe(4);
    expect((await issue(project, "b".repeat(64))).event_count).toBe(1);
  });

  for (const zone of ["UTC", "Pacific/Auckland", "America/New_York", "Asia/Kathmandu"]) {
    it(`is counted in the same minute and day when the server lives in ${zone}`, async () => {
      const project = await addProject(db);
      // The night in which summer time ends in New York: the local hour from one to two comes twice.
      for (const now of ["2030-11-03T05:30:10Z", "2030-11-03T06:30:10Z"]) {
        await db.database.transaction(async (tx) => {
          await tx.query("select set_config('timezone', $1, true)", [zone]);
          await tx.query("select public.record_batch($1, $2)", [{ events: [event(project)] }, now]);
        });
      }
      const rows = await db.query(
        `select to_char(minute_at at time zone 'utc', 'YYYY-MM-DD HH24:MI') as minute, event_count
         from public.error_minutes where project_id = $1 order by 1`,
        [project],
      );
      expect(rows).toEqual([
        { minute: "2030-11-03 05:30", event_count: 1 },
        { minute: "2030-11-03 06:30", event_count: 1 },
      ]);
      const days = await db.query(
        "select distinct received_on from public.error_events where project_id = $1",
        [project],
      );
      expect(days).toEqual([{ received_on: "2030-11-03" }]);
    });
  }
});

describe("an issue", () => {
  async function resolved(values: Record<string, unknown> = {}): Promise<{ project: number; id: unknown }> {
    const project = await addProject(db);
    await record(db, { events: [event(project)] }, at(0));
    const { id } = await issue(project);
    const sets = { status: "resolved", updated_at: at(60), ...values };
    const names = Object.keys(sets).map((name, index) => `${name} = $${index + 2}`);
    await db.query(`update public.detected_errors set ${names.join(", ")} where id = $1`, [
      id,
      ...Object.values(sets),
    ]);
    await forgetJobs();
    return { project, id };
  }

  it("that comes back after it was resolved is regressed, begins an episode and is diagnosed anew", async () => {
    const { project, id } = await resolved();
    const traffic = {
      project_id: project,
      minute_at: at(110),
      request_count: 70,
      failed_request_count: 0,
      session_count: 7,
      crashed_session_count: 0,
      duration_ms_sum: 1,
    };
    await record(db, { traffic: [traffic], events: events(project, 2, { occurred_at: at(119) }) }, at(120));
    const row = await issue(project);
    expect(row).toMatchObject({
      status: "regressed",
      resolved_at: null,
      event_count: 3,
      episode_event_count: 1,
      episode_request_count: 70,
      episode_session_count: 7,
    });
    expect(Date.parse(String(row.episode_started_at))).toBe(Date.parse(at(120)));
    expect(await isQueued(id)).toBe(true);
  });

  it("is not brought back by stragglers: events that happened before it was resolved", async () => {
    const { project, id } = await resolved();
    await record(db, { events: [event(project, { occurred_at: at(59) })] }, at(120));
    expect(await issue(project)).toMatchObject({ status: "resolved", event_count: 2 });
    expect(await isQueued(id)).toBe(false);
  });

  it("that was resolved in a release is brought back by another release only", async () => {
    const { project } = await resolved({ resolved_in_release: "1.0.0" });
    await record(db, { events: [event(project, { occurred_at: at(119) })] }, at(120));
    expect((await issue(project)).status).toBe("resolved");
    await record(db, { events: [event(project, { occurred_at: at(129), release: "1.0.1" })] }, at(130));
    expect((await issue(project)).status).toBe("regressed");
  });

  it("that people ignore stays ignored", async () => {
    const { project, id } = await resolved({ status: "ignored" });
    await record(db, { events: events(project, 100, { occurred_at: at(3600) }) }, at(3600));
    expect((await issue(project)).status).toBe("ignored");
    expect(await isQueued(id)).toBe(false);
  });

  it("escalates when a minute brings five times its usual number and ten at least", async () => {
    const project = await addProject(db);
    // Two a minute for an hour.
    for (let minute = 0; minute < 60; minute++) {
      await record(db, { events: events(project, 2) }, at(minute * 60));
    }
    const { id } = await issue(project);
    await db.query("update public.detected_errors set status = 'ongoing' where id = $1", [id]);
    await forgetJobs();
    await record(db, { events: events(project, 9) }, at(3600));
    expect((await issue(project)).status).toBe("ongoing");
    await record(db, { events: events(project, 6) }, at(3620));
    const row = await issue(project);
    expect(row).toMatchObject({ status: "escalating", event_count: 135, episode_event_count: 135 });
    expect(await isQueued(id)).toBe(true);
    await forgetJobs();
    await record(db, { events: events(project, 200) }, at(3630));
    expect(await isQueued(id)).toBe(false);
  });

  it("that is ten minutes young does not escalate: it is new, and that is enough", async () => {
    const project = await addProject(db);
    await record(db, { events: events(project, 1) }, at(0));
    await db.query("update public.detected_errors set status = 'ongoing' where project_id = $1", [project]);
    await record(db, { events: events(project, 100) }, at(500));
    expect((await issue(project)).status).toBe("ongoing");
  });
});

describe("many batches at once", () => {
  it.skipIf(!ON_POSTGRES)(
    "count exactly, make each issue once and never wait for each other in a circle",
    async () => {
      const projects = await Promise.all(Array.from({ length: 3 }, () => addProject(db)));
      const fingerprints = Array.from({ length: 20 }, (_, n) => n.toString(16).padStart(64, "0"));
      const writers = 16;
      const rounds = 12;
      const size = 25;
      // A seeded order, so that a failure can be seen again.
      let seed = 42;
      const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
      const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
      const shared = Array.from(
        { length: 60 },
        () => event(pick(projects), { fingerprint: pick(fingerprints), release: pick(["1", "2"]) }),
      );
      const sent = new Set(shared.map((each) => each.event_id));
      const batches = Array.from({ length: writers }, () =>
        Array.from({ length: rounds }, () => {
          const fresh = Array.from(
            { length: size },
            () => event(pick(projects), { fingerprint: pick(fingerprints), release: pick(["1", "2", "3"]) }),
          );
          for (const each of fresh) sent.add(each.event_id);
          // Duplicates that others send as well, in another order each time.
          const again = Array.from({ length: 5 }, () => pick(shared));
          return [...fresh, ...again].sort(() => random() - 0.5);
        }));
      for (const each of shared) sent.add(each.event_id);
      const accepted = await withSessions(
        db,
        writers,
        (sessions) =>
          Promise.all(sessions.map(async (session, writer) => {
            let sum = 0;
            for (const [round, batch] of batches[writer]!.entries()) {
              const traffic = projects.map((project_id) => ({
                project_id,
                minute_at: at(0),
                request_count: 1,
                failed_request_count: 0,
                session_count: 1,
                crashed_session_count: 0,
                duration_ms_sum: 1,
              })).sort(() => random() - 0.5);
              const [row] = await session.query("select public.record_batch($1, $2) as recorded", [
                { events: batch, traffic },
                at(round * 7),
              ]);
              sum += (row?.recorded as { accepted: number }).accepted;
            }
            return sum;
          })),
      );
      await record(db, { events: shared }, at(100));
      const total = accepted.reduce((sum, each) => sum + each, 0);
      const stored = await one(
        db,
        `select count(*) as events, count(distinct (project_id, event_id)) as ids from public.error_events where project_id = any ($1)`,
        [projects],
      );
      expect(stored).toEqual({ events: sent.size, ids: sent.size });
      expect(total).toBeLessThanOrEqual(sent.size);
      let issues = 0;
      let requests = 0;
      for (const project of projects) {
        const sum = await sums(project);
        expect(sum.issues).toBe(sum.events);
        expect(sum.minutes).toBe(sum.events);
        const row = await one(
          db,
          "select count(*) as count from public.detected_errors where project_id = $1",
          [project],
        );
        issues += Number(row.count);
        const traffic = await one(
          db,
          "select request_count from public.traffic_totals where project_id = $1",
          [project],
        );
        requests += Number(traffic.request_count);
      }
      expect(issues).toBe(projects.length * fingerprints.length);
      expect(requests).toBe(writers * rounds * projects.length);
    },
  );
});
