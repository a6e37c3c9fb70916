import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { timestampSchema } from "../../_shared/platform/http-schemas.ts";
import { callRpc } from "../../_shared/platform/rpc.ts";
import { requireProject } from "../fixes.ts";
import { modesSchema, projectQuery } from "../schemas.ts";

const statusSchema = modesSchema.extend({
  project_id: z.number().int(),
  kill_switch: z.object({ everywhere: z.boolean(), project: z.boolean() }),
  dry_run: z.boolean(),
  threshold: z.number(),
  open_issues_count: z.number().int(),
  active_fixes_count: z.number().int(),
  review_queue_count: z.number().int(),
  last_cycle_at: timestampSchema.nullable().openapi({ description: "When the engine last finished a job." }),
}).openapi("Status");

const route = createRoute({
  method: "get",
  path: "/status",
  operationId: "readStatus",
  summary: "Whether Prunella may act in a project, and what it has before it",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: { query: projectQuery },
  responses: answers(statusSchema, "The state at this moment"),
});

export function readStatus(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project } = c.req.valid("query");
    const client = callerClient(c);
    await requireProject(client, project);
    return c.json(await callRpc(client, "control_status", { p_project_id: project }, statusSchema), 200);
  });
}
