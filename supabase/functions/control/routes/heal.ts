import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { idSchema, projectIdSchema, reasonSchema } from "../../_shared/platform/http-schemas.ts";
import { callRpc } from "../../_shared/platform/rpc.ts";
import { healByHand } from "../heal-by-hand.ts";
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
  issue_id: z.number().int().openapi({ description: "Follow it with GET /issues/{issue}/timeline." }),
  fix_id: z.number().int().nullable().openapi({ description: "The approved fix of a heal by hand." }),
}).openapi("Heal");

const queuedSchema = z.object({ issue_id: z.number().int() });

const route = createRoute({
  method: "post",
  path: "/heal",
  operationId: "heal",
  summary: "Heal now: an issue, or by hand with a chosen action",
  description: "By hand the caller is the approver. The kill switch and dry run hold all the same.",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: { body: jsonBody(z.union([byIssue, byHand])) },
  responses: answers(healSchema, "What was queued"),
});

export function heal(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const body = c.req.valid("json");
    const client = callerClient(c);
    if ("issue" in body) {
      const { issue_id } = await callRpc(client, "heal_issue", { p_issue_id: body.issue }, queuedSchema);
      return c.json({ issue_id, fix_id: null }, 200);
    }
    const { userClaims, supabaseAdmin } = c.var.supabaseContext;
    const actor = userClaims ? `user:${userClaims.id}` : "service_role";
    return c.json(await healByHand({ ...body, actor }, client, supabaseAdmin), 200);
  });
}
