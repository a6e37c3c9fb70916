import { runPlatform } from "./platform/run.ts";

Deno.exit(await runPlatform(Deno.args));
