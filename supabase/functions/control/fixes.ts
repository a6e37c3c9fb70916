import type { SupabaseContext } from "@supabase/server";
import { z } from "@hono/zod-openapi";
import { failures } from "../_shared/platform/errors.ts";
import { parseAnswer } from "../_shared/platform/rpc.ts";
import { FIX_COLUMNS, fixSchema } from "./schemas.ts";

type Client = SupabaseContext["supabase"];

/**
 * Sets the state of a fix as the caller. Whether that is allowed is the database's law, the same as in Studio; what
 * follows (applying, rolling back) is queued by its triggers.
 *
 * @throws Failure `not_found`, `forbidden`, or `conflict` when the fix cannot go from where it is to that state.
 */
export async function moveFix(
  client: Client,
  id: number,
  state: "approved" | "dismissed" | "rolling_back",
  reason: string,
): Promise<z.output<typeof fixSchema>> {
  const changed = await client.from("auto_fixes").update({ state, reason }).eq("id", id).select(FIX_COLUMNS);
  const [fix] = parseAnswer(changed, z.array(fixSchema), "auto_fixes");
  if (fix) return fix;
  const visible = await client.from("auto_fixes").select("id").eq("id", id);
  if (parseAnswer(visible, z.array(z.object({ id: z.number() })), "auto_fixes").length > 0) {
    throw failures.forbidden("Only operators and admins of the project decide on its fixes.");
  }
  throw failures.notFound(`There is no fix ${id}, or you are no member of its project.`);
}

/** @throws Failure `not_found` unless the caller may see the project. */
export async function requireProject(client: Client, id: number): Promise<void> {
  const rows = await client.from("projects").select("id").eq("id", id);
  if (parseAnswer(rows, z.array(z.object({ id: z.number() })), "projects").length === 0) {
    throw failures.notFound(`There is no project ${id}, or you are no member of it.`);
  }
}
