import { z } from "@hono/zod-openapi";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import type { Ingest } from "../../_shared/signals/ingest/accept.ts";
import { readBody } from "../../_shared/signals/protocol/body.ts";
import { get } from "../../_shared/signals/protocol/coerce.ts";
import { SignalsBuilder } from "../../_shared/signals/protocol/context.ts";
import { addTransaction } from "../../_shared/signals/protocol/items/transaction.ts";
import { normalizeEvent } from "../../_shared/signals/protocol/normalize.ts";
import { parseStoreBody } from "../../_shared/signals/protocol/store-body.ts";
import { answering } from "../answer.ts";
import { authenticate } from "../authenticate.ts";
import { documented } from "../documented.ts";

/** What Sentry SDKs sent before there were envelopes: one event. */
export function storeRoute(app: FunctionApp, ingest: Ingest): void {
  documented(app, {
    method: "post",
    path: "/api/{project}/store/",
    summary: "Take one event of a legacy SDK",
    body: { type: "application/json", schema: z.object({}).loose() },
    answer: z.object({ id: z.string() }),
  });

  const handler = answering(async (c) => {
    const key = await authenticate(c, ingest);
    const body = await readBody(c.req.raw, ingest.budget);
    try {
      const raw = parseStoreBody(body.bytes);
      const context = ingest.parseContext(key);
      const signals = new SignalsBuilder();
      const isTransaction = get(raw, "type") === "transaction";
      ingest.admitOrReject(key, isTransaction ? "transaction" : "error", 1);
      if (isTransaction) addTransaction(raw, context, signals.traffic);
      else signals.events.push(normalizeEvent(raw, context));
      await ingest.record(key, signals.build());
      return c.json({ id: signals.events[0]?.eventId ?? context.newId() });
    } finally {
      body.release();
    }
  });
  app.post("/api/:project/store/", handler);
  app.post("/api/:project/store", handler);
}
