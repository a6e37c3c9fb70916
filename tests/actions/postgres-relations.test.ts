import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { analyze } from "../../supabase/functions/_shared/actions/postgres/analyze.ts";
import { createIndex } from "../../supabase/functions/_shared/actions/postgres/create-index.ts";
import { refreshView } from "../../supabase/functions/_shared/actions/postgres/refresh-view.ts";
import { reindex } from "../../supabase/functions/_shared/actions/postgres/reindex.ts";
import { requeueDeadJobs } from "../../supabase/functions/_shared/actions/postgres/requeue-dead-jobs.ts";
import { vacuum } from "../../supabase/functions/_shared/actions/postgres/vacuum.ts";
import type { Targets } from "../../supabase/functions/_shared/actions/targets/targets.ts";
import { contextsOf } from "./support/context.ts";
import { type ActionsDatabase, actionsDatabase } from "./support/database.ts";
import { testTargets } from "./support/targets.ts";

const SHOP = `
  create schema shop;
  create table shop.orders (id bigint primary key, customer_id bigint, "odd ""name" text, total numeric);
  insert into shop.orders select n, n % 100, 'x', n from generate_series(1, 2000) as n;
  create index orders_total_idx on shop.orders (total);
  create index orders_partial_idx on shop.orders (customer_id) where total > 5;
  create index orders_lower_idx on shop.orders (lower("odd ""name"), customer_id);
  create materialized view shop.top as select customer_id, sum(total) as total from shop.orders group by customer_id;
  create unique index top_customer_idx on shop.top (customer_id);
  create materialized view shop.loose as select customer_id from shop.orders;
  create table shop.tasks (id bigint primary key, state text not null, tries int not null default 5, run_at timestamptz);
  create table public.private (id bigint primary key);
`;
const QUEUE = {
  schema: "shop",
  table: "tasks",
  id: "id",
  status: "state",
  ready: "ready",
  dead: "dead",
  attempts: "tries",
  run_at: "run_at",
  retryable: true,
};
const PERMISSIONS = {
  schemas: ["shop"],
  queues: {
    emails: QUEUE,
    own: {
      ...QUEUE,
      schema: "public",
      table: "auto_fixes",
      id: "id",
      status: "state",
      ready: "approved",
      dead: "in_review",
    },
    unsure: { ...QUEUE, retryable: false },
    wrong: { ...QUEUE, attempts: "nothing" },
    hostile: { ...QUEUE, table: "tasks; drop table shop.tasks" },
  },
};

let db: ActionsDatabase;
let projectId: number;
let targets: Targets;
let fixNumber = 0;

beforeAll(async () => {
  db = await actionsDatabase();
  await db.script(SHOP);
  projectId = await db.addProject(PERMISSIONS);
  targets = testTargets({ client: db.client, projectId });
});
afterAll(() => db.close());
beforeEach(() =>
  db.script(
    "delete from cron.job; delete from prunella.postgres_effects where state in ('scheduled', 'running')",
  )
);

/** What the database says about schedules of seconds, as an older pg_cron does. */
async function onlyWholeMinutes(yes: boolean): Promise<void> {
  await db.script(
    yes
      ? `alter function prunella.schedule_soon(text, integer, text) rename to real_schedule_soon;
         create function prunella.schedule_soon(text, integer, text) returns bigint language sql as 'select null::bigint';`
      : `drop function prunella.schedule_soon(text, integer, text);
         alter function prunella.real_schedule_soon(text, integer, text) rename to schedule_soon;`,
  );
}
const minuteOf = (at: number) => {
  const date = new Date(at);
  return [date.getUTCMinutes(), date.getUTCHours(), date.getUTCDate(), date.getUTCMonth() + 1, "*"].join(" ");
};
const nextFix = () => contextsOf(targets, String(++fixNumber), projectId);
const later = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const effect = (key: string, minutes = 0) =>
  db.rpc("action_postgres_effect", { p_project_id: projectId, p_idempotency_key: key, p_now: later(minutes) })
    .then(([row]) => row?.action_postgres_effect as Record<string, unknown> | null);
const indexes = async () =>
  (await db.query(
    "select indexname from pg_indexes where schemaname = 'shop' and indexname like 'prunella%'",
  ))
    .map((row) => String(row.indexname));

