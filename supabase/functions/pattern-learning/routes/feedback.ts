import { createRoute, z } from "@hono/zod-openapi";
import { loadStats, refreshStandings } from "../../_shared/learn/patterns/standing.ts";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { reasonSchema } from "../../_shared/platform/http-schemas.ts";
import { callRpc } from "../../_shared/platform/rpc.ts";
import { requirePattern } from "../patterns.ts";
import { issueIdSchema, slugParams, standingSchema } from "../schemas.ts";

const heardSchema = z.object({
  recorded: z.boolean().openapi({ description: "False: about this issue it had been judged before." }),
  confidence: z.number(),
  status: standingSchema,
}).openapi("PatternFeedback");

const route = createRoute({
  method: "post",
  path: "/patterns/{slug}/feedback",
  operationId: "givePatternFeedback",
  summary: "Say whether a pattern was right about an issue",
  description:
    "For operators, about an issue that was diagnosed with it. An opinion weighs less than an outcome.",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: {
    params: slugParams,
    body: jsonBody(z.strictObject({ issue: issueIdSchema, right: z.boolean(), reason: reasonSchema })),
  },
  responses: answers(heardSchema, "How the pattern stands now"),
});

export function giveFeedback(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { slug } = c.req.valid("param");
    const { issue, right, reason } = c.req.valid("json");
    const client = callerClient(c);
    const recorded = await callRpc(client, "give_pattern_feedback", {
      p_slug: slug,
      p_issue_id: issue,
      p_is_right: right,
      p_reason: reason,
    }, z.boolean());
    // Standings are computed over all projects' outcomes, which the caller's own rights do not reach.
    const admin = c.var.supabaseContext.supabaseAdmin;
    await refreshStandings(admin, await loadStats(admin, [slug]), new Date());
    const { confidence, status } = await requirePattern(client, slug);
    return c.json({ recorded, confidence, status }, 200);
  });
}
