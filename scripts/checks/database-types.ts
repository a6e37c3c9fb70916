import { withPushedDatabase } from "./database.ts";

const FILE = "supabase/functions/_shared/platform/database.types.ts";

/** The types in the repository are those that the Supabase CLI generates from the migrations. */
export async function databaseTypes(root: string, write = false): Promise<string[]> {
  const generated = await withPushedDatabase(root, (cli) => cli("gen", "types", "--lang=typescript"));
  const present = await Deno.readTextFile(`${root}/${FILE}`).catch(() => "");
  if (present === generated) return [];
  if (!write) return [`${FILE} differs from what the migrations give: npm run check -- --write`];
  await Deno.writeTextFile(`${root}/${FILE}`, generated);
  return [];
}
