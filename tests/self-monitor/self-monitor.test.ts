import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { OUT_OF_MEMORY } from "../cycle/support/events.ts";
import { openWard, type Ward } from "../cycle/support/ward.ts";

const MINUTE = 60_000;

let ward: Ward;
beforeAll(async () => ward = await openWard());
beforeEach(async () => {
  ward.apps.length = 0;
  await ward.sql("truncate function_minutes");
  await ward.sql("delete from jobs");
  await ward.sql("delete from circuit_breaker_state");
  await ward.sql("delete from cron.job_run_details");
  await ward.sql("delete from projects");
  await ward.clock.advance(30 * MINUTE);
});
afterAll(() => ward.stop());

const ago = (ms: number) => new Date(ward.clock.now().getTime() - ms);
const findings =
  async () => (await ward.sql("select check_name, subject, message from prunella.self_findings($1)", [
    ward.clock.now(),
  ]));
const watch = async () => (await ward.one("select prunella.watch_itself($1) as n", [ward.clock.now()])).n;

/** Calls per minute of a function between two moments of the past. */
async function calls(
  name: string,
  fromMs: number,
  toMs: number,
  per: { calls: number; errors?: number; ms?: number },
): Promise<void> {
  await ward.sql(
    `insert into function_minutes (function_name, minute_at, call_count, error_count, duration_ms_sum)
     select $1, m, $4::bigint, $5::bigint, $4::bigint * $6::float8 from generate_series($2::timestamptz, $3::timestamptz, '1 minute') as m`,
    [name, ago(fromMs), ago(toMs), per.calls, per.errors ?? 0, per.ms ?? 20],
  );
}

const DAY = 20 * 60 * MINUTE;
const BEFORE = 12 * MINUTE;

it("a healthy installation finds nothing, and makes no project for itself", async () => {
  await calls("ingest", DAY, 0, { calls: 50, errors: 0, ms: 20 });
  expect(await findings()).toEqual([]);
  expect(await watch()).toBe(0);
  expect(await ward.sql("select from projects where slug = 'prunella-self'")).toEqual([]);
});

it("a function that fails far more often than usual becomes an issue of prunella-self", async () => {
  await calls("ingest", DAY, BEFORE, { calls: 50, errors: 0 });
  await calls("ingest", 5 * MINUTE, 0, { calls: 50, errors: 10 });
  expect(await findings()).toMatchObject([{ check_name: "function_errors", subject: "ingest" }]);
  await watch();
  const issue = await ward.one(
    "select i.*, p.slug from detected_errors i join projects p on p.id = i.project_id",
  );
  expect(issue).toMatchObject({ slug: "prunella-self", type: "SelfMonitor", status: "new", event_count: 1 });
  expect(issue.title).toContain("calls of the function ingest failed");
});

it("a function that has always failed as often is no news", async () => {
  await calls("control", DAY, 0, { calls: 20, errors: 4 });
  expect(await findings()).toEqual([]);
});

it("a few errors in a few calls are chance", async () => {
  await calls("ingest", DAY, BEFORE, { calls: 50 });
  await calls("ingest", 1 * MINUTE, 0, { calls: 5, errors: 2 });
  expect(await findings()).toEqual([]);
});

it("a function without a past is measured against one error in a hundred", async () => {
  await calls("metrics", 4 * MINUTE, 0, { calls: 20, errors: 0 });
  expect(await findings()).toEqual([]);
  await calls("configuration", 4 * MINUTE, 0, { calls: 20, errors: 3 });
  expect(await findings()).toMatchObject([{ check_name: "function_errors", subject: "configuration" }]);
});

it("a function that became much slower than usual is found, one that is always slow is not", async () => {
  await calls("ingest", DAY, BEFORE, { calls: 50, ms: 20 });
  await calls("ingest", 5 * MINUTE, 0, { calls: 50, ms: 900 });
  await calls("control", DAY, 0, { calls: 50, ms: 900 });
  expect(await findings()).toMatchObject([{ check_name: "function_latency", subject: "ingest" }]);
});

it("a finding is one event a minute while it lasts, and one issue", async () => {
  await calls("ingest", DAY, BEFORE, { calls: 50 });
  await calls("ingest", 5 * MINUTE, 0, { calls: 50, errors: 10 });
  expect(await watch()).toBe(1);
  expect(await watch(), "the same minute again").toBe(0);
  await ward.clock.advance(MINUTE);
  expect(await watch()).toBe(1);
  expect(await ward.sql("select event_count from detected_errors")).toEqual([{ event_count: 2 }]);
});

it("jobs that were given up and jobs that nobody takes are found", async () => {
  const id = await ward.project();
  await ward.sql(
    "insert into jobs (kind, project_id, state, finished_at, last_error) values ('apply', $1, 'dead', $2, 'no such host')",
    [
      id,
      ago(MINUTE),
    ],
  );
  await ward.sql("insert into jobs (kind, project_id, run_at) values ('diagnose', $1, $2)", [
    id,
    ago(3 * MINUTE),
  ]);
  await ward.sql("insert into jobs (kind, project_id, run_at) values ('verify', $1, $2)", [id, ago(MINUTE)]);
  const found = await findings();
  expect(found).toMatchObject([{ check_name: "jobs_dead", subject: "apply" }, {
    check_name: "jobs_lagging",
  }]);
  expect(found[0]!.message).toContain("no such host");
  expect(found[1]!.message).toMatch(/^1 jobs are due/);
});