describe("postgres.create-index", () => {
  const parameters = { schema: "shop", name: "orders", columns: ["customer_id"] };

  it("schedules one statement once, is seen when it is done, and is taken back", async () => {
    const { applying, rollingBack } = nextFix();
    const before = await createIndex.capture(applying, parameters);
    expect(await createIndex.observe(applying, parameters, before)).toBe("not_applied");
    const first = await createIndex.apply(applying, parameters, before);
    expect(first).toMatchObject({
      outcome: "scheduled",
      index_name: expect.stringMatching(/^prunella_orders_[0-9a-f]{8}$/),
    });
    expect(await createIndex.apply(applying, parameters, before)).toMatchObject({ outcome: "already" });
    expect(await createIndex.observe(applying, parameters, before)).toBe("not_applied");
    expect(await db.runCron()).toEqual([
      `create index concurrently if not exists ${first.index_name} on shop.orders (customer_id)`,
    ]);
    expect(await effect(applying.idempotencyKey)).toMatchObject({ state: "succeeded" });
    expect(await indexes()).toEqual([first.index_name]);
    expect(await createIndex.observe(applying, parameters, before)).toBe("applied");
    expect(await db.query("select from cron.job"), "the job is gone").toEqual([]);

    expect(await createIndex.observe(rollingBack, parameters, before)).toBe("not_applied");
    expect(await createIndex.rollback(rollingBack, parameters, before)).toMatchObject({
      outcome: "scheduled",
    });
    expect(await createIndex.rollback(rollingBack, parameters, before)).toMatchObject({ outcome: "already" });
    await db.runCron();
    expect(await indexes()).toEqual([]);
    expect(await createIndex.observe(rollingBack, parameters, before)).toBe("applied");
  });

  it("is taken back before it began: nothing is left, even if it begins at that very moment", async () => {
    const { applying, rollingBack } = nextFix();
    const { index_name } = await createIndex.apply(applying, parameters, {});
    expect(await createIndex.rollback(rollingBack, parameters, {})).toMatchObject({ outcome: "scheduled" });
    expect(await db.runCron()).toEqual([`drop index concurrently if exists shop.${index_name}`]);
    expect(await indexes()).toEqual([]);
  });

  it("begins within seconds, and once it has begun it is not repeated", async () => {
    const { applying } = nextFix();
    await createIndex.apply(applying, parameters, {});
    const [job] = await db.query("select jobid, schedule from cron.job");
    expect(job?.schedule).toBe("2 seconds");
    const runAt = Date.parse(String((await effect(applying.idempotencyKey))?.run_at));
    expect(Math.abs(runAt - Date.now())).toBeLessThan(10_000);
    await db.query(
      "insert into cron.job_run_details (jobid, status, start_time) values ($1, 'running', now())",
      [
        job?.jobid,
      ],
    );
    expect(await effect(applying.idempotencyKey)).toMatchObject({ state: "running" });
    expect(await db.query("select jobid, schedule from cron.job")).toEqual([{
      jobid: job?.jobid,
      schedule: minuteOf(runAt),
    }]);
  });

  describe("where pg_cron is older than 1.5", () => {
    beforeEach(() => onlyWholeMinutes(true));
    afterEach(() => onlyWholeMinutes(false));

    it("runs in one named minute, so that it cannot run every minute", async () => {
      const { applying } = nextFix();
      await createIndex.apply(applying, parameters, {});
      const [job] = await db.query("select schedule from cron.job");
      const runAt = Date.parse(String((await effect(applying.idempotencyKey))?.run_at));
      expect(job?.schedule).toBe(minuteOf(runAt));
      const secondsAway = (runAt - Date.now()) / 1000;
      expect(secondsAway).toBeGreaterThan(9);
      expect(secondsAway).toBeLessThanOrEqual(71);
    });

    it("is taken back before it began by not beginning", async () => {
      const { applying, rollingBack } = nextFix();
      await createIndex.apply(applying, parameters, {});
      expect(await createIndex.rollback(rollingBack, parameters, {})).toMatchObject({ outcome: "gone" });
      expect(await db.runCron()).toEqual([]);
      expect(await indexes()).toEqual([]);
    });
  });

  it("is seen as not applied when it failed, and says so when it is tried again", async () => {
    const { applying } = nextFix();
    const doomed = { schema: "shop", name: "orders", columns: ["total", "customer_id"] };
    await createIndex.apply(applying, doomed, {});
    await db.query("update cron.job set command = 'select 1 / 0'");
    await db.runCron();
    expect(await createIndex.observe(applying, doomed, {})).toBe("not_applied");
    await expect(createIndex.apply(applying, doomed, {})).rejects.toMatchObject({
      code: "rejected",
      effect: "none",
    });
  });

  it("removes the invalid index that a failed try leaves behind", async () => {
    const { applying } = nextFix();
    const doomed = { schema: "shop", name: "orders", columns: ["customer_id", "total"] };
    const { index_name } = await createIndex.apply(applying, doomed, {});
    await db.script(`create index ${index_name} on shop.orders (customer_id, total);
      update pg_index set indisvalid = false where indexrelid = 'shop.${index_name}'::regclass;`);
    await db.runCron();
    expect(await effect(applying.idempotencyKey)).toMatchObject({
      state: "failed",
      message: "the index is not valid",
    });
    expect(await db.runCron()).toEqual([`drop index concurrently if exists shop.${index_name}`]);
    expect(await indexes()).toEqual([]);
  });

  it("is seen as missed when its time passed and nothing ran", async () => {
    const { applying } = nextFix();
    await createIndex.apply(applying, parameters, {});
    expect(await effect(applying.idempotencyKey, 2)).toMatchObject({ state: "scheduled" });
    expect(await effect(applying.idempotencyKey, 4)).toMatchObject({ state: "missed" });
    expect(await createIndex.observe(applying, parameters, {})).toBe("not_applied");
    expect(await db.query("select from cron.job")).toEqual([]);
  });

  it("has nothing to do where a plain index begins with the columns", async () => {
    const covered = { schema: "shop", name: "orders", columns: ["total"] };
    await expect(createIndex.capture(nextFix().applying, covered)).rejects.toMatchObject({
      code: "not_applicable",
    });
    const { applying, rollingBack } = nextFix();
    expect(await createIndex.apply(applying, covered, {})).toMatchObject({
      outcome: "exists",
      index_name: "orders_total_idx",
    });
    expect(await createIndex.rollback(rollingBack, covered, {})).toMatchObject({ outcome: "gone" });
    expect(await db.query("select from cron.job")).toEqual([]);
  });

  it("is not content with a partial index or one on an expression", async () => {
    const before = await createIndex.capture(nextFix().applying, parameters);
    expect(before.indexes).toEqual(expect.arrayContaining(["orders_partial_idx", "orders_lower_idx"]));
  });

  it("quotes names", async () => {
    const odd = { schema: "shop", name: "orders", columns: ['odd "name'] };
    await createIndex.apply(nextFix().applying, odd, {});
    const [command] = await db.runCron();
    expect(command).toContain('("odd ""name")');
    expect(await indexes()).toHaveLength(1);
    await db.script(`drop index shop.${(await indexes())[0]}`);
  });

  it.each([
    [{ schema: "shop", name: "none", columns: ["a"] }, /does not exist/],
    [{ schema: "shop", name: "orders", columns: ["nothing"] }, /column does not exist/],
    [{ schema: "shop", name: "orders", columns: ["ctid"] }, /column does not exist/],
    [{ schema: "shop", name: "orders", columns: ["total", "total"] }, /named twice/],
    [{ schema: "shop", name: "top", columns: ["total"] }, /materialized view/],
    [{ schema: "shop", name: "orders (id); drop table shop.orders; --", columns: ["id"] }, /does not exist/],
    [{ schema: "public", name: "private", columns: ["id"] }, /does not list this schema/],
    [{ schema: "public", name: "system_config", columns: ["value"] }, /does not list this schema/],
    [{ schema: "auth", name: "users", columns: ["email"] }, /belongs to the platform/],
    [{ schema: "pg_catalog", name: "pg_class", columns: ["relname"] }, /belongs to the platform/],
    [{ schema: "prunella", name: "postgres_effects", columns: ["state"] }, /belongs to the platform/],
  ])("is refused for %j", async (refused, reason) => {
    const { applying } = nextFix();
    await expect(createIndex.apply(applying, refused, {})).rejects.toMatchObject({
      code: "refused",
      message: expect.stringMatching(reason),
    });
    expect(await effect(applying.idempotencyKey)).toBeNull();
    expect(await db.query("select from cron.job")).toEqual([]);
  });
});

