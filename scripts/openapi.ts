// Writes docs/openapi.json from the routes of all functions: `deno run -A scripts/openapi.ts --write`.
// Without --write it only tells whether the file is up to date.
import { checkOpenApi, DOCUMENT_PATH, mergedDocument, render } from "./checks/openapi.ts";

if (Deno.args.includes("--write")) {
  await Deno.mkdir(new URL(".", DOCUMENT_PATH), { recursive: true });
  await Deno.writeTextFile(DOCUMENT_PATH, render(await mergedDocument()));
} else {
  const problems = await checkOpenApi();
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) Deno.exit(1);
}
