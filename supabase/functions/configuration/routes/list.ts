import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { parseAnswer } from "../../_shared/platform/rpc.ts";
import { ENTRY_COLUMNS, entrySchema, projectParams } from "../schemas.ts";

/** PostgREST answers at most 1,000 rows; a project with more keys narrows them by prefix. */
const MAX_ENTRIES = 1_000;

const route = createRoute({
  method: "get",
  path: "/{project}/entries",
  operationId: "listConfiguration",
  summary: "The current version of every key, with who changed it and why",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: {
    params: projectParams,
    query: z.object({
      prefix: z.string().max(200).regex(/^[a-zA-Z0-9_.-]*$/).default("").openapi({ example: "app." }),
    }),
  },
  responses: answers(z.object({ entries: z.array(entrySchema) }), "Sorted by key"),
});

export function listConfiguration(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project } = c.req.valid("param");
    // `_` stands for any character in LIKE.
    const pattern = `${c.req.valid("query").prefix.replaceAll("_", "\\_")}%`;
    const rows = await callerClient(c).from("current_config").select(ENTRY_COLUMNS)
      .eq("project_id", project).like("key", pattern).order("key").limit(MAX_ENTRIES);
    return c.json({ entries: parseAnswer(rows, z.array(entrySchema), "current_config") }, 200);
  });
}
