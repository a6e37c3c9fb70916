import type { Database, Queryable } from "./database.ts";
import { splitStatements } from "./split-statements.ts";

export interface Migration {
  version: string;
  name: string;
  file: string;
  statements: string[];
}

/** The lock that keeps two platforms from migrating one database at the same time (any fixed number). */
const MIGRATION_LOCK = 5_728_113;

/** The ledger exactly as the Supabase CLI keeps it, so that both agree on what has been applied. */
const LEDGER = [
  "create schema if not exists supabase_migrations",
  "create table if not exists supabase_migrations.schema_migrations (version text not null primary key)",
  "alter table supabase_migrations.schema_migrations add column if not exists statements text[]",
  "alter table supabase_migrations.schema_migrations add column if not exists name text",
];

/** Reads `<version>_<name>.sql` files, in the order of their versions. Other files are passed over, as the CLI does. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const migrations: Migration[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const parts = /^(\d+)_(.*)\.sql$/.exec(entry.name);
    if (!entry.isFile || !parts) continue;
    const [, version = "", name = ""] = parts;
    const file = `${folder}/${entry.name}`;
    migrations.push({ version, name, file, statements: splitStatements(await Deno.readTextFile(file)) });
  }
  migrations.sort((a, b) => a.version < b.version ? -1 : a.version > b.version ? 1 : 0);
  for (const [index, migration] of migrations.entries()) {
    if (migrations[index + 1]?.version === migration.version) {
      throw new Error(
        `Two migrations have the version ${migration.version}: rename one of them in ${folder}`,
      );
    }
  }
  return migrations;
}

/** Applies what the ledger lacks, each file in a transaction of its own. Returns the versions applied. */
export async function applyMigrations(
  database: Database,
  migrations: readonly Migration[],
): Promise<string[]> {
  for (const statement of LEDGER) await database.script(statement);
  await refuseReshaped(database, migrations);
  const applied: string[] = [];
  for (const migration of migrations) {
    if (await database.transaction((tx) => applyOne(tx, migration))) applied.push(migration.version);
  }
  return applied;
}

/**
 * Until the first release migrations are reshaped where they stand, so a database may hold the same tables under versions
 * that no file has any more. An application's own migrations in the same ledger are none of our business.
 */
async function refuseReshaped(database: Database, migrations: readonly Migration[]): Promise<void> {
  const recorded = await database.query(
    `select version, name from supabase_migrations.schema_migrations
    where version <> all ($1::text[]) and array_to_string(statements, ' ') ~ '\\mprunella\\.' order by version`,
    [migrations.map(({ version }) => version)],
  );
  if (recorded.length === 0) return;
  const named = recorded.slice(0, 3).map(({ version, name }) => `${version}_${name}`).join(", ");
  throw new Error(
    `The database was made by a Prunella from before its first release, with ${recorded.length} migrations that exist ` +
      `no more (${named}${
        recorded.length > 3 ? ", …" : ""
      }), so the present ones cannot be applied to it. Start with an ` +
      "empty one: remove the data folder (.prunella, or what --data-dir names), or make the database of --database-url " +
      "anew. Nothing in it was changed.",
  );
}

async function applyOne(tx: Queryable, migration: Migration): Promise<boolean> {
  await tx.query("select pg_advisory_xact_lock($1)", [MIGRATION_LOCK]);
  const known = await tx.query("select 1 from supabase_migrations.schema_migrations where version = $1", [
    migration.version,
  ]);
  if (known.length > 0) return false;
  for (const [index, statement] of migration.statements.entries()) {
    try {
      await tx.script(statement);
    } catch (cause) {
      throw new MigrationError(migration, index, cause);
    }
  }
  // A migration may change settings for its session; what follows must not inherit them.
  await tx.script("reset role; reset search_path");
  await tx.query(
    "insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, $3::text[])",
    [migration.version, migration.name, migration.statements],
  );
  return true;
}

/** Names the file, the statement and what Postgres had against it. */
export class MigrationError extends Error {
  constructor(migration: Migration, index: number, cause: unknown) {
    const lines = (migration.statements[index] ?? "").split("\n");
    const shown = lines.slice(0, 12).join("\n") + (lines.length > 12 ? "\n…" : "");
    const of = `statement ${index + 1} of ${migration.statements.length}`;
    super(`${migration.file}: ${of} failed: ${describe(cause)}\n\n${shown}`, { cause });
    this.name = "MigrationError";
  }
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const { code, detail, hint, where } = cause as Error & Record<string, unknown>;
  const notes = [
    typeof code === "string" ? `(${code})` : "",
    typeof detail === "string" ? `detail: ${detail}` : "",
    typeof hint === "string" ? `hint: ${hint}` : "",
    typeof where === "string" ? `where: ${where}` : "",
  ];
  return [cause.message, ...notes].filter((note) => note !== "").join("; ");
}
