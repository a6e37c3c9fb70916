import { createRoute, z } from "@hono/zod-openapi";
import { secretUnless, security } from "../../_shared/platform/auth.ts";
import type { Env } from "../../_shared/platform/env.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { failureAnswers } from "../../_shared/platform/http-openapi.ts";
import { PROMETHEUS_CONTENT_TYPE, renderPrometheus } from "../../_shared/platform/http-prometheus.ts";
import { callRpc } from "../../_shared/platform/rpc.ts";
import { familiesOf } from "../families.ts";
import { snapshotSchema } from "../snapshot.ts";

const route = (env: () => Env) =>
  createRoute({
    method: "get",
    path: "/",
    operationId: "readMetrics",
    summary: "Everything that is counted, for Prometheus",
    description:
      "The secret key goes into `apikey` or `Authorization: Bearer`; none is needed with PRUNELLA_METRICS_PUBLIC.",
    security: security.secret,
    middleware: [secretUnless(() => env().metricsPublic)] as const,
    responses: {
      200: { description: "Text format 0.0.4", content: { "text/plain": { schema: z.string() } } },
      ...failureAnswers,
    },
  });

export function readMetrics(app: FunctionApp, env: () => Env): void {
  app.openapi(route(env), async (c) => {
    const snapshot = await callRpc(
      c.var.supabaseContext.supabaseAdmin,
      "metrics_snapshot",
      {},
      snapshotSchema,
    );
    const text = renderPrometheus(familiesOf(snapshot));
    return c.text(text, 200, { "content-type": PROMETHEUS_CONTENT_TYPE, "cache-control": "no-store" });
  });
}
