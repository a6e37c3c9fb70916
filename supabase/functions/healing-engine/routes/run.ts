import { createRoute, z } from "@hono/zod-openapi";
import { runEngine } from "../../_shared/engine.ts";
import { adminClient, auth, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { inBackground, isolateEnds, pause } from "../../_shared/platform/http-background.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { jobQueue } from "../../_shared/platform/jobs.ts";
import { world } from "../world.ts";

/** An edge function lives 150 s; the next minute's sweep comes after 60. */
const RUN_MS = 55_000;
/** Longer than the longest call of a target (30 s) and the margin before it. */
const LEASE_SECONDS = 90;

const runSchema = z.object({
  accepted: z.literal(true),
  run: z.object({ done: z.number(), postponed: z.number(), failed: z.number() }).nullable()
    .openapi({ description: "What was done; null unless the caller waited." }),
}).openapi("Run");

const route = createRoute({
  method: "post",
  path: "/run",
  operationId: "runEngine",
  summary: "Work off what is due",
  description: "Answers at once and works in the background. With wait=true it answers when the run is over.",
  security: security.automations,
  middleware: [auth.automations] as const,
  request: { query: z.object({ wait: z.stringbool().default(false) }) },
  responses: answers(runSchema, "The run was taken on"),
});

export function runNow(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const run = start();
    if (c.req.valid("query").wait) return c.json({ accepted: true as const, run: await run }, 200);
    inBackground(run);
    return c.json({ accepted: true as const, run: null }, 200);
  });
}

function start() {
  const now = () => new Date();
  const ends = isolateEnds();
  return runEngine({
    queue: jobQueue(adminClient(), `engine-${crypto.randomUUID()}`, LEASE_SECONDS),
    world: world(),
    now,
    wait: (ms) => pause(ms, ends),
    isOver: () => ends.aborted,
    deadline: new Date(now().getTime() + RUN_MS),
    onFailure: (job, error) =>
      console.error(JSON.stringify({ level: "error", what: `job ${job.kind} failed`, job: job.id, error })),
  });
}