describe("what the permissions say", () => {
  it("is the law: without an integration, or with a disabled one, nothing is done", async () => {
    const without = await db.addProject();
    const disabled = await db.addProject(PERMISSIONS);
    await db.query("update public.integrations set enabled = false where project_id = $1", [disabled]);
    for (const id of [without, disabled]) {
      const { applying } = contextsOf(
        testTargets({ client: db.client, projectId: id }),
        String(++fixNumber),
        id,
      );
      const parameters = { schema: "shop", name: "orders" };
      await expect(analyze.apply(applying, parameters, {})).rejects.toMatchObject({ code: "refused" });
      await expect(analyze.capture(applying, parameters)).rejects.toMatchObject({ code: "refused" });
    }
  });

  it("never opens Prunella's own tables, even when their schema is listed", async () => {
    const id = await db.addProject({ schemas: ["public", "prunella", "auth"] });
    const { applying } = contextsOf(
      testTargets({ client: db.client, projectId: id }),
      String(++fixNumber),
      id,
    );
    await expect(analyze.apply(applying, { schema: "public", name: "auto_fixes" }, {})).rejects.toThrow(
      /Prunella itself/,
    );
    await expect(reindex.apply(applying, { schema: "public", name: "auto_fixes_pkey" }, {})).rejects.toThrow(
      /Prunella itself/,
    );
    await expect(analyze.apply(applying, { schema: "auth", name: "users" }, {})).rejects.toThrow(/platform/);
    expect(await analyze.apply(applying, { schema: "public", name: "private" }, {})).toEqual({
      outcome: "done",
      index_name: null,
      run_at: null,
    });
  });

  it("knows every table that the migrations create as Prunella's own", async () => {
    const open = await db.query(
      `select schemaname, tablename from pg_tables where schemaname in ('public', 'prunella') and tablename <> 'private'
       and not prunella.is_own_relation(schemaname, tablename)`,
    );
    expect(open).toEqual([]);
  });

  it("lets nobody but the service role call the functions", async () => {
    const user = await db.addUser();
    const call = "select public.action_postgres_relation(1, 'shop', 'orders')";
    await expect(db.asUser(user, (tx) => tx.query(call))).rejects.toThrow(/permission denied/);
    await expect(db.as("anon", {}, (tx) => tx.query(call))).rejects.toThrow(/permission denied/);
    const exposed = await db.query(
      `select p.proname from pg_proc as p
       where p.proname ~ '^action_(postgres|configuration)_' and has_function_privilege('authenticated', p.oid, 'execute')`,
    );
    expect(exposed).toEqual([]);
  });

  it("keeps keys apart: by project, and by what they were used for", async () => {
    const { applying } = nextFix();
    await analyze.apply(applying, { schema: "shop", name: "orders" }, {});
    await expect(analyze.apply(applying, { schema: "shop", name: "tasks" }, {})).rejects.toThrow(
      /another change/,
    );
    const other = await db.addProject(PERMISSIONS);
    const foreign = {
      ...applying,
      projectId: other,
      targets: testTargets({ client: db.client, projectId: other }),
    };
    expect(await analyze.observe(foreign, { schema: "shop", name: "orders" }, {})).toBe("not_applied");
  });
});

