import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { eventOfExample } from "../../supabase/functions/_shared/diagnose/patterns/example.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { add, addProject, at, call, event, ON_POSTGRES, one, record, withSessions } from "./support.ts";

let db: TestDatabase;
let project: number;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  project = await addProject(db);
});

const DAY = 86_400;

async function partitions(): Promise<unknown[]> {
  const rows = await db.query(
    `select c.relname as name from pg_inherits as i join pg_class as c on c.oid = i.inhrelid
     where i.inhparent = 'public.error_events'::regclass order by 1`,
  );
  return rows.map((row) => row.name);
}
const ensure = async (now: string) =>
  (await one(db, "select prunella.ensure_event_partitions($1) as count", [now])).count;
const homeOf = async (projectId: number) =>
  (await db.query("select tableoid::regclass::text as home from public.error_events where project_id = $1", [
    projectId,
  ]))
    .map((row) => row.home);

describe("partitions of events", () => {
  it("are made from yesterday to a week ahead, by UTC days, once", async () => {
    expect(await ensure(at(0))).toBe(9);
    const made = (await partitions()).filter((name) => String(name).startsWith("error_events_203006"));
    expect(made[0]).toBe("error_events_20300614");
    expect(made.at(-1)).toBe("error_events_20300622");
    expect(await ensure(at(0))).toBe(0);
    expect(await ensure(at(DAY))).toBe(1);
  });

  it("take the events of their day", async () => {
    await ensure(at(0));
    await record(db, { events: [event(project)] }, at(0));
    expect(await homeOf(project)).toEqual(["prunella.error_events_20300615"]);
  });

  it("have the indexes, the security and the compression of the table", async () => {
    await ensure(at(0));
    const rows = await db.query(
      `select c.relname, c.relrowsecurity as secure, (select count(*) from pg_index where indrelid = c.oid) as indexes,
         (select attcompression from pg_attribute where attrelid = c.oid and attname = 'payload') as compression
       from pg_class as c where c.oid in ('public.error_events'::regclass, 'prunella.error_events_20300615'::regclass)
       order by c.relname`,
    );
    expect(rows).toHaveLength(2);
    const [parent, partition] = rows.map(({ relname: _, ...rest }) => rest);
    expect(partition).toEqual(parent);
    expect(partition).toMatchObject({ secure: true });
  });

  it("ingest does not need: without upkeep the default one takes the events, and gives them back later", async () => {
    const now = "2040-02-28T10:00:00Z";
    await record(db, { events: [event(project)] }, now);
    expect(await homeOf(project)).toEqual(["prunella.error_events_default"]);
    expect(await ensure(now)).toBe(9);
    expect(await homeOf(project)).toEqual(["prunella.error_events_20400228"]);
    expect(await record(db, { events: [event(project)] }, now)).toEqual({ accepted: 1, duplicates: 0 });
    // 2040 is a leap year.
    expect(await partitions()).toContain("error_events_20400229");
  });

  it("are dropped when they are older than the retention, with what the default one holds", async () => {
    await ensure(at(0));
    await record(db, { events: [event(project)] }, at(0));
    const old = await addProject(db);
    await record(db, { events: [event(old)] }, "2030-01-01T00:00:00Z");
    const drop = async (now: string) =>
      (await one(db, "select prunella.drop_event_partitions($1, 30) as count", [now])).count;
    await drop(at(30 * DAY));
    expect(await homeOf(project)).toHaveLength(1);
    expect(await homeOf(old)).toEqual([]);
    expect(await drop(at(31 * DAY))).toBeGreaterThan(0);
    expect(await homeOf(project)).toEqual([]);
    expect(await partitions()).toContain("error_events_20300616");
  });

  it.each(["2032-01-31T23:59:59.999Z", "2032-02-28T23:59:59.999Z", "2032-12-31T23:59:59.999Z"])(
    "are there before the day that follows %s, and take its first event",
    async (last) => {
      await ensure(last);
      const before = await addProject(db);
      await record(db, { events: [event(before)] }, last);
      expect(await homeOf(before)).toEqual([
        `prunella.error_events_${last.slice(0, 10).replaceAll("-", "")}`,
      ]);
      const next = new Date(Date.parse(last) + 1).toISOString();
      await record(db, { events: [event(project)] }, next);
      expect(await homeOf(project)).toEqual([
        `prunella.error_events_${next.slice(0, 10).replaceAll("-", "")}`,
      ]);
      await db.query("select prunella.drop_event_partitions('2040-01-01T00:00:00Z', 30)");
    },
  );

  for (const zone of ["Pacific/Kiritimati", "Pacific/Pago_Pago", "America/New_York"]) {
    it(`are the same when the server lives in ${zone}`, async () => {
      // Summer time begins in New York in this week.
      const made = await db.database.transaction(async (tx) => {
        await tx.query("select set_config('timezone', $1, true), set_config('datestyle', 'SQL, DMY', true)", [
          zone,
        ]);
        await tx.query("select prunella.ensure_event_partitions('2031-03-08T00:30:00Z')");
        const rows = await tx.query(
          "select relname as name from pg_class where relname ~ '^error_events_2031\\d{4}$' order by 1",
        );
        return rows.map((row) => row.name);
      });
      expect(made).toHaveLength(9);
      expect([made[0], made.at(-1)]).toEqual(["error_events_20310307", "error_events_20310315"]);
      await db.query("select prunella.drop_event_partitions('2040-01-01T00:00:00Z', 30)");
    });
  }
});

