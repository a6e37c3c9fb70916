import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { projectIdSchema, timestampSchema } from "../../_shared/platform/http-schemas.ts";
import { parseAnswer } from "../../_shared/platform/rpc.ts";
import { requireProject } from "../rules.ts";

const MAX_TEMPLATES = 1_000;

const templateSchema = z.object({
  id: z.number().int(),
  template: z.string().openapi({ example: "User <*> not found" }),
  line_count: z.number().int(),
  first_seen_at: timestampSchema,
  last_seen_at: timestampSchema,
}).openapi("MessageTemplate");

const route = createRoute({
  method: "get",
  path: "/templates",
  operationId: "listTemplates",
  summary: "Templates of a project's messages and logs, the most frequent first",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: {
    query: z.object({
      project: projectIdSchema,
      limit: z.coerce.number().int().min(1).max(MAX_TEMPLATES).default(100),
    }),
  },
  responses: answers(z.object({ templates: z.array(templateSchema) }), "The templates"),
});

export function listTemplates(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project, limit } = c.req.valid("query");
    const client = callerClient(c);
    await requireProject(client, project);
    const rows = await client.from("message_templates")
      .select("id, template, line_count, first_seen_at, last_seen_at")
      .eq("project_id", project).order("line_count", { ascending: false }).order("id").limit(limit);
    return c.json({ templates: parseAnswer(rows, z.array(templateSchema), "message_templates") }, 200);
  });
}
