import { getAuthSchemaSql } from "@supabase/lite";
import { type Database, literal } from "./database.ts";

/** Which parts of Supabase this database has only as our stand-ins, so that our workers have to serve them. */
export interface StandIns {
  cron: boolean;
  net: boolean;
  vault: boolean;
}

/** `home` is the schema that Supabase gives the extension; `usable` says whether the extension would work here: two of them live in a background worker of the server. */
const STAND_INS = [
  {
    name: "cron",
    extension: "pg_cron",
    home: "schema pg_catalog",
    marker: "cron.job",
    usable: `current_setting('shared_preload_libraries') ~ '\\mpg_cron\\M'
      and current_setting('cron.database_name', true) = current_database()`,
  },
  {
    name: "net",
    extension: "pg_net",
    home: "schema extensions",
    marker: "net._http_response",
    usable: "current_setting('shared_preload_libraries') ~ '\\mpg_net\\M'",
  },
  { name: "vault", extension: "supabase_vault", home: "", marker: "vault.secrets", usable: "true" },
] as const;

/** Extensions that a Supabase project has switched on from the start. */
const EXTENSIONS = ["pgcrypto", "uuid-ossp"];

/** Makes what a bare database lacks of a Supabase project; safe to repeat, and it leaves what is there alone. */
export async function bootstrap(database: Database): Promise<StandIns> {
  await database.script(await sqlFile("roles.sql"));
  for (const extension of EXTENSIONS) {
    if (await isAvailable(database, extension)) {
      await database.script(`create extension if not exists "${extension}" with schema extensions`);
    }
  }
  await database.script(getAuthSchemaSql());
  await database.script(await sqlFile("auth.sql"));
  await ensureVaultKey(database);

  const standIns: StandIns = { cron: false, net: false, vault: false };
  for (const part of STAND_INS) standIns[part.name] = await ensurePart(database, part);
  return standIns;
}

/** Whether our stand-in serves `part`: the real extension is used wherever it is installed and would work. */
async function ensurePart(database: Database, part: (typeof STAND_INS)[number]): Promise<boolean> {
  const [state] = await database.query(
    `select to_regclass($1) is not null as present, exists (select from pg_extension where extname = $2) as real,
      exists (select from pg_available_extensions where name = $2) and ${part.usable} as usable`,
    [part.marker, part.extension],
  );
  if (state?.real) return false;
  if (state?.present) return true;
  if (state?.usable) {
    await database.script(`create extension ${part.extension} ${part.home} cascade`);
    return false;
  }
  const sql = await sqlFile(`${part.name}.sql`);
  await database.transaction((tx) => tx.script(sql));
  return true;
}

/** The Vault stand-in's key: made once per cluster, written by the server itself into its data folder. */
async function ensureVaultKey(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    // A catalogue that all databases of the cluster share: the lock keeps their platforms from making two keys.
    await tx.script("lock table pg_catalog.pg_db_role_setting in share row exclusive mode");
    const [state] = await tx.query(
      `select file, exists (select from pg_extension where extname = 'supabase_vault')
        or (pg_stat_file(file, true)).size is not null as present
      from (select current_setting('data_directory') || '/prunella_vault.key' as file) as wanted`,
    );
    if (state?.present) return;
    const key = crypto.getRandomValues(new Uint8Array(32)).toHex();
    await tx.script(`copy (select ${literal(key)}) to ${literal(String(state?.file))}`);
  });
}

async function isAvailable(database: Database, extension: string): Promise<boolean> {
  const found = await database.query("select 1 from pg_available_extensions where name = $1", [extension]);
  return found.length > 0;
}

function sqlFile(name: string): Promise<string> {
  return Deno.readTextFile(new URL(`./sql/${name}`, import.meta.url));
}
