import { databaseAdvisors } from "./checks/database-advisors.ts";
import { databaseLint } from "./checks/database-lint.ts";
import { databaseTypes } from "./checks/database-types.ts";
import { formatted, linted, typed } from "./checks/deno.ts";
import { dependencies } from "./checks/dependencies.ts";
import { floors } from "./checks/floors.ts";
import { functionImports } from "./checks/function-imports.ts";
import { functionSettings } from "./checks/function-settings.ts";
import { openApi } from "./checks/openapi.ts";
import { links } from "./checks/links.ts";
import { Skipped } from "./checks/skipped.ts";
import { PROJECT } from "./platform/paths.ts";

/** Returns what is wrong, in words; with `write`, a check that can puts it right instead. */
type Check = (root: string, write: boolean) => Promise<string[]>;

const CHECKS: Record<string, Check> = {
  "functions name their packages": functionImports,
  "functions have settings": functionSettings,
  "packages are used and explained": dependencies,
  "the OpenAPI document is current": openApi,
  "database types are current": databaseTypes,
  "database advisors are content": databaseAdvisors,
  "database functions are linted": databaseLint,
  "code is formatted": formatted,
  "code is linted": linted,
  "types hold": typed,
  "arrows point down": floors,
  "links lead somewhere": links,
};

const OPTIONS: Record<string, string> = {
  "--write": "puts right what a program can",
  "--complete": "fails when a check had to be skipped",
};

/** `npm run check [-- --write] [--complete]`: everything that must not drift. */
async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((argument) => !(argument in OPTIONS));
  if (unknown !== undefined) {
    const known = Object.entries(OPTIONS).map(([option, what]) => `${option}, which ${what}`).join("; ");
    console.error(`Unknown option ${unknown}. There is ${known}`);
    return 1;
  }
  let failed = 0;
  let skipped = 0;
  for (const [name, check] of Object.entries(CHECKS)) {
    const start = performance.now();
    let problems: string[];
    try {
      problems = await check(PROJECT, args.includes("--write"));
    } catch (error) {
      if (error instanceof Skipped) {
        console.log(`skip  ${name}\n      ${error.message}`);
        skipped++;
        continue;
      }
      problems = [error instanceof Error ? error.message : String(error)];
    }
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`${problems.length === 0 ? "ok  " : "FAIL"}  ${name}  (${seconds} s)`);
    for (const problem of problems) console.log(problem.replace(/^/gm, "      "));
    if (problems.length > 0) failed++;
  }
  const total = Object.keys(CHECKS).length;
  const outcome = failed === 0
    ? `${total - skipped} of ${total} checks passed`
    : `${failed} of ${total} checks failed`;
  console.log(skipped === 0 ? outcome : `${outcome}, ${skipped} skipped`);
  return failed > 0 || (skipped > 0 && args.includes("--complete")) ? 1 : 0;
}

Deno.exit(await main(Deno.args));
