import { bootstrap } from "../platform/bootstrap.ts";
import { type PostgresServer, startPostgres } from "../platform/postgres.ts";
import { PostgresDatabase } from "../platform/postgres-database.ts";
import { command } from "./command.ts";

/** Calls the Supabase CLI of the project; returns what it printed, or throws with its last words. */
export type Cli = (...args: string[]) => Promise<string>;

/**
 * Gives `work` a real Postgres to which the Supabase CLI itself has applied the migrations, as it does on hosted
 * Supabase. The server is its own and gone afterwards.
 */
export async function withPushedDatabase<T>(
  root: string,
  work: (cli: Cli, server: PostgresServer) => Promise<T>,
): Promise<T> {
  const server = await startPostgres({ durable: false });
  try {
    const database = await PostgresDatabase.open(server.url);
    try {
      await bootstrap(database);
    } finally {
      await database.close();
    }
    const cli: Cli = async (...args) => {
      const program = `${root}/node_modules/.bin/supabase`;
      // A server on loopback offers no TLS, and the CLI would remark on it in the midst of what it prints.
      const { ok, stdout, stderr } = await command(program, [...args, `--remote=${server.url}`], root, {
        PGSSLMODE: "disable",
      });
      if (!ok) {
        throw new Error(`supabase ${args.join(" ")} failed: ${(stderr || stdout).trim().slice(-2000)}`);
      }
      return stdout;
    };
    await cli("db", "push", "--yes");
    return await work(cli, server);
  } finally {
    await server.stop();
  }
}
