import { createRoute, z } from "@hono/zod-openapi";
import { runMonitor } from "../../_shared/deployments/shell/monitor.ts";
import { auth, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { inBackground } from "../../_shared/platform/http-background.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { projectIdSchema } from "../../_shared/platform/http-schemas.ts";
import { world } from "../world.ts";

const runSchema = z.object({
  accepted: z.literal(true),
  run: z.object({
    projects: z.number(),
    checked: z.number(),
    new_versions: z.number(),
    logged_minutes: z.number(),
    rollouts: z.number(),
    learnt: z.number(),
    blamed: z.number(),
    failures: z.number(),
  }).nullable().openapi({ description: "What was found; null unless the caller waited." }),
}).openapi("MonitorRun");

const route = createRoute({
  method: "post",
  path: "/run",
  operationId: "runDeploymentMonitor",
  summary: "Look at the deployments of every project, or of one",
  description: "Called by pg_cron every two minutes. Answers at once; with wait=true when the run is over.",
  security: security.automations,
  middleware: [auth.automations] as const,
  request: { query: z.object({ wait: z.stringbool().default(false), project: projectIdSchema.optional() }) },
  responses: answers(runSchema, "The run was taken on"),
});

export function runNow(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { wait, project } = c.req.valid("query");
    const run = runMonitor(world(), project ?? null);
    if (wait) return c.json({ accepted: true as const, run: await run }, 200);
    inBackground(run);
    return c.json({ accepted: true as const, run: null }, 200);
  });
}
