import { createRoute, z } from "@hono/zod-openapi";
import { limitsSchema } from "../../_shared/decide/limits.ts";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { projectIdSchema, reasonSchema } from "../../_shared/platform/http-schemas.ts";
import { callRpc } from "../../_shared/platform/rpc.ts";
import { thresholdSchema } from "../schemas.ts";

const body = z.strictObject({
  project: projectIdSchema,
  // The bounds are those of the decision itself: no caller can ask for less caution than it allows.
  threshold: limitsSchema.shape.auto_apply_threshold.unwrap(),
  expected_version: z.number().int().min(0).openapi({
    description: "As GET /threshold told; another by now is 409.",
  }),
  reason: reasonSchema,
});

const route = createRoute({
  method: "put",
  path: "/threshold",
  operationId: "setThreshold",
  summary: "Change from which confidence fixes are applied without a human",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: { body: jsonBody(body) },
  responses: answers(thresholdSchema, "The threshold as it is now"),
});

export function setThreshold(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project, threshold, expected_version, reason } = c.req.valid("json");
    const result = await callRpc(callerClient(c), "set_threshold", {
      p_project_id: project,
      p_threshold: threshold,
      p_expected_version: expected_version,
      p_reason: reason,
    }, thresholdSchema);
    return c.json(result, 200);
  });
}
