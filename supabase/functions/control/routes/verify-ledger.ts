import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { callRpc } from "../../_shared/platform/rpc.ts";
import { requireProject } from "../fixes.ts";
import { projectQuery } from "../schemas.ts";

const verdictSchema = z.object({
  valid: z.boolean(),
  checked_count: z.number().int(),
  first_broken_id: z.number().int().nullable(),
}).openapi("LedgerVerdict");

const route = createRoute({
  method: "get",
  path: "/ledger/verify",
  operationId: "verifyLedger",
  summary: "Recompute the hash chain of the audit log",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: { query: projectQuery },
  responses: answers(verdictSchema, "Whether any row was altered"),
});

export function verifyLedger(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project } = c.req.valid("query");
    const client = callerClient(c);
    await requireProject(client, project);
    return c.json(
      await callRpc(client, "verify_turning_points", { p_project_id: project }, verdictSchema),
      200,
    );
  });
}
