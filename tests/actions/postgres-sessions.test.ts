import postgres from "postgres";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { cancelQuery } from "../../supabase/functions/_shared/actions/postgres/cancel-query.ts";
import { endBlockingSession } from "../../supabase/functions/_shared/actions/postgres/end-blocking-session.ts";
import { endIdleSession } from "../../supabase/functions/_shared/actions/postgres/end-idle-session.ts";
import type { Targets } from "../../supabase/functions/_shared/actions/targets/targets.ts";
import { contextsOf } from "./support/context.ts";
import { type ActionsDatabase, actionsDatabase } from "./support/database.ts";
import { testTargets } from "./support/targets.ts";

let db: ActionsDatabase;
let projectId: number;
let targets: Targets;
let fixNumber = 0;
const clients: postgres.Sql[] = [];

beforeAll(async () => {
  db = await actionsDatabase();
  projectId = await db.addProject({ schemas: [], applications: ["shop", "batch-*", "*"] });
  targets = testTargets({ client: db.client, projectId });
  if (db.url) {
    await db.script(`
      create table public.stock (id int primary key);
      insert into public.stock values (1);
      drop role if exists actions_shop_user;
      create role actions_shop_user login password 'shop';
      grant all on public.stock to actions_shop_user;
    `);
  }
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end({ timeout: 0 })));
});
afterAll(async () => {
  if (db.url) await db.script("drop owned by actions_shop_user; drop role actions_shop_user");
  await db.close();
});

const nextFix = () => contextsOf(targets, String(++fixNumber), projectId);

/** A session of the application, and how the database knows it. */
async function session(applicationName: string, user: "shop" | "superuser" = "shop") {
  const url = new URL(db.url ?? "");
  if (user === "shop") [url.username, url.password] = ["actions_shop_user", "shop"];
  const client = postgres(url.href, {
    max: 1,
    onnotice() {},
    connection: { application_name: applicationName },
  });
  clients.push(client);
  const connection = await client.reserve();
  const [row] =
    await connection`select pid, backend_start from pg_stat_activity where pid = pg_backend_pid()`;
  const parameters = {
    pid: Number(row?.pid),
    backend_started_at: new Date(row?.backend_start).toISOString(),
  };
  return { connection, parameters };
}

/** Waits until the database sees the session as wanted. */
async function until(pid: number, condition: string): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const [row] = await db.query(`select from pg_stat_activity where pid = $1 and ${condition}`, [pid]);
    if (row) return;
  }
  throw new Error(`session ${pid} never was: ${condition}`);
}

const alive = async (pid: number) =>
  (await db.query("select from pg_stat_activity where pid = $1", [pid])).length > 0;

it("a session that does not exist is nothing to act on, on every engine", async () => {
  const parameters = { pid: 2_000_000_000, backend_started_at: "2026-01-01T00:00:00Z" };
  for (const action of [cancelQuery, endIdleSession, endBlockingSession]) {
    await expect(action.capture(nextFix().applying, parameters)).rejects.toMatchObject({
      code: "not_applicable",
    });
    expect(await action.observe(nextFix().applying, parameters, { query_started_at: "2026-01-01T00:00:00Z" }))
      .toBe("applied");
  }
});

it("an ended session is never brought back, and the action says so", async () => {
  expect(endBlockingSession).toMatchObject({ risk: "dangerous", reversible: false });
  await expect(endBlockingSession.rollback(nextFix().rollingBack, { pid: 1, backend_started_at: "" }, {}))
    .rejects
    .toMatchObject({ code: "refused" });
});

