// Tells whether docs/openapi.json is what the routes say; with --write, makes it so.
import { openApi } from "./checks/openapi.ts";
import { PROJECT } from "./platform/paths.ts";

const problems = await openApi(PROJECT, Deno.args.includes("--write"));
for (const problem of problems) console.error(problem);
Deno.exit(problems.length === 0 ? 0 : 1);
