import { z } from "@hono/zod-openapi";
import type { callerClient } from "../_shared/platform/auth.ts";
import { failures } from "../_shared/platform/errors.ts";
import { parseAnswer } from "../_shared/platform/rpc.ts";
import { PATTERN_COLUMNS, patternSchema } from "./schemas.ts";

type Client = ReturnType<typeof callerClient>;

const rowSchema = patternSchema.extend({ id: z.number().int() });

/** The stored pattern of this name. */
export async function requirePattern(client: Client, slug: string): Promise<z.output<typeof rowSchema>> {
  const rows = await client.from("universal_error_patterns").select(PATTERN_COLUMNS).eq("slug", slug);
  const [pattern] = parseAnswer(rows, z.array(rowSchema), "universal_error_patterns");
  if (!pattern) throw failures.notFound(`There is no pattern ${slug}. Find patterns with GET /patterns.`);
  return pattern;
}
