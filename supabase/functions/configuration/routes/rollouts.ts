import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { parseAnswer } from "../../_shared/platform/rpc.ts";
import { projectParams, ROLLOUT_COLUMNS, rolloutSchema } from "../schemas.ts";

const LIMIT = 50;

const route = createRoute({
  method: "get",
  path: "/{project}/rollouts",
  operationId: "listConfigurationRollouts",
  summary: "Gradual changes of configuration, newest first",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: { params: projectParams },
  responses: answers(z.object({ rollouts: z.array(rolloutSchema) }), "The rollouts"),
});

export function listConfigurationRollouts(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project } = c.req.valid("param");
    const found = await callerClient(c).from("config_rollouts").select(ROLLOUT_COLUMNS)
      .eq("project_id", project).order("id", { ascending: false }).limit(LIMIT);
    return c.json({ rollouts: parseAnswer(found, z.array(rolloutSchema), "config_rollouts") }, 200);
  });
}
