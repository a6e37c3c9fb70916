import { databaseTypes } from "./checks/database-types.ts";
import { formatted, linted, typed } from "./checks/deno.ts";
import { floors } from "./checks/floors.ts";
import { functionImports } from "./checks/function-imports.ts";
import { functionSettings } from "./checks/function-settings.ts";
import { links } from "./checks/links.ts";
import { PROJECT } from "./platform/paths.ts";

/** Returns what is wrong, in words; with `write`, a check that can puts it right instead. */
type Check = (root: string, write: boolean) => Promise<string[]>;

const CHECKS: Record<string, Check> = {
  "functions name their packages": functionImports,
  "functions have settings": functionSettings,
  "database types are current": databaseTypes,
  "code is formatted": formatted,
  "code is linted": linted,
  "types hold": typed,
  "arrows point down": floors,
  "links lead somewhere": links,
};

/** `npm run check [-- --write]`: everything that must not drift. */
async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((argument) => argument !== "--write");
  if (unknown !== undefined) {
    console.error(`Unknown option ${unknown}. There is only --write, which puts right what a program can`);
    return 1;
  }
  let failed = 0;
  for (const [name, check] of Object.entries(CHECKS)) {
    const start = performance.now();
    let problems: string[];
    try {
      problems = await check(PROJECT, args.includes("--write"));
    } catch (error) {
      problems = [error instanceof Error ? error.message : String(error)];
    }
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`${problems.length === 0 ? "ok  " : "FAIL"}  ${name}  (${seconds} s)`);
    for (const problem of problems) console.log(problem.replace(/^/gm, "      "));
    if (problems.length > 0) failed++;
  }
  const total = Object.keys(CHECKS).length;
  console.log(failed === 0 ? `All ${total} checks passed` : `${failed} of ${total} checks failed`);
  return failed === 0 ? 0 : 1;
}

Deno.exit(await main(Deno.args));
