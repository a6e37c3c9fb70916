import { type Database, identifier, type Queryable, type Row } from "../../scripts/platform/database.ts";
import { MIGRATIONS } from "../../scripts/platform/paths.ts";
import { PgliteDatabase } from "../../scripts/platform/pglite.ts";
import { PostgresDatabase } from "../../scripts/platform/postgres-database.ts";
import { pgliteTemplate, postgresTemplate, withDatabase } from "./template.ts";

export type ApiRole = "anon" | "authenticated" | "service_role";

export interface TestDatabase {
  /** For tests that need what the helpers below do not give. */
  readonly database: Database;
  readonly engine: "pglite" | "postgres";
  /** Undefined on PGlite, which has no address. */
  readonly url: string | undefined;
  /** One statement as the superuser. */
  query(text: string, params?: readonly unknown[]): Promise<Row[]>;
  /** Any number of statements as the superuser. */
  script(sql: string): Promise<void>;
  /**
   * Runs `work` in one transaction with the rights that a request of this role has; `claims` become
   * `auth.jwt()`, their `sub` `auth.uid()`. Rolled back at the end unless `commit` is set.
   */
  as<T>(
    role: ApiRole,
    claims: Record<string, unknown>,
    work: (tx: Queryable) => Promise<T>,
    options?: { commit?: boolean },
  ): Promise<T>;
  /** `as` the signed-in user with this id. */
  asUser<T>(id: string, work: (tx: Queryable) => Promise<T>, options?: { commit?: boolean }): Promise<T>;
  /** Calls a function of schema public with named arguments as service_role, committed; returns its rows. */
  rpc(name: string, args?: Record<string, unknown>): Promise<Row[]>;
  /** Makes a user, as a sign-up would. Returns the id. */
  addUser(email?: string): Promise<string>;
  close(): Promise<void>;
}

export interface TestDatabaseOptions {
  migrationsDir?: string;
}

/**
 * An isolated database with everything the platform has and all migrations applied: in memory, or, when
 * DATABASE_URL names a Postgres server, a new database there.
 */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const migrationsDir = options.migrationsDir ?? MIGRATIONS;
  const server = Deno.env.get("DATABASE_URL");
  if (server) {
    const { url, drop } = await cloneDatabase(server, migrationsDir);
    const database = await PostgresDatabase.open(url);
    return testHelpers(database, url, async () => {
      await database.close();
      await drop();
    });
  }
  const database = await PgliteDatabase.open({ loadDataDir: await pgliteTemplate(migrationsDir) });
  return testHelpers(database, undefined, () => database.close());
}

/** A database of its own on the server, copied from the migrated template. */
export async function cloneDatabase(
  server: string,
  migrationsDir: string,
): Promise<{ url: string; drop: () => Promise<void> }> {
  const template = await postgresTemplate(server, migrationsDir);
  const name = `prunella_test_${crypto.randomUUID().replaceAll("-", "")}`;
  await onServer(server, `create database ${identifier(name)} template ${identifier(template)}`);
  return {
    url: withDatabase(server, name),
    drop: () => onServer(server, `drop database if exists ${identifier(name)} with (force)`),
  };
}

async function onServer(url: string, sql: string): Promise<void> {
  const database = await PostgresDatabase.open(url);
  try {
    await database.script(sql);
  } finally {
    await database.close();
  }
}

function testHelpers(database: Database, url: string | undefined, close: () => Promise<void>): TestDatabase {
  const as: TestDatabase["as"] = (role, claims, work, options = {}) =>
    transaction(database, options.commit ?? false, async (tx) => {
      await tx.query("select set_config('request.jwt.claims', $1, true), set_config('role', $2, true)", [
        JSON.stringify({ role, ...claims }),
        role,
      ]);
      return await work(tx);
    });
  return {
    database,
    engine: database.kind,
    url,
    query: (text, params) => database.query(text, params),
    script: async (sql) => void await database.script(sql),
    as,
    asUser: (id, work, options) => as("authenticated", { sub: id, aud: "authenticated" }, work, options),
    rpc: (name, args = {}) => {
      const names = Object.keys(args).map((key, index) => `${identifier(key)} => $${index + 1}`);
      const call = `select * from public.${identifier(name)}(${names.join(", ")})`;
      return as("service_role", {}, (tx) => tx.query(call, Object.values(args)), { commit: true });
    },
    async addUser(email) {
      const id = crypto.randomUUID();
      await database.query("insert into auth.users (id, email) values ($1, $2)", [
        id,
        email ?? `${id}@example.com`,
      ]);
      return id;
    },
    close,
  };
}

/** Carries the result out of a transaction that is to be rolled back. */
class RollBack<T> {
  constructor(readonly result: T) {}
}

async function transaction<T>(
  database: Database,
  commit: boolean,
  work: (tx: Queryable) => Promise<T>,
): Promise<T> {
  try {
    return await database.transaction(async (tx) => {
      const result = await work(tx);
      if (!commit) throw new RollBack(result);
      return result;
    });
  } catch (error) {
    if (error instanceof RollBack) return error.result as T;
    throw error;
  }
}
