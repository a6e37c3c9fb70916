import { type PostgresServer } from "../platform/postgres.ts";
import { withPushedDatabase } from "./database.ts";
import { Skipped } from "./skipped.ts";

interface Finding {
  function: string;
  issues: { level: string; message: string; detail?: string; statement?: { lineNumber: string } }[];
}

/** plpgsql_check, run by `supabase db lint` over every function, finds nothing, warnings included. */
export function databaseLint(root: string): Promise<string[]> {
  return withPushedDatabase(root, async (cli, server) => {
    await requirePlpgsqlCheck(server);
    const printed = await cli("db", "lint", "--level=warning", "--output-format=json");
    const { results } = JSON.parse(printed) as { results: Finding[] };
    return results.flatMap((finding) =>
      finding.issues.map((issue) =>
        `${finding.function}, line ${issue.statement?.lineNumber ?? "?"}: ${issue.message} ${
          issue.detail ?? ""
        }`
          .trim()
      )
    );
  });
}

async function requirePlpgsqlCheck(server: PostgresServer): Promise<void> {
  const library = `${server.binaries}/../lib/plpgsql_check.so`;
  const found = await Deno.stat(library).then(() => true, () => false);
  if (!found) {
    throw new Skipped(
      `plpgsql_check is not installed for Postgres ${server.version}: apt-get install postgresql-15-plpgsql-check`,
    );
  }
}
