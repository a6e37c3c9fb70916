import { z } from "@hono/zod-openapi";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import type { Ingest } from "../../_shared/signals/ingest/accept.ts";
import { readBody } from "../../_shared/signals/protocol/body.ts";
import { SignalsBuilder } from "../../_shared/signals/protocol/context.ts";
import { parseJson } from "../../_shared/signals/protocol/envelope.ts";
import { readCheckIn } from "../../_shared/signals/protocol/items/check-in.ts";
import { MAX_CHECK_IN_BYTES } from "../../_shared/signals/protocol/limits.ts";
import { Rejection } from "../../_shared/signals/protocol/rejection.ts";
import { answering } from "../answer.ts";
import { authenticate } from "../authenticate.ts";
import { documented } from "../documented.ts";

/** Longest interval and margin between heartbeats: a year. */
const MAX_SECONDS = 366 * 86_400;

const seconds = z.coerce.number().min(0).max(MAX_SECONDS);
const heartbeatSchema = z.object({
  status: z.enum(["ok", "error", "in_progress"]).default("ok"),
  check_in_id: z.string().max(64).optional(),
  duration_ms: z.coerce.number().min(0).optional(),
  environment: z.string().max(200).optional(),
  interval_seconds: seconds.optional().describe(
    "How often the job runs. Without it a missing heartbeat is not noticed.",
  ),
  margin_seconds: seconds.optional().describe("How late it may be."),
});

/** One heartbeat of a scheduled job: `curl -X POST '.../heartbeats/nightly-backup?sentry_key=...'` at its end. */
export function heartbeatRoute(app: FunctionApp, ingest: Ingest): void {
  documented(app, {
    method: "post",
    path: "/api/{project}/heartbeats/{slug}",
    summary: "Take a heartbeat; its fields may stand in a JSON body or in the query",
    params: { slug: z.string() },
    body: { type: "application/json", schema: heartbeatSchema },
    answer: z.object({ id: z.string() }),
  });

  const handler = answering(async (c) => {
    const key = await authenticate(c, ingest);
    const body = await readBody(c.req.raw, ingest.budget);
    try {
      if (body.bytes.length > MAX_CHECK_IN_BYTES) throw new Rejection(413, "a heartbeat is small");
      const sent = body.bytes.length > 0 ? parseJson(body.bytes) : {};
      const parsed = heartbeatSchema.safeParse(
        typeof sent === "object" && sent !== null && !Array.isArray(sent)
          ? { ...c.req.query(), ...sent }
          : sent,
      );
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        throw new Rejection(400, `invalid heartbeat: ${issue?.path.join(".") || "body"}: ${issue?.message}`);
      }
      const { interval_seconds: interval, margin_seconds: margin, duration_ms: duration, ...fields } =
        parsed.data;
      const heartbeat = readCheckIn({
        ...fields,
        monitor_slug: c.req.param("slug"),
        duration: duration === undefined ? undefined : duration / 1000,
      }, ingest.parseContext(key));
      if (!heartbeat) throw new Rejection(400, "the path names no monitor");
      ingest.admitOrReject(key, "monitor", 1);
      const signals = new SignalsBuilder();
      signals.heartbeats.push({
        ...heartbeat,
        intervalSeconds: interval ? Math.max(1, Math.round(interval)) : null,
        marginSeconds: margin === undefined ? null : Math.round(margin),
      });
      await ingest.record(key, signals.build());
      return c.json({ id: heartbeat.checkInId });
    } finally {
      body.release();
    }
  });
  app.post("/api/:project/heartbeats/:slug", handler);
  app.post("/api/:project/heartbeats/:slug/", handler);
}
