import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import { failures } from "../../_shared/platform/errors.ts";
import type { FunctionApp, FunctionContext } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { idSchema, projectIdSchema, reasonSchema } from "../../_shared/platform/http-schemas.ts";
import { callRpc } from "../../_shared/platform/rpc.ts";
import { knownAction } from "../actions.ts";
import { actionNameSchema } from "../schemas.ts";

const byIssue = z.strictObject({
  issue: idSchema.openapi({ description: "Diagnose and decide anew, now." }),
  reason: reasonSchema,
}).openapi("HealIssue");

const byHand = z.strictObject({
  project: projectIdSchema,
  component: z.string().trim().min(1).max(200).openapi({
    description: "What is broken, in the operator's words; the name of the issue that is opened for it.",
    example: "checkout",
  }),
  action: actionNameSchema,
  parameters: z.record(z.string(), z.json()).default({}).openapi({
    type: "object",
    description: "As the action's own schema asks.",
    additionalProperties: {},
  }),
  reason: reasonSchema,
}).openapi("HealByHand");

const healSchema = z.object({
  job_id: z.number().int().openapi({ description: "The engine's job." }),
  issue_id: z.number().int().openapi({ description: "Follow it with GET /issues/{issue}/timeline." }),
}).openapi("Heal");

const route = createRoute({
  method: "post",
  path: "/heal",
  operationId: "heal",
  summary: "Heal now: an issue, or by hand with a chosen action",
  description: "By hand the caller is the approver. Kill switch, dry run and the limits hold all the same.",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: { body: jsonBody(z.union([byIssue, byHand])) },
  responses: answers(healSchema, "What was queued"),
});

export function heal(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const body = c.req.valid("json");
    return c.json("issue" in body ? await healIssue(c, body) : await healByHand(c, body), 200);
  });
}

function healIssue(c: FunctionContext, { issue, reason }: z.output<typeof byIssue>) {
  return callRpc(callerClient(c), "heal_issue", { p_issue_id: issue, p_reason: reason }, healSchema);
}

function healByHand(c: FunctionContext, body: z.output<typeof byHand>) {
  const action = knownAction(body.action);
  const parameters = action.parameters.safeParse(body.parameters);
  if (!parameters.success) {
    throw failures.invalidRequest(`The parameters do not fit ${action.name}. See details.`, {
      details: parameters.error.issues.map((issue) => ({
        path: ["json", "parameters", ...issue.path].join("."),
        message: issue.message,
      })),
    });
  }
  return callRpc(callerClient(c), "heal_component", {
    p_project_id: body.project,
    p_component: body.component,
    p_action: action.name,
    p_parameters: parameters.data,
    p_reason: body.reason,
  }, healSchema);
}
