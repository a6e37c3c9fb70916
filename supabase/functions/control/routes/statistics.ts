import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { projectIdSchema, timestampSchema } from "../../_shared/platform/http-schemas.ts";
import { callRpc } from "../../_shared/platform/rpc.ts";
import { requireProject } from "../fixes.ts";

const DAY_MS = 86_400_000;
/** Issues and fixes are kept for good, but nobody compares years; the bound keeps the query cheap. */
const MAX_DAYS = 366;

const counts = z.record(z.string(), z.number().int());
const statisticsSchema = z.object({
  since: timestampSchema,
  issues_count: z.number().int(),
  fixes: counts.openapi({ description: "By state." }),
  decisions: counts.openapi({ description: "By verdict." }),
  success_rate: z.number().nullable().openapi({
    description: "Of fixes with a clear outcome; null without any.",
  }),
  mttd_ms: z.number().nullable().openapi({
    description: "Mean time from an issue's first event to its decision.",
  }),
  mttr_ms: z.number().nullable().openapi({
    description: "Mean time from an issue's first event to its being healed.",
  }),
  by_action: z.array(z.object({
    action: z.string(),
    fixes_count: z.number().int(),
    succeeded_count: z.number().int(),
    rolled_back_count: z.number().int(),
  })),
}).openapi("Statistics");

const route = createRoute({
  method: "get",
  path: "/statistics",
  operationId: "readStatistics",
  summary: "How well healing has worked in a project",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: {
    query: z.object({
      project: projectIdSchema,
      days: z.coerce.number().int().min(1).max(MAX_DAYS).default(7),
    }),
  },
  responses: answers(statisticsSchema, "Since the given number of days"),
});

export function readStatistics(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project, days } = c.req.valid("query");
    const client = callerClient(c);
    await requireProject(client, project);
    const result = await callRpc(client, "healing_statistics", {
      p_project_id: project,
      p_since: new Date(Date.now() - days * DAY_MS).toISOString(),
    }, statisticsSchema);
    return c.json(result, 200);
  });
}
