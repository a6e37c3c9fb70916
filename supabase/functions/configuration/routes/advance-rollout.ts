import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { callRpc } from "../../_shared/platform/rpc.ts";
import { keyParams, rolloutSchema } from "../schemas.ts";

const route = createRoute({
  method: "post",
  path: "/{project}/entries/{key}/rollout/advance",
  operationId: "advanceConfigurationRollout",
  summary: "Go on to the next stage of a gradual change",
  description:
    "Names the version and the share that you saw: if it has another by now, it is refused (409). To take a change back, revert the key.",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: {
    params: keyParams,
    body: jsonBody(z.strictObject({ version: z.number().int().min(1), share: z.number().gt(0).lt(1) })),
  },
  responses: answers(rolloutSchema, "The next stage has begun"),
});

export function advanceConfigurationRollout(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project, key } = c.req.valid("param");
    const { version, share } = c.req.valid("json");
    const rollout = await callRpc(callerClient(c), "advance_config_rollout", {
      p_project_id: project,
      p_key: key,
      p_version: version,
      p_share: share,
    }, rolloutSchema);
    return c.json(rollout, 200);
  });
}
