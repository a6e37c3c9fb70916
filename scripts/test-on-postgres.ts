// `npm run test:postgres [-- <file>...]`: the tests that use a database, or those named, once more on a real Postgres,
// with pg_cron where Debian has it.
import { startPostgres } from "./platform/postgres.ts";

const TESTS = "tests";

/** Files that use a database say so by what they import. */
async function databaseTests(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) found.push(...await databaseTests(path));
    else if (entry.name.endsWith(".test.ts") && usesDatabase(await Deno.readTextFile(path))) found.push(path);
  }
  return found.sort();
}

function usesDatabase(text: string): boolean {
  return /from "(\.\.?\/)+support\/(database|platform)\.ts"/.test(text) || text.includes("DATABASE_URL");
}

const named = Deno.args.some((argument) => !argument.startsWith("-"));
const server = await startPostgres({ durable: false, settings: { max_connections: "300" } });
console.log(`Postgres ${server.version} at ${server.url}`);
try {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "npm:vitest", "run", ...named ? [] : await databaseTests(TESTS), ...Deno.args],
    env: { DATABASE_URL: server.url },
  }).spawn().status.then((done) => done, (error) => {
    console.error(error);
    return { code: 1 };
  });
  Deno.exitCode = code;
} finally {
  await server.stop();
}
