import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { projectIdSchema, reasonSchema } from "../../_shared/platform/http-schemas.ts";
import { callRpc } from "../../_shared/platform/rpc.ts";

const dryRunSchema = z.object({ enabled: z.boolean() }).openapi("DryRun");

const route = createRoute({
  method: "put",
  path: "/dry-run",
  operationId: "setDryRun",
  summary: "Decide and record everything, touch nothing",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: {
    body: jsonBody(z.strictObject({ project: projectIdSchema, enabled: z.boolean(), reason: reasonSchema })),
  },
  responses: answers(dryRunSchema, "Whether the project runs dry"),
});

export function setDryRun(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project, enabled, reason } = c.req.valid("json");
    const result = await callRpc(callerClient(c), "set_dry_run", {
      p_project_id: project,
      p_enabled: enabled,
      p_reason: reason,
    }, dryRunSchema);
    return c.json(result, 200);
  });
}
