import { main } from "./lab/main.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));
