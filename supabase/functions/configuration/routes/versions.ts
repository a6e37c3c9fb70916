import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { parseAnswer } from "../../_shared/platform/rpc.ts";
import { ENTRY_COLUMNS, entrySchema, keyParams } from "../schemas.ts";

const MAX_VERSIONS = 100;
/** The largest `integer`, above every version. */
const NEWEST = 2_147_483_647;

const route = createRoute({
  method: "get",
  path: "/{project}/entries/{key}/versions",
  operationId: "listConfigurationVersions",
  summary: "Every version of one key, newest first",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: {
    params: keyParams,
    query: z.object({
      before: z.coerce.number().int().min(1).max(NEWEST).default(NEWEST).openapi({
        description: "Versions below this one; the last version of a page leads to the next page.",
      }),
      limit: z.coerce.number().int().min(1).max(MAX_VERSIONS).default(20),
    }),
  },
  responses: answers(z.object({ versions: z.array(entrySchema) }), "Newest first"),
});

export function listVersions(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project, key } = c.req.valid("param");
    const { before, limit } = c.req.valid("query");
    const rows = await callerClient(c).from("system_config").select(ENTRY_COLUMNS)
      .eq("project_id", project).eq("key", key).lt("version", before)
      .order("version", { ascending: false }).limit(limit);
    return c.json({ versions: parseAnswer(rows, z.array(entrySchema), "system_config") }, 200);
  });
}
