import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import { failures } from "../../_shared/platform/errors.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { idSchema } from "../../_shared/platform/http-schemas.ts";
import { parseAnswer } from "../../_shared/platform/rpc.ts";
import { CORRELATION_COLUMNS, correlationSchema, DEPLOYMENT_COLUMNS, deploymentSchema } from "../schemas.ts";

const CORRELATIONS_LIMIT = 100;

const route = createRoute({
  method: "get",
  path: "/deployments/{deployment}",
  operationId: "readDeployment",
  summary: "One deployment, and what it is held responsible for",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: {
    params: z.object({ deployment: idSchema.openapi({ description: "The deployment's id.", example: 12 }) }),
  },
  responses: answers(
    z.object({ deployment: deploymentSchema, correlations: z.array(correlationSchema) }),
    "The deployment",
  ),
});

export function readDeployment(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const id = c.req.valid("param").deployment;
    const client = callerClient(c);
    const [deployments, correlations] = await Promise.all([
      client.from("deployment_logs").select(DEPLOYMENT_COLUMNS).eq("id", id),
      client.from("deployment_error_correlations").select(CORRELATION_COLUMNS).eq("deployment_id", id)
        .order("decided_at", { ascending: false }).limit(CORRELATIONS_LIMIT),
    ]);
    const [deployment] = parseAnswer(deployments, z.array(deploymentSchema), "deployment_logs");
    if (!deployment) {
      throw failures.notFound(`There is no deployment ${id}, or you are no member of its project.`);
    }
    return c.json({
      deployment,
      correlations: parseAnswer(correlations, z.array(correlationSchema), "deployment_error_correlations"),
    }, 200);
  });
}
