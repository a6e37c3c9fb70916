import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bootstrap, type StandIns } from "../../scripts/platform/bootstrap.ts";
import type { Database } from "../../scripts/platform/database.ts";
import { type PostgresServer, startPostgres } from "../../scripts/platform/postgres.ts";
import { PostgresDatabase } from "../../scripts/platform/postgres-database.ts";
import { engines, eventually, openBootstrapped } from "./engines.ts";

describe.each(engines())("a bare $name made into a Supabase", (engine) => {
  let database: Database;
  let standIns: StandIns;
  beforeAll(async () => {
    await engine.start();
    ({ database, standIns } = await openBootstrapped(engine));
  });
  afterAll(() => engine.stop());

  test("has the roles of Supabase, of which service_role alone passes RLS", async () => {
    const roles = await database.query(
      `select rolname as name, rolbypassrls as bypass, rolsuper as super from pg_roles
      where rolname in ('anon', 'authenticated', 'service_role', 'authenticator') order by 1`,
    );
    expect(roles).toEqual([
      { name: "anon", bypass: false, super: false },
      { name: "authenticated", bypass: false, super: false },
      { name: "authenticator", bypass: false, super: false },
      { name: "service_role", bypass: true, super: false },
    ]);
  });

  test("grants nothing on a new table", async () => {
    await database.script("create table public.fresh (n int)");
    for (const role of ["anon", "authenticated", "service_role"]) {
      const [row] = await database.query("select has_table_privilege($1, 'public.fresh', 'select') as may", [
        role,
      ]);
      expect(row?.may, role).toBe(false);
    }
  });

  test("tells policies who asks, from either form of the claims", async () => {
    const id = crypto.randomUUID();
    const seen = await database.transaction(async (tx) => {
      await tx.query("select set_config('request.jwt.claims', $1, true)", [
        JSON.stringify({ sub: id, role: "authenticated", x: 1 }),
      ]);
      await tx.script("set local role authenticated");
      return await tx.query("select auth.uid() as id, auth.role() as role, auth.jwt() -> 'x' as x");
    });
    expect(seen).toEqual([{ id, role: "authenticated", x: 1 }]);
    expect(await database.query("select auth.uid() as id, auth.jwt() as jwt")).toEqual([{
      id: null,
      jwt: null,
    }]);
  });

  test("keeps users from the API roles", async () => {
    for (const role of ["anon", "authenticated"]) {
      await expect(database.transaction(async (tx) => {
        await tx.script(`set local role ${role}`);
        await tx.query("select * from auth.users");
      })).rejects.toThrow("permission denied for table users");
    }
  });

  test("can be done again, and changes nothing", async () => {
    const [{ id } = {}] = await database.query("select vault.create_secret('kept', 'kept') as id");
    await database.query("select cron.schedule('kept', '0 0 1 1 *', 'select 1')");
    expect(await bootstrap(database)).toEqual(standIns);
    expect(await database.query("select decrypted_secret from vault.decrypted_secrets where id = $1", [id]))
      .toEqual([{ decrypted_secret: "kept" }]);
    expect(await database.query("select jobname from cron.job")).toEqual([{ jobname: "kept" }]);
  });

  test("gives the same values for the same types", async () => {
    const [row] = await database.query(
      `select 1::int8 as big, 9007199254740993::int8 as bigger, 1.50::numeric as exact, '{"a": [1]}'::jsonb as json,
        '2026-01-02'::date as day, '2026-01-02 03:04:05.678+00'::timestamptz as moment, array[1, 2] as list,
        true as yes, null as nothing, '\\x0102'::bytea as bytes`,
    );
    expect(row).toEqual({
      big: 1,
      bigger: 9007199254740993n,
      exact: "1.50",
      json: { a: [1] },
      day: "2026-01-02",
      moment: "2026-01-02 03:04:05.678+00",
      list: [1, 2],
      yes: true,
      nothing: null,
      bytes: expect.any(Uint8Array),
    });
  });

  test("takes the same values as parameters", async () => {
    const moment = new Date(Date.UTC(2026, 0, 2));
    const params = [{ a: 1 }, ["x", 'y"'], moment, null, [], [1], "text", 7, "[1]"];
    const [row] = await database.query(
      `select $1::jsonb as object, $2::text[] as texts, $3::timestamptz as moment, $4::int as nothing,
        $5::text[] as empty, $6::bigint[] as numbers, $7::text as text, $8::int as number, $9::jsonb as json_text`,
      params,
    );
    expect(row).toEqual({
      object: { a: 1 },
      texts: ["x", 'y"'],
      moment: "2026-01-02 00:00:00+00",
      nothing: null,
      empty: [],
      numbers: [1],
      text: "text",
      number: 7,
      json_text: [1],
    });
  });
});

describe("a Postgres with pg_cron", () => {
  let server: PostgresServer;
  let database: PostgresDatabase;
  let standIns: StandIns;
  beforeAll(async () => {
    server = await startPostgres({ durable: false });
    database = await PostgresDatabase.open(server.url);
    standIns = await bootstrap(database);
  });
  afterAll(async () => {
    await database.close();
    await server.stop();
  });

  test("keeps the real one", async ({ skip }) => {
    const installed = await database.query("select 1 from pg_available_extensions where name = 'pg_cron'");
    skip(installed.length === 0, "pg_cron is not installed here");
    expect(standIns).toEqual({ cron: false, net: true, vault: true });
    await database.query("select cron.schedule('real', '* * * * *', 'select 1')");
    expect(await database.query("select jobname, username from cron.job"))
      .toEqual([{ jobname: "real", username: "postgres" }]);
  });

  test("leaves the stand-in to another database of the same server, which pg_cron does not serve", async () => {
    await database.script("create database beside");
    const beside = await PostgresDatabase.open(server.url.replace(/postgres$/, "beside"));
    expect(await bootstrap(beside)).toEqual({ cron: true, net: true, vault: true });
    await beside.close();
  });
});

test("the Postgres of the npm package does as well as Debian's", async () => {
  const server = await startPostgres({ from: "npm", durable: false });
  const database = await PostgresDatabase.open(server.url);
  expect(await bootstrap(database)).toEqual({ cron: true, net: true, vault: true });
  await database.query("select vault.create_secret('x', 'x')");
  expect(await database.query("select decrypted_secret from vault.decrypted_secrets")).toEqual([
    { decrypted_secret: "x" },
  ]);
  await database.close();
  await server.stop();
});

test("a database that is not there is named in the error", async () => {
  await expect(PostgresDatabase.open("postgres://postgres@127.0.0.1:1/postgres"))
    .rejects.toThrow("The database at 127.0.0.1:1 cannot be used");
});

test("two bootstraps of one server at the same time do not disturb each other", async () => {
  const server = await startPostgres({ durable: false, preload: false });
  const main = await PostgresDatabase.open(server.url);
  await main.script("create database a");
  await main.script("create database b");
  await main.close();
  const databases = await Promise.all(
    ["a", "b"].map((name) => PostgresDatabase.open(server.url.replace(/postgres$/, name))),
  );
  await Promise.all(databases.map((database) => bootstrap(database)));
  const [first, second] = databases;
  await first?.query("select vault.create_secret('x', 'x')");
  await second?.query("select vault.create_secret('y', 'y')");
  const secret = await eventually(async () =>
    (await second?.query("select decrypted_secret from vault.decrypted_secrets"))?.[0]
  );
  expect(secret).toEqual({ decrypted_secret: "y" });
  for (const database of databases) await database.close();
  await server.stop();
});
