import { z } from "@hono/zod-openapi";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import type { Ingest } from "../../_shared/signals/ingest/accept.ts";
import { readBody } from "../../_shared/signals/protocol/body.ts";
import { SignalsBuilder } from "../../_shared/signals/protocol/context.ts";
import { parseJson } from "../../_shared/signals/protocol/envelope.ts";
import { addPlainEvents, plainBodySchema } from "../../_shared/signals/protocol/plain.ts";
import { Rejection } from "../../_shared/signals/protocol/rejection.ts";
import { answering } from "../answer.ts";
import { authenticate } from "../authenticate.ts";
import { documented } from "../documented.ts";

/** Plain JSON, for scripts and for languages without an SDK. */
export function eventsRoute(app: FunctionApp, ingest: Ingest): void {
  documented(app, {
    method: "post",
    path: "/api/{project}/events",
    summary: "Take one or several events in plain JSON",
    body: { type: "application/json", schema: plainBodySchema },
    answer: z.object({ id: z.string().optional(), ids: z.array(z.string()) }),
  });

  const handler = answering(async (c) => {
    const key = await authenticate(c, ingest);
    const body = await readBody(c.req.raw, ingest.budget);
    try {
      const raw = parseJson(body.bytes);
      if (raw === undefined) throw new Rejection(400, "the body is not valid JSON");
      const signals = new SignalsBuilder();
      const ids = addPlainEvents(raw, ingest.parseContext(key), signals);
      if (ids.length > 0) ingest.admitOrReject(key, "error", ids.length);
      await ingest.record(key, signals.build());
      return c.json({ id: ids[0], ids });
    } finally {
      body.release();
    }
  });
  app.post("/api/:project/events", handler);
  app.post("/api/:project/events/", handler);
}
