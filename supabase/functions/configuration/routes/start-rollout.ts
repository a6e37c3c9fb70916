import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { jsonSchema, reasonSchema } from "../../_shared/platform/http-schemas.ts";
import { callRpc } from "../../_shared/platform/rpc.ts";
import { keyParams, rolloutSchema, versionSchema } from "../schemas.ts";

const share = z.number().gt(0).lt(1);
const body = z.strictObject({
  value: jsonSchema,
  expected_version: versionSchema,
  reason: reasonSchema,
  stages: z.array(share).min(1).max(19).default([0.1, 0.5])
    .refine((stages) => stages.every((one, index) => index === 0 || one > stages[index - 1]!), {
      error: "Each stage must be larger than the one before.",
    }).openapi({
      description:
        "Shares of the instances that get the value, stage by stage; after the last all of them do.",
    }),
});

const route = createRoute({
  method: "post",
  path: "/{project}/entries/{key}/rollout",
  operationId: "startConfigurationRollout",
  summary: "Put a new version of one key into force gradually",
  description:
    "The instances that are among the first get the new version, the others keep the one before. What both serve is compared every two " +
    "minutes; a version that does harm is reverted like any other change. One at a time for each key.",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: { params: keyParams, body: jsonBody(body) },
  responses: answers(rolloutSchema, "The rollout has begun"),
});

export function startConfigurationRollout(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project, key } = c.req.valid("param");
    const { value, expected_version, reason, stages } = c.req.valid("json");
    const rollout = await callRpc(callerClient(c), "start_config_rollout", {
      p_project_id: project,
      p_key: key,
      p_value: value,
      p_expected_version: expected_version,
      p_stages: [...stages, 1],
      p_reason: reason,
    }, rolloutSchema);
    return c.json(rollout, 200);
  });
}