describe("maintenance", () => {
  it("analyses at once, and once", async () => {
    const { applying, rollingBack } = nextFix();
    const parameters = { schema: "shop", name: "orders" };
    const before = await analyze.capture(applying, parameters);
    expect(before).toMatchObject({ kind: "table" });
    expect(await analyze.apply(applying, parameters, before)).toMatchObject({ outcome: "done" });
    expect(await analyze.apply(applying, parameters, before)).toMatchObject({ outcome: "already" });
    expect(await analyze.observe(applying, parameters, before)).toBe("applied");
    expect(await analyze.capture(applying, parameters)).toMatchObject({ estimated_rows: 2000 });
    expect(await analyze.rollback(rollingBack, parameters, before)).toEqual({ undone: "nothing" });
    expect(await analyze.observe(rollingBack, parameters, before)).toBe("applied");
  });

  it.each([
    [vacuum.name, vacuum, { schema: "shop", name: "orders" }, "vacuum (analyze) shop.orders"],
    [
      reindex.name,
      reindex,
      { schema: "shop", name: "orders_total_idx" },
      "reindex index concurrently shop.orders_total_idx",
    ],
  ])("%s is scheduled, runs and is seen", async (_name, action, parameters, command) => {
    const { applying } = nextFix();
    const before = await action.capture(applying, parameters);
    expect(await action.apply(applying, parameters, before)).toMatchObject({ outcome: "scheduled" });
    expect(await db.runCron()).toEqual([command]);
    expect(await effect(applying.idempotencyKey)).toMatchObject({ state: "succeeded", message: null });
    expect(await action.observe(applying, parameters, before)).toBe("applied");
  });

  it("fills a view that was never filled, which nobody can read, without a unique index", async () => {
    const parameters = { schema: "shop", name: "empty" };
    await db.script("create materialized view shop.empty as select 1 as one with no data");
    const { applying } = nextFix();
    const before = await refreshView.capture(applying, parameters);
    expect(await refreshView.apply(applying, parameters, before)).toMatchObject({ outcome: "done" });
    expect(await db.query("select one from shop.empty")).toEqual([{ one: 1 }]);
    expect(await refreshView.observe(applying, parameters, before)).toBe("applied");
  });

  it("refreshes a view over little data at once, and once", async () => {
    const { applying } = nextFix();
    const parameters = { schema: "shop", name: "top" };
    const rows = async () => (await db.query("select count(*)::int as n from shop.top"))[0]?.n as number;
    const before = await refreshView.capture(applying, parameters);
    const was = await rows();
    await db.script("insert into shop.orders (id, customer_id, total) values (987654, 987654, 1)");
    expect(await refreshView.apply(applying, parameters, before)).toMatchObject({ outcome: "done" });
    expect(await rows()).toBe(was + 1);
    await db.script("delete from shop.orders where customer_id = 987654");
    expect(await refreshView.apply(applying, parameters, before)).toMatchObject({ outcome: "already" });
    expect(await rows()).toBe(was + 1);
    expect(await refreshView.observe(applying, parameters, before)).toBe("applied");
  });

  it("leaves a view over much data to pg_cron, however deep the data are", async () => {
    await db.script(`
      create table shop.days (day int, n int) partition by range (day);
      create table shop.days_1 partition of shop.days for values from (0) to (10);
      insert into shop.days select n % 10, n from generate_series(1, 20000) as n;
      create view shop.daily as select day, count(*) as n from shop.days group by day;
      create materialized view shop.report as select * from shop.daily;
      create unique index on shop.report (day);
    `);
    const [size] = await db.query(
      "select prunella.source_bytes('shop.report') as found, pg_table_size('shop.days_1') as meant",
    );
    expect(size?.found).toBe(size?.meant);
    await db.script("alter function prunella.source_bytes(regclass) rename to real_source_bytes");
    await db.script(
      "create function prunella.source_bytes(regclass) returns bigint language sql as 'select 1::bigint << 40'",
    );
    try {
      const { applying } = nextFix();
      const parameters = { schema: "shop", name: "report" };
      const before = await refreshView.capture(applying, parameters);
      expect(await refreshView.apply(applying, parameters, before)).toMatchObject({ outcome: "scheduled" });
      expect(await db.runCron()).toEqual(["refresh materialized view concurrently shop.report"]);
      expect(await effect(applying.idempotencyKey)).toMatchObject({ state: "succeeded", message: null });
      expect(await refreshView.observe(applying, parameters, before)).toBe("applied");
    } finally {
      await db.script(`drop function prunella.source_bytes(regclass);
        alter function prunella.real_source_bytes(regclass) rename to source_bytes;`);
    }
  });

  it("does not lock readers out of a view that has no unique index", async () => {
    const parameters = { schema: "shop", name: "loose" };
    await expect(refreshView.capture(nextFix().applying, parameters)).rejects.toMatchObject({
      code: "not_applicable",
    });
    await expect(refreshView.apply(nextFix().applying, parameters, {})).rejects.toMatchObject({
      code: "refused",
    });
  });

  it.each([
    [reindex.name, reindex, { schema: "shop", name: "orders" }],
    [refreshView.name, refreshView, { schema: "shop", name: "orders" }],
    [analyze.name, analyze, { schema: "shop", name: "orders_total_idx" }],
    [vacuum.name, vacuum, { schema: "shop", name: "none" }],
  ])("%s is not applicable to another kind of thing", async (_name, action, parameters) => {
    await expect(action.capture(nextFix().applying, parameters)).rejects.toMatchObject({
      code: "not_applicable",
    });
    await expect(action.apply(nextFix().applying, parameters, {})).rejects.toMatchObject({ code: "refused" });
  });

  it("is not scheduled while another change of the same table is under way: they would deadlock", async () => {
    const first = nextFix();
    await reindex.apply(first.applying, { schema: "shop", name: "orders_total_idx" }, {});
    const second = nextFix().applying;
    const orders = { schema: "shop", name: "orders" };
    await expect(vacuum.apply(second, orders, {})).rejects.toMatchObject({
      code: "refused",
      message: expect.stringContaining("under way"),
    });
    expect(await vacuum.apply(nextFix().applying, { schema: "shop", name: "tasks" }, {})).toMatchObject({
      outcome: "scheduled",
    });
    await db.runCron();
    expect(await vacuum.apply(second, orders, {})).toMatchObject({ outcome: "scheduled" });
    await db.runCron();
    expect(await effect(second.idempotencyKey)).toMatchObject({ state: "succeeded" });
  });

  it("does not keep an index from being taken back: that comes after the other change", async () => {
    const { applying, rollingBack } = nextFix();
    const parameters = { schema: "shop", name: "orders", columns: ["customer_id"] };
    await createIndex.apply(applying, parameters, {});
    await db.runCron();
    expect(await createIndex.observe(applying, parameters, {})).toBe("applied");
    const other = await vacuum.apply(nextFix().applying, { schema: "shop", name: "orders" }, {});
    const drop = await createIndex.rollback(rollingBack, parameters, {});
    expect(Date.parse(String(drop.run_at)) - Date.parse(String(other.run_at))).toBe(60_000);
    await db.runCron();
    expect(await indexes()).toEqual([]);
  });

  it("is cleared up by the upkeep when nobody looks at it again", async () => {
    const { applying } = nextFix();
    await vacuum.apply(applying, { schema: "shop", name: "tasks" }, {});
    await db.runCron();
    await db.query("select prunella.settle_effects(now() + interval '5 minutes')");
    expect(await db.query("select from cron.job")).toEqual([]);
    expect(await vacuum.observe(applying, { schema: "shop", name: "tasks" }, {})).toBe("applied");
  });
});