// PGlite has a single session; everything below needs a server.
describe.skipIf(!Deno.env.get("DATABASE_URL"))("on a server", () => {
  it("cancels a running statement and leaves its session connected", async () => {
    const { connection, parameters } = await session("shop");
    const query = connection`select pg_sleep(60)`.then(
      () => "finished",
      (error: { code: string }) => error.code,
    );
    await until(parameters.pid, "state = 'active' and query like '%pg_sleep%'");
    const { applying, rollingBack } = nextFix();
    const before = await cancelQuery.capture(applying, parameters);
    expect(before).toMatchObject({ state: "active", application_name: "shop" });
    expect(JSON.stringify(before)).not.toContain("pg_sleep");
    expect(await cancelQuery.observe(applying, parameters, before)).toBe("not_applied");
    expect(await cancelQuery.apply(applying, parameters, before)).toEqual({ outcome: "signalled" });
    expect(await query).toBe("57014");
    expect(await cancelQuery.apply(applying, parameters, before)).toEqual({ outcome: "already" });
    expect(await cancelQuery.observe(applying, parameters, before)).toBe("applied");
    expect(await connection`select 1 as one`).toEqual([{ one: 1 }]);
    expect(await cancelQuery.rollback(rollingBack, parameters, before)).toEqual({ undone: "nothing" });
  });

  it("never cancels a later statement of the same session", async () => {
    const { connection, parameters } = await session("shop");
    const first = connection`select pg_sleep(60)`.catch(() => undefined);
    await until(parameters.pid, "state = 'active' and query like '%pg_sleep%'");
    const { applying } = nextFix();
    const before = await cancelQuery.capture(applying, parameters);
    await db.query("select pg_cancel_backend($1)", [parameters.pid]);
    await first;
    const second = connection`select pg_sleep(0.3), 'second' as name`;
    const finished = second.then((rows) => rows[0]?.name);
    await until(parameters.pid, "state = 'active' and query like '%second%'");
    expect(await cancelQuery.observe(applying, parameters, before)).toBe("applied");
    expect(await cancelQuery.apply(applying, parameters, before)).toEqual({ outcome: "gone" });
    expect(await finished).toBe("second");
  });

  it("never touches another session that has got the same pid", async () => {
    const { parameters } = await session("shop");
    const recycled = { ...parameters, backend_started_at: "2020-01-01T00:00:00.000Z" };
    await expect(cancelQuery.capture(nextFix().applying, recycled)).rejects.toMatchObject({
      code: "not_applicable",
    });
    expect(await endIdleSession.apply(nextFix().applying, recycled, {})).toEqual({ outcome: "gone" });
    expect(await alive(parameters.pid)).toBe(true);
  });

  it("ends a session that is idle in a transaction, and not before it has been so for a while", async () => {
    const { connection, parameters } = await session("batch-7");
    await connection`begin`;
    await connection`select * from public.stock for update`;
    await expect(endIdleSession.capture(nextFix().applying, parameters)).rejects.toMatchObject({
      code: "not_applicable",
    });
    expect(await endIdleSession.apply(nextFix().applying, parameters, {})).toEqual({ outcome: "gone" });
    expect(await alive(parameters.pid)).toBe(true);
    const backend = { pid: parameters.pid, backendStartedAt: parameters.backend_started_at };
    // The action waits for five seconds of idleness; the function under it is asked for none.
    expect(await targets.postgres.endSession("fix:idle:apply", backend, "idle_in_transaction", 0))
      .toMatchObject({ outcome: "signalled" });
    while (await alive(parameters.pid));
    expect(await endIdleSession.observe(nextFix().applying, parameters, {})).toBe("applied");
  });

  it("sees which session blocks others, and ends it only while it does", async () => {
    const blocker = await session("shop");
    await blocker.connection`begin`;
    await blocker.connection`select * from public.stock for update`;
    const backend = { pid: blocker.parameters.pid, backendStartedAt: blocker.parameters.backend_started_at };
    expect(await targets.postgres.endSession("fix:b1:apply", backend, "blocking", 0)).toMatchObject({
      outcome: "gone",
    });
    const waiting = await session("shop");
    const update = waiting.connection`update public.stock set id = 1 returning id`.then((rows) =>
      rows.length
    );
    await until(waiting.parameters.pid, "wait_event_type = 'Lock'");
    expect(await endBlockingSession.capture(nextFix().applying, blocker.parameters)).toMatchObject({
      blocked_count: 1,
    });
    expect(await targets.postgres.endSession("fix:b2:apply", backend, "blocking", 3600)).toMatchObject({
      outcome: "gone",
    });
    expect(await targets.postgres.endSession("fix:b3:apply", backend, "blocking", 0)).toMatchObject({
      outcome: "signalled",
    });
    expect(await update).toBe(1);
  });

  it.each(
    [
      ["other", "shop", /application name/],
      ["prunella-engine", "shop", /own session/],
      ["postgrest", "shop", /platform/],
      ["shop", "superuser", /superuser/],
    ] as const,
  )("refuses a session named %s of a %s", async (name, user, reason) => {
    const { parameters } = await session(name, user);
    const backend = { pid: parameters.pid, backendStartedAt: parameters.backend_started_at };
    await expect(endIdleSession.capture(nextFix().applying, parameters)).rejects.toMatchObject({
      code: "refused",
    });
    await expect(
      targets.postgres.endSession(`fix:r-${name}-${user}:apply`, backend, "idle_in_transaction", 0),
    ).rejects.toThrow(reason);
    await expect(
      targets.postgres.cancelQuery(`fix:c-${name}-${user}:apply`, backend, parameters.backend_started_at),
    ).rejects
      .toThrow(reason);
    expect(await alive(parameters.pid)).toBe(true);
  });
});
