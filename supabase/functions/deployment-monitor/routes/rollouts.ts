import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { projectIdSchema } from "../../_shared/platform/http-schemas.ts";
import { parseAnswer } from "../../_shared/platform/rpc.ts";
import { JUDGEMENT_COLUMNS, judgementSchema } from "../schemas.ts";

const route = createRoute({
  method: "get",
  path: "/rollouts",
  operationId: "listRolloutJudgements",
  summary: "What is thought of each stage of gradual rollouts, latest first",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: {
    query: z.object({
      project: projectIdSchema,
      subject: z.string().max(300).optional().openapi({ example: "deployment:12" }),
      limit: z.coerce.number().int().min(1).max(100).default(20),
    }),
  },
  responses: answers(z.object({ judgements: z.array(judgementSchema) }), "The judgements"),
});

export function listJudgements(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project, subject, limit } = c.req.valid("query");
    let rows = callerClient(c).from("canary_judgements").select(JUDGEMENT_COLUMNS).eq("project_id", project);
    if (subject) rows = rows.eq("subject", subject);
    const found = await rows.order("stage_started_at", { ascending: false }).order("id", { ascending: false })
      .limit(limit);
    return c.json({ judgements: parseAnswer(found, z.array(judgementSchema), "canary_judgements") }, 200);
  });
}
