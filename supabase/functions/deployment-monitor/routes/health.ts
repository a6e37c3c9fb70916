import { createRoute, z } from "@hono/zod-openapi";
import { monitoredProjects } from "../../_shared/deployments/store.ts";
import { adminClient, auth, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";

const healthSchema = z.object({ status: z.literal("ok"), projects: z.number().int() }).openapi(
  "MonitorHealth",
);

const route = createRoute({
  method: "get",
  path: "/health",
  operationId: "readMonitorHealth",
  summary: "Whether the monitor reaches the database, and how many projects it watches",
  security: security.secret,
  middleware: [auth.secret] as const,
  responses: answers(healthSchema, "It does"),
});

export function readMonitorHealth(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const projects = await monitoredProjects(adminClient(), new Date());
    return c.json({ status: "ok" as const, projects: projects.length }, 200);
  });
}