describe("retention", () => {
  const apply = async (now: string) =>
    (await one(db, "select prunella.apply_retention($1) as kept", [now])).kept as Record<string, number>;
  const count = async (table: string, where = "true") =>
    (await one(db, `select count(*) as count from public.${table} where project_id = $1 and ${where}`, [
      project,
    ])).count;

  it("keeps counts and executions for 90 days, done jobs for one, dead ones for fourteen", async () => {
    await record(db, {
      events: [event(project)],
      traffic: [{
        project_id: project,
        minute_at: at(0),
        request_count: 1,
        failed_request_count: 0,
        session_count: 0,
        crashed_session_count: 0,
        duration_ms_sum: 1,
      }],
    }, at(0));
    await add(db, "execution_history", {
      project_id: project,
      agent: "a",
      task_type: "t",
      started_at: at(0),
    });
    await db.query("delete from public.jobs");
    for (const state of ["done", "dead"]) {
      await db.query(
        "insert into public.jobs (kind, project_id, state, finished_at) values ('diagnose', $1, $2, $3)",
        [
          project,
          state,
          at(0),
        ],
      );
    }
    await db.query("insert into public.jobs (kind, project_id, run_at) values ('diagnose', $1, $2)", [
      project,
      at(0),
    ]);
    await apply(at(DAY - 1));
    expect(await count("jobs")).toBe(3);
    await apply(at(DAY + 1));
    expect(await count("jobs", "state = 'done'")).toBe(0);
    await apply(at(14 * DAY + 1));
    expect(await count("jobs", "state = 'dead'")).toBe(0);
    await apply(at(90 * DAY - 60));
    expect([await count("error_minutes"), await count("traffic_minutes"), await count("execution_history")])
      .toEqual([1, 1, 1]);
    await apply(at(90 * DAY + 60));
    expect([await count("error_minutes"), await count("traffic_minutes"), await count("execution_history")])
      .toEqual([0, 0, 0]);
    // Work that nobody has done yet is never too old.
    expect(await count("jobs", "state = 'queued'")).toBe(1);
  });

  it("is configured by the installation", async () => {
    await add(db, "execution_history", {
      project_id: project,
      agent: "a",
      task_type: "t",
      started_at: at(0),
    });
    await db.rpc("change_config", {
      p_project_id: null,
      p_key: "retention.days",
      p_value: { execution_history: 7 },
    });
    await apply(at(7 * DAY + 1));
    expect(await count("execution_history")).toBe(0);
    await db.rpc("change_config", { p_project_id: null, p_key: "retention.days", p_value: null });
  });

  it("is kept for functions and breakers as well, for 90 days", async () => {
    await db.query(
      "insert into public.function_totals values ('shop', '2xx', 1, 1, array_fill(0, array[11]))",
    );
    await db.query("insert into public.function_minutes (function_name, minute_at) values ('shop', $1)", [
      at(0),
    ]);
    await db.query("insert into public.circuit_breaker_totals (name) values ('mail')");
    await db.query("insert into public.circuit_breaker_metrics (name, minute_at) values ('mail', $1)", [
      at(0),
    ]);
    expect(await apply(at(90 * DAY - 60))).toMatchObject({ function_minutes: 0, breaker_metrics: 0 });
    expect(await apply(at(90 * DAY + 60))).toMatchObject({ function_minutes: 1, breaker_metrics: 1 });
  });

  it("reads no table of counts from end to end", async () => {
    const reads = async () => {
      await db.query("select pg_stat_force_next_flush()");
      await db.query("select pg_stat_clear_snapshot()");
      const rows = await db.query(
        "select relname as name, seq_scan as scans from pg_stat_user_tables where relname in ('error_minutes', 'traffic_minutes')",
      );
      return Object.fromEntries(rows.map((row) => [row.name, Number(row.scans)]));
    };
    await db.query(
      `with issue as (insert into public.detected_errors (project_id, fingerprint, title) values ($1, 'many', 'Many') returning id)
       insert into public.error_minutes (issue_id, minute_at, project_id)
       select issue.id, $2::timestamptz + make_interval(mins => n), $1 from issue, generate_series(1, 20000) as n`,
      [project, at(0)],
    );
    await db.query(
      `insert into public.traffic_minutes (project_id, minute_at)
       select $1, $2::timestamptz + make_interval(mins => n) from generate_series(1, 20000) as n`,
      [project, at(0)],
    );
    await db.script("analyze public.error_minutes; analyze public.traffic_minutes");
    const before = await reads();
    await apply(at(DAY));
    expect(await reads()).toEqual(before);
  });

  it.runIf(ON_POSTGRES)(
    "drops no partition while somebody reads events, and deletes everything else",
    async () => {
      await ensure(at(0));
      await db.query(
        "insert into public.jobs (kind, project_id, state, finished_at) values ('diagnose', $1, 'done', $2)",
        [
          project,
          at(0),
        ],
      );
      await withSessions(db, 1, async ([reader]) => {
        await reader!.session(async (session) => {
          await session.script("begin");
          await session.query("select count(*) from public.error_events");
          const told = await apply(at(40 * DAY));
          expect(told.event_partitions).toBeNull();
          expect(told.jobs).toBeGreaterThan(0);
          await session.script("rollback");
        });
      });
      expect((await apply(at(40 * DAY))).event_partitions).toBeGreaterThan(0);
    },
  );
});

