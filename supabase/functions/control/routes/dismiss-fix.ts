import { createRoute } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { moveFix } from "../fixes.ts";
import { fixParams, fixSchema, reasonBody } from "../schemas.ts";

const route = createRoute({
  method: "post",
  path: "/fixes/{fix}/dismiss",
  operationId: "dismissFix",
  summary: "Refuse a proposed fix",
  description: "It is not proposed again for this issue.",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: { params: fixParams, body: jsonBody(reasonBody) },
  responses: answers(fixSchema, "The fix in its new state"),
});

export function dismissFix(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { reason } = c.req.valid("json");
    return c.json(await moveFix(callerClient(c), c.req.valid("param").fix, "dismissed", reason), 200);
  });
}
