import { afterAll, beforeAll, expect, test } from "vitest";
import { parseEnv } from "../../supabase/functions/_shared/platform/env.ts";
import { databaseBreakers } from "../../supabase/functions/_shared/platform/policies-store.ts";
import { CLOSED } from "../../supabase/functions/_shared/platform/policies-breaker.ts";
import { createMetrics } from "../../supabase/functions/metrics/app.ts";
import { promtool } from "./support/promtool.ts";
import { type Tenants, tenants } from "./support/tenants.ts";

let t: Tenants;
beforeAll(async () => {
  t = await tenants();
});
afterAll(() => t.stop());

const calls = (name: string, buckets: number[], status_class = "2xx") => [{
  function: name,
  minute_at: "2026-01-01T00:00:00Z",
  status_class,
  call_count: buckets.reduce((a, b) => a + b),
  duration_ms_sum: 1_500,
  duration_ms_max: 900,
  bucket_counts: buckets,
}];
const record = async (p_calls: unknown) => {
  const { error } = await t.platform.service.rpc("record_function_calls", { p_calls });
  expect(error).toBeNull();
};
const scrape = async () => (await t.call("machine", "GET", "metrics")).text;

test("a scraper with a secret key gets text, in either header", async () => {
  const answer = await t.call("machine", "GET", "metrics");
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const bearer = await t.call({ key: t.platform.secretKey }, "GET", "metrics");
  expect(bearer.status).toBe(200);
  expect(bearer.text).toContain("prunella_projects 2\n");
});

test("people, project keys and strangers get nothing", async () => {
  const refused = await Promise.all([
    t.call("nobody", "GET", "metrics"),
    t.call("admin", "GET", "metrics"),
    t.call({ key: await t.addKey(t.project) }, "GET", "metrics"),
    t.call({ key: t.platform.publishableKey }, "GET", "metrics"),
  ]);
  expect(refused.map((answer) => answer.status)).toEqual([401, 401, 401, 401]);
  expect(refused.every((answer) => !answer.text.includes("prunella_"))).toBe(true);
});

test("with PRUNELLA_METRICS_PUBLIC anybody may scrape", async () => {
  const open = createMetrics(() =>
    parseEnv({ PRUNELLA_METRICS_PUBLIC: "true", PRUNELLA_LOG_LEVEL: "silent" })
  );
  expect((await open.request("/metrics")).status).toBe(200);
  const closed = createMetrics(() => parseEnv({ PRUNELLA_LOG_LEVEL: "silent" }));
  expect((await closed.request("/metrics")).status).toBe(401);
});

test("calls of functions add up over isolates, in totals, in minutes and in buckets", async () => {
  await record(calls("sample", [1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0]));
  await record([
    ...calls("sample", [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]),
    ...calls("sample", [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "5xx"),
  ]);
  const text = await scrape();
  const labels = 'function="sample",status_class="2xx"';
  expect(text).toContain(`prunella_function_requests_total{${labels}} 5\n`);
  expect(text).toContain(`prunella_function_duration_seconds_bucket{${labels},le="0.025"} 4\n`);
  expect(text).toContain(`prunella_function_duration_seconds_bucket{${labels},le="+Inf"} 5\n`);
  expect(text).toContain(`prunella_function_duration_seconds_sum{${labels}} 3\n`);
  const [minute] = await t.platform.sql("select * from function_minutes where function_name = 'sample'");
  expect(minute).toMatchObject({
    call_count: 6,
    error_count: 1,
    duration_ms_sum: 4_500,
    duration_ms_max: 900,
  });
});

test("counters do not fall when retention deletes the minutes they came from", async () => {
  await record(calls("old", [7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
  await t.platform.sql("delete from function_minutes where function_name = 'old'");
  expect(await scrape()).toContain('prunella_function_requests_total{function="old",status_class="2xx"} 7\n');
});

test("server errors of our own functions become one issue of the project prunella-self", async () => {
  const report = (request_id: string, message: string) => ({
    function: "control",
    route: "/status",
    method: "GET",
    code: "internal",
    error_type: "TypeError",
    message,
    stack: "TypeError: x\n    at f (file:///app.ts:1:2)",
    request_id,
    occurred_at: new Date().toISOString(),
  });
  for (const id of ["a", "b"]) {
    const { error } = await t.platform.service.rpc("record_function_errors", {
      p_errors: [report(id, `undefined is not a function ${id}`)],
    });
    expect(error).toBeNull();
  }
  const rows = await t.platform.sql(
    `select i.title, i.culprit, i.event_count, p.mode from detected_errors i join projects p on p.id = i.project_id
     where p.slug = 'prunella-self'`,
  );
  expect(rows).toEqual([{
    title: "TypeError in control: undefined is not a function a",
    culprit: "control GET /status",
    event_count: 2,
    mode: "suggest",
  }]);
});

test("one isolate changes a breaker, the other learns that it was too late, and calls are counted either way", async () => {
  const store = databaseBreakers(() => t.platform.service);
  const minute = {
    minute_at: "2026-01-01T00:00:00.000Z",
    success_count: 1,
    failure_count: 5,
    rejected_count: 2,
    timeout_count: 0,
  };
  expect(await store.load("target")).toEqual({ version: 0, breaker: CLOSED });
  const open = { ...CLOSED, state: "open" as const, failure_count: 5, opened_at: "2026-01-01T00:00:00.000Z" };
  expect(await store.compareAndSet("target", 0, open)).toEqual({ applied: true, version: 1, breaker: open });
  expect(await store.compareAndSet("target", 0, CLOSED)).toEqual({
    applied: false,
    version: 1,
    breaker: open,
  });
  const [won, lost] = await Promise.all([
    store.compareAndSet("target", 1, { ...open, state: "half_open", probe_id: "a" }),
    store.compareAndSet("target", 1, { ...open, state: "half_open", probe_id: "b" }),
  ]);
  expect([won!.applied, lost!.applied].sort()).toEqual([false, true]);
  expect(won!.breaker.probe_id).toBe(lost!.breaker.probe_id);
  await store.addMetrics("target", [minute]);
  await store.addMetrics("target", [minute]);
  const text = await scrape();
  expect(text).toContain('prunella_breaker_state{name="target",state="half_open"} 1\n');
  expect(text).toContain('prunella_breaker_calls_total{name="target",outcome="failure"} 10\n');
});

test("neither people nor anonymous callers reach the tables behind the metrics", async () => {
  const rpcs = [
    "metrics_snapshot",
    "record_function_calls",
    "record_function_errors",
    "breaker_report",
    "breaker_load",
  ];
  const user = await t.platform.signUp();
  for (const client of [t.platform.anonymous, user.client]) {
    for (const rpc of rpcs) expect((await client.rpc(rpc)).error, rpc).not.toBeNull();
    for (const table of ["function_totals", "circuit_breaker_totals", "function_minutes"]) {
      expect((await client.from(table).select()).error, table).not.toBeNull();
    }
  }
});

test.skipIf(!promtool.installed)("promtool accepts what is served without a warning", async () => {
  expect(await promtool.check(await scrape())).toEqual({ code: 0, output: "" });
});
