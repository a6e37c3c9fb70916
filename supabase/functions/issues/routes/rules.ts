import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { projectIdSchema, reasonSchema } from "../../_shared/platform/http-schemas.ts";
import { callRpc } from "../../_shared/platform/rpc.ts";
import { printRules } from "../../_shared/signals/fingerprint/rules-text.ts";
import { projectRules, requireProject, ruleAnswerSchema, rulesInput, rulesOf } from "../rules.ts";
import { smallBody } from "../schemas.ts";

const answerSchema = z.object({
  rules: z.array(ruleAnswerSchema),
  text: z.string().openapi({ description: "The same rules as text, one a line." }),
}).openapi("FingerprintRules");

const readRoute = createRoute({
  method: "get",
  path: "/rules",
  operationId: "readRules",
  summary: "The fingerprint rules of a project, in their order",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: { query: z.object({ project: projectIdSchema }) },
  responses: answers(answerSchema, "The rules"),
});

const writeRoute = createRoute({
  method: "put",
  path: "/rules",
  operationId: "replaceRules",
  summary: "Replace the fingerprint rules of a project",
  description:
    "For operators. Later events follow them within ten seconds; issues that exist stay as they are. " +
    "See with /rules/preview first what would change.",
  security: security.userOrSecret,
  middleware: [smallBody, auth.userOrSecret] as const,
  request: {
    body: jsonBody(z.strictObject({ project: projectIdSchema, ...rulesInput, reason: reasonSchema })),
  },
  responses: answers(answerSchema, "The rules as they are now"),
});

export function listRules(app: FunctionApp): void {
  app.openapi(readRoute, async (c) => {
    const { project } = c.req.valid("query");
    const client = callerClient(c);
    await requireProject(client, project);
    const rules = await projectRules(client, project);
    return c.json({ rules, text: printRules(rules) }, 200);
  });
  app.openapi(writeRoute, async (c) => {
    const { project, reason, ...input } = c.req.valid("json");
    const client = callerClient(c);
    await callRpc(client, "replace_fingerprint_rules", {
      p_project_id: project,
      p_rules: rulesOf(input).map(({ enabled, matchers, fingerprint, title }) => ({
        enabled,
        matchers,
        fingerprint,
        title: title ?? null,
      })),
      p_note: reason,
    }, z.number().int());
    const rules = await projectRules(client, project);
    return c.json({ rules, text: printRules(rules) }, 200);
  });
}
