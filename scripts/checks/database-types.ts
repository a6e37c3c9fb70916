import { bootstrap } from "../platform/bootstrap.ts";
import { applyMigrations, readMigrations } from "../platform/migrations.ts";
import { startPostgres } from "../platform/postgres.ts";
import { PostgresDatabase } from "../platform/postgres-database.ts";
import { command } from "./command.ts";

const FILE = "supabase/functions/_shared/platform/database.types.ts";

/** The types in the repository are those that the Supabase CLI generates from the migrations. */
export async function databaseTypes(root: string, write = false): Promise<string[]> {
  const generated = await generate(root);
  const present = await Deno.readTextFile(`${root}/${FILE}`).catch(() => "");
  if (present === generated) return [];
  if (!write) return [`${FILE} differs from what the migrations give: npm run check -- --write`];
  await Deno.writeTextFile(`${root}/${FILE}`, generated);
  return [];
}

async function generate(root: string): Promise<string> {
  const server = await startPostgres({ durable: false, preload: false });
  try {
    const database = await PostgresDatabase.open(server.url);
    try {
      await bootstrap(database);
      await applyMigrations(database, await readMigrations(`${root}/supabase/migrations`));
    } finally {
      await database.close();
    }
    const cli = `${root}/node_modules/.bin/supabase`;
    const args = ["gen", "types", `--remote=${server.url}`, "--lang=typescript", "--schema=public"];
    const { ok, stdout, stderr } = await command(cli, args, root);
    if (!ok) throw new Error(`supabase gen types failed: ${stderr.trim()}`);
    return stdout;
  } finally {
    await server.stop();
  }
}
