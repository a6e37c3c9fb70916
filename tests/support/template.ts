import { bootstrap } from "../../scripts/platform/bootstrap.ts";
import { type Database, identifier } from "../../scripts/platform/database.ts";
import { applyMigrations, readMigrations } from "../../scripts/platform/migrations.ts";
import { PROJECT } from "../../scripts/platform/paths.ts";
import { PgliteDatabase } from "../../scripts/platform/pglite.ts";
import { PostgresDatabase } from "../../scripts/platform/postgres-database.ts";

/*
 * Migrating takes seconds and loading a finished database does not: it is done once for each state of the
 * migrations and of the platform's own SQL, and what came of it is kept under node_modules/.cache.
 */

const CACHE = `${PROJECT}/node_modules/.cache/prunella`;
/** Earlier states that are kept, for switching back and forth. */
const KEPT = 4;

/** A dump of a migrated PGlite, made when there is none for this state of the migrations. */
export async function pgliteTemplate(migrationsDir: string): Promise<Blob> {
  const file = `${CACHE}/${await stateOf(migrationsDir)}.tar`;
  await Deno.mkdir(CACHE, { recursive: true });
  const known = await readIfThere(file);
  if (known) return known;
  const lock = await Deno.open(`${CACHE}/lock`, { write: true, create: true });
  try {
    await lock.lock(true);
    const madeMeanwhile = await readIfThere(file);
    if (madeMeanwhile) return madeMeanwhile;
    const database = await PgliteDatabase.open({});
    await prepare(database, migrationsDir);
    const dump = await database.dump();
    await database.close();
    await Deno.writeFile(`${file}.part`, dump.stream());
    await Deno.rename(`${file}.part`, file);
    await removeOld();
    return dump;
  } finally {
    lock.close();
  }
}

/** The name of a migrated template database on the server at `url`, made when there is none for this state. */
export async function postgresTemplate(url: string, migrationsDir: string): Promise<string> {
  const name = `prunella_template_${(await stateOf(migrationsDir)).slice(0, 16)}`;
  const server = await PostgresDatabase.open(url);
  try {
    await server.session(async (session) => {
      await session.query("select pg_advisory_lock(hashtext('prunella test template'))");
      try {
        const found = await session.query("select 1 from pg_database where datname = $1", [name]);
        if (found.length > 0) return;
        const part = `${name}_part`;
        await session.script(`drop database if exists ${identifier(part)} with (force)`);
        await session.script(`create database ${identifier(part)}`);
        const database = await PostgresDatabase.open(withDatabase(url, part));
        try {
          await prepare(database, migrationsDir);
        } finally {
          await database.close();
        }
        await session.script(`alter database ${identifier(part)} rename to ${identifier(name)}`);
      } finally {
        await session.query("select pg_advisory_unlock(hashtext('prunella test template'))");
      }
    });
  } finally {
    await server.close();
  }
  return name;
}

export function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function prepare(database: Database, migrationsDir: string): Promise<void> {
  await bootstrap(database);
  await applyMigrations(database, await readMigrations(migrationsDir));
}

/** A digest of everything that a prepared database depends on. */
async function stateOf(migrationsDir: string): Promise<string> {
  const files = [
    `${PROJECT}/package-lock.json`,
    `${PROJECT}/scripts/platform/bootstrap.ts`,
    ...sqlFiles(`${PROJECT}/scripts/platform/sql`),
    ...sqlFiles(migrationsDir),
  ];
  const texts = await Promise.all(files.map(async (file) => `${file}\n${await Deno.readTextFile(file)}`));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(texts.join("\0")));
  return new Uint8Array(digest).toHex();
}

function sqlFiles(folder: string): string[] {
  const names = [...Deno.readDirSync(folder)].map((entry) => entry.name).filter((name) =>
    name.endsWith(".sql")
  );
  return names.sort().map((name) => `${folder}/${name}`);
}

async function readIfThere(file: string): Promise<Blob | undefined> {
  try {
    return new Blob([await Deno.readFile(file)]);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw cause;
  }
}

async function removeOld(): Promise<void> {
  const dumps: { path: string; time: number }[] = [];
  for await (const { name } of Deno.readDir(CACHE)) {
    if (!name.endsWith(".tar")) continue;
    const path = `${CACHE}/${name}`;
    dumps.push({ path, time: (await Deno.stat(path)).mtime?.getTime() ?? 0 });
  }
  dumps.sort((a, b) => b.time - a.time);
  for (const { path } of dumps.slice(KEPT)) await Deno.remove(path);
}