it("jobs about Prunella itself are not reported to itself", async () => {
  await ward.sql("insert into projects (slug, name) values ('prunella-self', 'Prunella itself')");
  await ward.sql(
    "insert into jobs (kind, project_id, state, finished_at) select 'diagnose', id, 'dead', $1 from projects where slug = 'prunella-self'",
    [ago(MINUTE)],
  );
  expect(await findings()).toEqual([]);
});

it("a schedule that fails is found", async () => {
  await ward.sql(
    `insert into cron.job_run_details (jobid, runid, command, status, return_message, start_time, end_time)
     select jobid, 4711, command, 'failed', 'ERROR: out of disk', $1, $1 from cron.job where jobname = 'retention'`,
    [ago(MINUTE)],
  );
  expect(await findings()).toMatchObject([{ check_name: "schedule_failed", subject: "retention" }]);
});

it("a project that sent without pause and fell silent is found; one that sends now and then is not", async () => {
  const steady = await ward.project();
  const rare = await ward.project();
  const sends = (id: number, everyMinutes: number) =>
    ward.sql(
      `insert into traffic_minutes (project_id, minute_at, request_count)
       select $1, m, 5 from generate_series($2::timestamptz, $3::timestamptz, make_interval(mins => $4)) as m`,
      [id, ago(90 * MINUTE), ago(20 * MINUTE), everyMinutes],
    ).then(() =>
      ward.sql("insert into traffic_totals (project_id, request_count, updated_at) values ($1, 5, $2)", [
        id,
        ago(20 * MINUTE),
      ])
    );
  await sends(steady, 1);
  await sends(rare, 10);
  const { slug } = await ward.one("select slug from projects where id = $1", [steady]);
  expect(await findings()).toMatchObject([{ check_name: "ingest_silent", subject: slug }]);
  await ward.errors(steady, OUT_OF_MEMORY, 1);
  expect(await findings(), "errors are a sign of life").toEqual([]);
});

it("a missing partition is found before the day comes", async () => {
  const tomorrow = new Date(ward.clock.now().getTime() + 24 * 60 * MINUTE).toISOString().slice(0, 10);
  await ward.sql(`drop table prunella.error_events_${tomorrow.replaceAll("-", "")}`);
  expect(await findings()).toMatchObject([{ check_name: "partition_missing", subject: tomorrow }]);
  await ward.sql("select prunella.ensure_event_partitions()");
  expect(await findings()).toEqual([]);
});

it("a breaker that stays open is found", async () => {
  await ward.sql(
    "insert into circuit_breaker_state (name, state, opened_at) values ('slow', 'open', $1), ('young', 'open', $2)",
    [
      ago(20 * MINUTE),
      ago(5 * MINUTE),
    ],
  );
  expect(await findings()).toMatchObject([{ check_name: "breaker_open", subject: "slow" }]);
});

it("every minute the cycle looks at itself, and its issues are diagnosed like any other", async () => {
  await ward.sql("insert into circuit_breaker_state (name, state, opened_at) values ('slow', 'open', $1)", [
    ago(20 * MINUTE),
  ]);
  await ward.heal(2 * MINUTE);
  const [issue] = await ward.sql(
    "select i.diagnosed_at, p.mode from detected_errors i join projects p on p.id = i.project_id where p.slug = 'prunella-self'",
  );
  expect(issue?.diagnosed_at).not.toBeNull();
  expect(ward.worker.failures).toEqual([]);
  expect(await ward.sql("select from jobs where state = 'dead'")).toEqual([]);
});

it("trouble in looking at itself does not keep the cycle from running", async () => {
  await ward.sql("alter table circuit_breaker_state rename to circuit_breaker_state_away");
  await ward.sql("select prunella.run_minute()");
  await ward.sql("alter table circuit_breaker_state_away rename to circuit_breaker_state");
});

it("health is a score from 0 to 100 for every function and subsystem, worst first", async () => {
  await calls("ingest", DAY, 0, { calls: 50, ms: 20 });
  await calls("control", DAY, BEFORE, { calls: 50, ms: 20 });
  await calls("control", 5 * MINUTE, 0, { calls: 50, errors: 5, ms: 80 });
  await calls("metrics", DAY, BEFORE, { calls: 1 });
  await ward.sql("insert into circuit_breaker_state (name, state, opened_at) values ('slow', 'open', $1)", [
    ago(20 * MINUTE),
  ]);
  const rows = await ward.sql("select part, kind, score from self_health");
  expect(rows).toEqual([
    { part: "control", kind: "function", score: 15 },
    { part: "breakers", kind: "subsystem", score: 50 },
    { part: "ingest", kind: "function", score: 100 },
    { part: "ingest", kind: "subsystem", score: 100 },
    { part: "partitions", kind: "subsystem", score: 100 },
    { part: "queue", kind: "subsystem", score: 100 },
    { part: "schedules", kind: "subsystem", score: 100 },
    { part: "metrics", kind: "function", score: null },
  ]);
  const { data } = await ward.client.rpc("self_health");
  expect(data).toMatchObject({
    score: 15,
    findings: expect.arrayContaining([expect.objectContaining({ check_name: "breaker_open" })]),
  });
});

it("people of projects do not see how Prunella is", async () => {
  const allowed = await ward.sql(
    `select r as role, has_table_privilege(r, 'public.self_health', 'select') as table, has_function_privilege(r, 'public.self_health(timestamptz)', 'execute') as function
     from unnest(array['anon', 'authenticated', 'service_role']) as r`,
  );
  expect(allowed).toEqual([
    { role: "anon", table: false, function: false },
    { role: "authenticated", table: false, function: false },
    { role: "service_role", table: true, function: true },
  ]);
});
