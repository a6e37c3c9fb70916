import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { jsonSchema, reasonSchema } from "../../_shared/platform/http-schemas.ts";
import { callRpc } from "../../_shared/platform/rpc.ts";
import { entrySchema, keyParams, versionSchema } from "../schemas.ts";

const route = createRoute({
  method: "put",
  path: "/{project}/entries/{key}",
  operationId: "changeConfiguration",
  summary: "Write a new version of one key",
  description: "Operators change `app.*`, admins everything. Null unsets the key; its history stays.",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: {
    params: keyParams,
    body: jsonBody(
      z.strictObject({ value: jsonSchema, expected_version: versionSchema, reason: reasonSchema }),
    ),
  },
  responses: answers(entrySchema, "The new version"),
});

export function changeConfiguration(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project, key } = c.req.valid("param");
    const { value, expected_version, reason } = c.req.valid("json");
    const entry = await callRpc(callerClient(c), "change_config", {
      p_project_id: project,
      p_key: key,
      p_value: value,
      p_reason: reason,
      p_expected_version: expected_version,
    }, entrySchema);
    return c.json(entry, 200);
  });
}
