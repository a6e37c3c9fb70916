import { main } from "./start/main.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));
