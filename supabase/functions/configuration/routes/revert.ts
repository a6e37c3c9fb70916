import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import { failures } from "../../_shared/platform/errors.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { reasonSchema } from "../../_shared/platform/http-schemas.ts";
import { callRpc, parseAnswer } from "../../_shared/platform/rpc.ts";
import { entrySchema, keyParams, versionSchema } from "../schemas.ts";

const route = createRoute({
  method: "post",
  path: "/{project}/entries/{key}/revert",
  operationId: "revertConfiguration",
  summary: "Give a key the value that it had in an earlier version",
  description: "A revert is a new version: nothing is lost, and it can be reverted itself.",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: {
    params: keyParams,
    body: jsonBody(z.strictObject({
      to_version: z.number().int().min(1),
      expected_version: versionSchema,
      reason: reasonSchema,
    })),
  },
  responses: answers(entrySchema, "The new version"),
});

const valueRows = z.array(z.object({ value: z.json() }));

export function revertConfiguration(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project, key } = c.req.valid("param");
    const { to_version, expected_version, reason } = c.req.valid("json");
    const client = callerClient(c);
    const rows = await client.from("system_config").select("value")
      .eq("project_id", project).eq("key", key).eq("version", to_version);
    // Versions are never changed or deleted, so this value cannot grow stale before it is written.
    const [earlier] = parseAnswer(rows, valueRows, "system_config");
    if (!earlier) {
      throw failures.notFound(
        `${key} has no version ${to_version} in this project. List them with GET .../versions.`,
      );
    }
    const entry = await callRpc(client, "change_config", {
      p_project_id: project,
      p_key: key,
      p_value: earlier.value,
      p_reason: reason,
      p_expected_version: expected_version,
      p_reverts_version: to_version,
    }, entrySchema);
    return c.json(entry, 200);
  });
}
