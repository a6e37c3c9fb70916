import { createRoute } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { callRpc } from "../../_shared/platform/rpc.ts";
import { requireProject } from "../fixes.ts";
import { projectQuery, thresholdSchema } from "../schemas.ts";

const route = createRoute({
  method: "get",
  path: "/threshold",
  operationId: "readThreshold",
  summary: "From which confidence fixes are applied without a human",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: { query: projectQuery },
  responses: answers(thresholdSchema, "The project's own, before context shifts it"),
});

export function readThreshold(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project } = c.req.valid("query");
    const client = callerClient(c);
    await requireProject(client, project);
    return c.json(await callRpc(client, "get_threshold", { p_project_id: project }, thresholdSchema), 200);
  });
}
