import { createRoute } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { moveFix } from "../fixes.ts";
import { fixParams, fixSchema, reasonBody } from "../schemas.ts";

const route = createRoute({
  method: "post",
  path: "/fixes/{fix}/approve",
  operationId: "approveFix",
  summary: "Let a proposed fix be applied",
  description: "The same as setting its state to approved in Studio or over REST.",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: { params: fixParams, body: jsonBody(reasonBody) },
  responses: answers(fixSchema, "The fix in its new state"),
});

export function approveFix(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { reason } = c.req.valid("json");
    return c.json(await moveFix(callerClient(c), c.req.valid("param").fix, "approved", reason), 200);
  });
}