describe("heartbeats", () => {
  const beat = (values: Record<string, unknown> = {}) => ({
    project_id: project,
    monitor_slug: "nightly",
    environment: "production",
    status: "ok",
    check_in_id: crypto.randomUUID(),
    occurred_at: at(0),
    interval_seconds: 600,
    margin_seconds: 60,
    ...values,
  });
  const sweep = (now: string) => call<number>(db, "sweep_heartbeats", { p_now: now });
  const status = async () =>
    (await one(db, "select status from public.heartbeats where project_id = $1", [project])).status;
  const issues = () =>
    db.query("select title, event_count from public.detected_errors where project_id = $1 order by id", [
      project,
    ]);

  it("are missed when interval and margin have passed, once until the next check-in", async () => {
    await record(db, { heartbeats: [beat()] }, at(0));
    expect(await sweep(at(660))).toBe(0);
    expect(await sweep(at(661))).toBe(1);
    expect(await sweep(at(662))).toBe(0);
    expect(await status()).toBe("missed");
    expect(await issues()).toEqual([{ title: "Heartbeat missed: nightly", event_count: 1 }]);
    await record(db, { heartbeats: [beat({ occurred_at: at(700) })] }, at(700));
    expect(await status()).toBe("ok");
    expect(await sweep(at(1361))).toBe(1);
    expect(await issues()).toEqual([{ title: "Heartbeat missed: nightly", event_count: 2 }]);
  });

  it("without an interval are never missed", async () => {
    await record(db, { heartbeats: [beat({ interval_seconds: null })] }, at(0));
    expect(await sweep(at(1e8))).toBe(0);
  });

  it("that arrive late, after a younger one, change nothing", async () => {
    await record(db, { heartbeats: [beat({ occurred_at: at(100), status: "in_progress" })] }, at(100));
    await record(db, { heartbeats: [beat({ occurred_at: at(50), status: "ok" })] }, at(110));
    expect(await status()).toBe("in_progress");
  });

  it("of a sender whose clock is ahead are taken as of now", async () => {
    await record(db, { heartbeats: [beat({ occurred_at: at(1e8) })] }, at(0));
    expect(await sweep(at(661))).toBe(1);
  });

  it("that tell of a failure are errors, counted once when they are sent twice", async () => {
    const failed = beat({ status: "error" });
    expect(await record(db, { heartbeats: [failed] }, at(0))).toEqual({ accepted: 1, duplicates: 0 });
    expect(await record(db, { heartbeats: [failed] }, at(5))).toEqual({ accepted: 0, duplicates: 0 });
    expect(await issues()).toEqual([{ title: "Heartbeat failed: nightly", event_count: 1 }]);
    expect(await status()).toBe("error");
    await record(db, { heartbeats: [beat({ status: "error", occurred_at: at(9) })] }, at(9));
    expect(await issues()).toEqual([{ title: "Heartbeat failed: nightly", event_count: 2 }]);
  });

  it("that failed or were missed have every field of an event, for the engine to read", async () => {
    await record(db, { heartbeats: [beat({ status: "error" }), beat({ monitor_slug: "hourly" })] }, at(0));
    expect(await sweep(at(661))).toBe(2);
    const fields = Object.keys(eventOfExample({ message: "any" })).sort();
    const events = await db.query("select payload from public.error_events where project_id = $1", [project]);
    expect(events).toHaveLength(3);
    for (const { payload } of events) expect(Object.keys(payload as object).sort()).toEqual(fields);
  });

  it("beside events do not hide which of those were duplicates", async () => {
    const same = event(project);
    const recorded = await record(
      db,
      { events: [same, same], heartbeats: [beat({ status: "error" })] },
      at(0),
    );
    expect(recorded).toEqual({ accepted: 2, duplicates: 1 });
  });
});

