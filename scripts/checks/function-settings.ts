import { readFunctionSettings } from "../platform/function-settings.ts";
import { functionNames } from "./function-imports.ts";
import { importGraph } from "./import-graph.ts";

/** Every function stands in config.toml, for one that does not is deployed behind a check that no SDK passes. */
export async function functionSettings(root: string): Promise<string[]> {
  const settings = readFunctionSettings(await Deno.readTextFile(`${root}/supabase/config.toml`));
  const names = functionNames(await importGraph(root, "supabase/functions"));
  return names.filter((name) => !settings.has(name)).map((name) =>
    `supabase/config.toml lacks [functions.${name}]: say there whether verify_jwt is on`
  );
}
