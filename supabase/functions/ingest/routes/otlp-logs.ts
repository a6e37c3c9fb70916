import { z } from "@hono/zod-openapi";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import type { Ingest } from "../../_shared/signals/ingest/accept.ts";
import { readBody } from "../../_shared/signals/protocol/body.ts";
import { SignalsBuilder } from "../../_shared/signals/protocol/context.ts";
import { parseJson } from "../../_shared/signals/protocol/envelope.ts";
import { addOtlpLogs } from "../../_shared/signals/protocol/otlp.ts";
import { Rejection } from "../../_shared/signals/protocol/rejection.ts";
import { answering } from "../answer.ts";
import { authenticate } from "../authenticate.ts";
import { documented } from "../documented.ts";

/** OTLP/HTTP logs in JSON. Exporters append `/v1/logs` to the endpoint that they are given. */
export function otlpLogsRoute(app: FunctionApp, ingest: Ingest): void {
  documented(app, {
    method: "post",
    path: "/api/{project}/otlp/v1/logs",
    summary: "Take OpenTelemetry logs; those of severity ERROR and above become events",
    body: { type: "application/json", schema: z.object({ resourceLogs: z.array(z.unknown()) }) },
    answer: z.object({
      partialSuccess: z.object({ rejectedLogRecords: z.string(), errorMessage: z.string() }).optional(),
    }),
  });

  const handler = answering(async (c) => {
    const key = await authenticate(c, ingest);
    if (/protobuf/i.test(c.req.header("content-type") ?? "")) {
      throw new Rejection(415, "protobuf is not read here: set OTEL_EXPORTER_OTLP_PROTOCOL=http/json");
    }
    const body = await readBody(c.req.raw, ingest.budget);
    try {
      const signals = new SignalsBuilder();
      const answer = addOtlpLogs(parseJson(body.bytes), ingest.parseContext(key), signals);
      if (signals.events.length > 0) ingest.admitOrReject(key, "log_item", signals.events.length);
      await ingest.record(key, signals.build());
      return c.json(answer);
    } finally {
      body.release();
    }
  });
  app.post("/api/:project/otlp/v1/logs", handler);
  app.post("/api/:project/otlp/v1/logs/", handler);
  app.post("/api/:project/v1/logs", handler);
}
