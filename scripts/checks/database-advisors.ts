import { withPushedDatabase } from "./database.ts";

interface Advice {
  name: string;
  level: string;
  detail: string;
}

/**
 * Not asked here: whether an index is used. This database is new and has answered no query yet; what reads which
 * index is measured by `npm run bench -- database`.
 */
const UNANSWERABLE = new Set(["unused_index"]);

/** Supabase's own security and performance advisors find nothing, at any level. */
export function databaseAdvisors(root: string): Promise<string[]> {
  return withPushedDatabase(root, async (cli) => {
    const printed = await cli("db", "advisors", "--type=all", "--level=info", "--output-format=json");
    const { results } = JSON.parse(printed) as { results: Advice[] };
    return results.filter((advice) => !UNANSWERABLE.has(advice.name))
      .map((advice) => `${advice.level} ${advice.name}: ${advice.detail}`);
  });
}
