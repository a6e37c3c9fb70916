import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { projectIdSchema } from "../../_shared/platform/http-schemas.ts";
import { parseAnswer } from "../../_shared/platform/rpc.ts";
import { DEPLOYMENT_COLUMNS, deploymentSchema, deploymentStatusSchema } from "../schemas.ts";

const route = createRoute({
  method: "get",
  path: "/deployments",
  operationId: "listDeployments",
  summary: "Deployments of a project, newest first, with their health and the way back",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: {
    query: z.object({
      project: projectIdSchema,
      status: deploymentStatusSchema.optional(),
      service: z.string().max(200).optional(),
      limit: z.coerce.number().int().min(1).max(100).default(20),
    }),
  },
  responses: answers(z.object({ deployments: z.array(deploymentSchema) }), "The deployments"),
});

export function listDeployments(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project, status, service, limit } = c.req.valid("query");
    let rows = callerClient(c).from("deployment_logs").select(DEPLOYMENT_COLUMNS).eq("project_id", project);
    if (status) rows = rows.eq("status", status);
    if (service) rows = rows.eq("service", service);
    const found = await rows.order("created_at", { ascending: false }).order("id", { ascending: false })
      .limit(limit);
    return c.json({ deployments: parseAnswer(found, z.array(deploymentSchema), "deployment_logs") }, 200);
  });
}
