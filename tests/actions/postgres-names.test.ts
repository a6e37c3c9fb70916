import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";

// Names that say something else than a name to whoever forgets to quote them.
const TABLE = 'odd"; drop table shop.kept; --';
const COLUMN = "state = state; drop table shop.kept; --";
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const HOME = `shop.${quoted(TABLE)}`;

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  const columns = [
    "id bigint primary key",
    `${quoted(COLUMN)} text`,
    `${quoted(`n${COLUMN}`)} int default 5`,
  ];
  const queue = {
    schema: "shop",
    table: TABLE,
    id: "id",
    status: COLUMN,
    attempts: `n${COLUMN}`,
    ready: "r",
    dead: "d",
  };
  await db.script(
    `create schema shop; create table shop.kept (id bigint); create table ${HOME} (${columns.join(", ")});
    create index ${quoted(`i${TABLE}`)} on ${HOME} (id);
    create materialized view shop.${quoted(`v${TABLE}`)} as select id from ${HOME};
    create unique index v_idx on shop.${quoted(`v${TABLE}`)} (id);
    insert into ${HOME} (id, ${quoted(COLUMN)}) values (1, 'd');
    insert into projects (slug, name) values ('shop', 'Shop')`,
  );
  await db.query(
    "insert into integrations (project_id, kind, configuration) select id, 'postgres', $1 from projects",
    [
      { schemas: ["shop"], applications: [], queues: { odd: { ...queue, retryable: true } } },
    ],
  );
});
afterAll(() => db.close());

let keys = 0;
async function act(name: string, args: Record<string, unknown>): Promise<Record<string, unknown>> {
  const [row] = await db.rpc(`action_postgres_${name}`, {
    p_project_id: 1,
    p_idempotency_key: `key-${++keys}`,
    ...args,
  });
  return row?.[`action_postgres_${name}`] as Record<string, unknown>;
}

/** The statement that the last action left to pg_cron, which then is out of the way. */
async function scheduled(answer: Record<string, unknown>): Promise<unknown> {
  if (answer.outcome !== "scheduled") return JSON.stringify(answer);
  const [job] = await db.query(
    "select jobid, command from cron.job where jobname ~ '^prunella-[0-9a-f]{32}$'",
  );
  await db.query("select cron.unschedule($1::bigint)", [job?.jobid]);
  await db.query("delete from prunella.postgres_effects");
  return job?.command;
}

describe("names of the application's relations are quoted", () => {
  it("when a table is analysed", async () => {
    expect(await act("analyze", { p_schema: "shop", p_table: TABLE })).toMatchObject({ outcome: "done" });
  });

  it("when a view is refreshed", async () => {
    const answer = await act("refresh_view", { p_schema: "shop", p_view: `v${TABLE}` });
    expect(["done", "scheduled"]).toContain(answer.outcome);
    if (answer.outcome === "scheduled") await scheduled(answer);
  });

  it("in what is left to pg_cron", async () => {
    expect(await scheduled(await act("vacuum", { p_schema: "shop", p_table: TABLE }))).toBe(
      `vacuum (analyze) ${HOME}`,
    );
    expect(await scheduled(await act("reindex", { p_schema: "shop", p_index: `i${TABLE}` })))
      .toBe(`reindex index concurrently shop.${quoted(`i${TABLE}`)}`);
    expect(
      await scheduled(await act("create_index", { p_schema: "shop", p_table: TABLE, p_columns: [COLUMN] })),
    )
      .toContain(` on ${HOME} (${quoted(COLUMN)})`);
  });

  it("when dead jobs are made ready, and returned", async () => {
    const key = `key-${keys + 1}`;
    expect(await act("requeue_dead_jobs", { p_queue: "odd", p_limit: 10 })).toMatchObject({
      outcome: "requeued",
      count: 1,
    });
    expect(await act("return_jobs", { p_applied_key: key })).toMatchObject({ outcome: "returned", count: 1 });
  });

  it("and nothing else happened", async () => {
    const [row] = await db.query("select to_regclass('shop.kept') is not null as kept");
    expect(row).toEqual({ kept: true });
  });
});