describe("postgres.requeue-dead-jobs", () => {
  const parameters = { queue: "emails", limit: 3 };
  const states = async () =>
    (await db.query("select id, state, tries from shop.tasks order by id")).map((row) =>
      `${row.id} ${row.state} ${row.tries}`
    );

  beforeEach(async () => {
    await db.script(`truncate shop.tasks;
      insert into shop.tasks values (1, 'dead'), (2, 'done'), (3, 'dead'), (4, 'dead'), (5, 'dead'), (6, 'ready')`);
  });

  it("makes the oldest dead jobs ready, once, and not more than asked", async () => {
    const { applying } = nextFix();
    const before = await requeueDeadJobs.capture(applying, parameters);
    expect(await requeueDeadJobs.apply(applying, parameters, before)).toEqual({
      outcome: "requeued",
      count: 3,
    });
    expect(await requeueDeadJobs.apply(applying, parameters, before)).toEqual({
      outcome: "already",
      count: 3,
    });
    expect(await states()).toEqual([
      "1 ready 0",
      "2 done 5",
      "3 ready 0",
      "4 ready 0",
      "5 dead 5",
      "6 ready 5",
    ]);
    expect(await requeueDeadJobs.observe(applying, parameters, before)).toBe("applied");
  });

  it("returns those that have not begun, and says how many had", async () => {
    const { applying, rollingBack } = nextFix();
    await requeueDeadJobs.apply(applying, parameters, {});
    await db.query("update shop.tasks set state = 'done' where id = 3");
    expect(await requeueDeadJobs.observe(rollingBack, parameters, {})).toBe("not_applied");
    expect(await requeueDeadJobs.rollback(rollingBack, parameters, {})).toEqual({
      outcome: "returned",
      count: 2,
      run_count: 1,
    });
    expect(await requeueDeadJobs.rollback(rollingBack, parameters, {})).toEqual({
      outcome: "already",
      count: 2,
      run_count: 1,
    });
    expect(await states()).toEqual(
      ["1 dead 0", "2 done 5", "3 done 5", "4 dead 0", "5 dead 5", "6 ready 5"].map((s) =>
        s === "3 done 5" ? "3 done 0" : s
      ),
    );
  });

  it("has nothing to return when it was never applied", async () => {
    const { rollingBack } = nextFix();
    expect(await requeueDeadJobs.rollback(rollingBack, parameters, {})).toMatchObject({
      outcome: "gone",
      count: 0,
    });
  });

  it.each([["own"], ["unsure"], ["wrong"], ["hostile"], ["absent"]])(
    "refuses the queue %s",
    async (queue) => {
      const { applying } = nextFix();
      await expect(requeueDeadJobs.apply(applying, { queue, limit: 3 }, {})).rejects.toMatchObject({
        code: "refused",
      });
      expect(await requeueDeadJobs.observe(applying, parameters, {})).toBe("not_applied");
    },
  );
});
