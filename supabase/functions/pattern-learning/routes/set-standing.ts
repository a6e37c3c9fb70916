import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import { failures } from "../../_shared/platform/errors.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { reasonSchema } from "../../_shared/platform/http-schemas.ts";
import { callRpc } from "../../_shared/platform/rpc.ts";
import { requirePattern } from "../patterns.ts";
import { slugParams, standingSchema, summarySchema } from "../schemas.ts";

const route = createRoute({
  method: "put",
  path: "/patterns/{slug}/standing",
  operationId: "setPatternStanding",
  summary: "Put a pattern in force, or take it out of force, for every project",
  description:
    "For whoever runs the installation. What is taken out by hand stays out; what is put in is judged by its outcomes.",
  security: security.secret,
  middleware: [auth.secret] as const,
  request: {
    params: slugParams,
    body: jsonBody(z.strictObject({ status: standingSchema, reason: reasonSchema })),
  },
  responses: answers(summarySchema, "The pattern as it stands now"),
});

export function setStanding(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { slug } = c.req.valid("param");
    const { status, reason } = c.req.valid("json");
    const client = callerClient(c);
    const before = await requirePattern(client, slug);
    const changed = await callRpc(client, "change_pattern", {
      p_slug: slug,
      p_changes: { status, held: status === "deprecated", expected_status: before.status },
      p_reason: reason,
    }, z.boolean());
    if (!changed) throw failures.conflict("Its standing has changed meanwhile. Read it and decide again.");
    return c.json(summarySchema.parse(await requirePattern(client, slug)), 200);
  });
}
