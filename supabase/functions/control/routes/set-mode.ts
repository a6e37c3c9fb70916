import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { projectIdSchema, reasonSchema } from "../../_shared/platform/http-schemas.ts";
import { callRpc } from "../../_shared/platform/rpc.ts";
import { requireAction } from "../actions.ts";
import { actionNameSchema, modeSchema, modesSchema } from "../schemas.ts";

const body = z.strictObject({
  project: projectIdSchema,
  action: actionNameSchema.optional().openapi({ description: "Without it: the mode of the whole project." }),
  mode: modeSchema.nullable().openapi({ description: "Null takes an action's own mode away." }),
  reason: reasonSchema,
}).refine(({ action, mode }) => action !== undefined || mode !== null, {
  path: ["mode"],
  message: "A project always has a mode: only an action's can be null",
});

const route = createRoute({
  method: "put",
  path: "/mode",
  operationId: "setMode",
  summary: "How far Prunella may go, for a project or for one action in it",
  description: "An action never goes further than its project.",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: { body: jsonBody(body) },
  responses: answers(modesSchema, "The modes as they are now"),
});

export function setMode(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project, action, mode, reason } = c.req.valid("json");
    if (action !== undefined) requireAction(action);
    const modes = await callRpc(callerClient(c), "set_mode", {
      p_project_id: project,
      p_action: action ?? null,
      p_mode: mode,
      p_reason: reason,
    }, modesSchema);
    return c.json(modes, 200);
  });
}