/** @example inWords("17 3 * * *") // "03:17" */
function inWords(schedule: string): string {
  const [minute = "", hour = ""] = schedule.split(" ");
  const two = (text: string) => text.padStart(2, "0");
  if (minute === "*") return "every minute";
  if (minute.startsWith("*/")) return `every ${minute.slice(2)} minutes`;
  return hour === "*" ? `hourly at :${two(minute)}` : `${two(hour)}:${two(minute)}`;
}

describe("schedules", () => {
  it("are set up once, by the names that operators see", async () => {
    const rows = await db.query("select jobname, schedule from cron.job order by jobname");
    expect(rows).toEqual(expect.arrayContaining([
      { jobname: "autonomous-healing-cycle", schedule: "* * * * *" },
      { jobname: "partition-upkeep", schedule: "5 * * * *" },
      { jobname: "retention", schedule: "17 3 * * *" },
    ]));
    expect(new Set(rows.map((row) => row.jobname)).size).toBe(rows.length);
  });

  it("are those that the operator's page tells of, at the times that it tells", async () => {
    const page = await Deno.readTextFile(new URL("../../docs/operations.md", import.meta.url));
    const section = page.slice(page.indexOf("## Schedules"), page.indexOf("## Metrics"));
    const told = [...section.matchAll(/^\| `([a-z-]+)` +\| ([^|]+?) +\|/gm)].map((
      [, name, when],
    ) => [name, when]);
    const rows = await db.query("select jobname as name, schedule from cron.job order by jobname");
    const times = rows.map(({ name, schedule }) => [name, inWords(String(schedule))]);
    expect(told.toSorted()).toEqual(times.toSorted());
  });

  it("all have commands that the database understands", async () => {
    for (const { command } of await db.query("select command from cron.job order by jobname")) {
      await db.query(String(command));
    }
  });

  it("all show in the view of their runs", async () => {
    const found = await db.database.transaction(async (tx) => {
      await tx.query(
        `insert into cron.job_run_details (jobid, runid, status, start_time)
         select jobid, 500 + jobid, 'succeeded', '2040-01-01T00:00:00Z' from cron.job`,
      );
      const rows = await tx.query(
        "select schedule from public.schedule_runs where started_at = '2040-01-01T00:00:00Z' order by schedule",
      );
      await tx.query("delete from cron.job_run_details where start_time = '2040-01-01T00:00:00Z'");
      return rows.map((row) => row.schedule);
    });
    const jobs = await db.query("select jobname from cron.job order by jobname");
    expect(found).toEqual(jobs.map((row) => row.jobname));
  });

  it("show their runs, failures included, newest first", async () => {
    await db.query(
      `insert into cron.job_run_details (jobid, runid, status, return_message, start_time)
       select jobid, 100 + n, case n when 1 then 'failed' else 'succeeded' end, 'run ' || n, $1::timestamptz + make_interval(secs => n)
       from cron.job, generate_series(1, 2) as n where jobname = 'retention'`,
      [at(0)],
    );
    const rows = await db.query("select schedule, status, message from public.schedule_runs");
    expect(rows).toEqual([
      { schedule: "retention", status: "succeeded", message: "run 2" },
      { schedule: "retention", status: "failed", message: "run 1" },
    ]);
  });
});
