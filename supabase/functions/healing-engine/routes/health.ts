import { createRoute, z } from "@hono/zod-openapi";
import { adminClient, auth, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { jobQueue } from "../../_shared/platform/jobs.ts";

const healthSchema = z.object({
  status: z.literal("ok"),
  next_job_at: z.iso.datetime().nullable().openapi({ description: "When the oldest queued job is due." }),
}).openapi("EngineHealth");

const route = createRoute({
  method: "get",
  path: "/health",
  operationId: "readEngineHealth",
  summary: "Whether the engine reaches its queue",
  security: security.secret,
  middleware: [auth.secret] as const,
  responses: answers(healthSchema, "The queue answers"),
});

export function readHealth(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const nextAt = await jobQueue(adminClient(), "health", 0).nextAt();
    return c.json({ status: "ok" as const, next_job_at: nextAt?.toISOString() ?? null }, 200);
  });
}
