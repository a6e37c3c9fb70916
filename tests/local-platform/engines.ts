import { bootstrap, type StandIns } from "../../scripts/platform/bootstrap.ts";
import type { Database } from "../../scripts/platform/database.ts";
import { PROJECT } from "../../scripts/platform/paths.ts";
import { PgliteDatabase } from "../../scripts/platform/pglite.ts";
import { type PostgresServer, startPostgres } from "../../scripts/platform/postgres.ts";
import { PostgresDatabase } from "../../scripts/platform/postgres-database.ts";
import { withDatabase } from "../support/template.ts";

export const FIXTURES = `${PROJECT}/tests/local-platform/fixtures`;

export interface Engine {
  name: "PGlite" | "Postgres";
  start(): Promise<void>;
  /** A bare database of its own. */
  open(): Promise<{ database: Database; url: string | undefined }>;
  stop(): Promise<void>;
}

/** Both engines behind the platform, so that one test says the same of each. */
export function engines(): Engine[] {
  const open: Database[] = [];
  let server: PostgresServer | undefined;
  let count = 0;
  const closeAll = async () => {
    for (const database of open.splice(0)) await database.close();
  };
  return [{
    name: "PGlite",
    start: () => Promise.resolve(),
    async open() {
      const database = await PgliteDatabase.open({});
      open.push(database);
      return { database, url: undefined };
    },
    stop: closeAll,
  }, {
    name: "Postgres",
    async start() {
      server = await startPostgres({ durable: false, preload: false });
    },
    async open() {
      if (!server) throw new Error("The server has not been started");
      const main = await PostgresDatabase.open(server.url);
      const name = `bare_${++count}`;
      await main.script(`create database ${name}`);
      await main.close();
      const url = withDatabase(server.url, name);
      const database = await PostgresDatabase.open(url);
      open.push(database);
      return { database, url };
    },
    async stop() {
      await closeAll();
      await server?.stop();
    },
  }];
}

/** A database with everything but migrations. */
export async function openBootstrapped(
  engine: Engine,
): Promise<{ database: Database; url: string | undefined; standIns: StandIns }> {
  const { database, url } = await engine.open();
  return { database, url, standIns: await bootstrap(database) };
}

/** Asks again until `probe` gives something, because what it waits for happens outside of the test's hands. */
export async function eventually<T>(probe: () => Promise<T | undefined>, withinMs = 10_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`Nothing came within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
