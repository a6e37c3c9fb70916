import { z } from "@hono/zod-openapi";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { type Ingest, tooMany } from "../../_shared/signals/ingest/accept.ts";
import { type Limited, rateLimitHeaders } from "../../_shared/signals/ingest/rate-limit.ts";
import { readKey } from "../../_shared/signals/protocol/auth.ts";
import { readBody } from "../../_shared/signals/protocol/body.ts";
import { get, hexId } from "../../_shared/signals/protocol/coerce.ts";
import { SignalsBuilder } from "../../_shared/signals/protocol/context.ts";
import { parseEnvelope } from "../../_shared/signals/protocol/envelope.ts";
import { addItems } from "../../_shared/signals/protocol/items/items.ts";
import { answering, projectOf } from "../answer.ts";
import { credentialsOf } from "../authenticate.ts";
import { documented } from "../documented.ts";

const MAX_PROBLEMS_TOLD = 5;

/** What every current Sentry SDK sends. */
export function envelopeRoute(app: FunctionApp, ingest: Ingest): void {
  const path = "/api/:project/envelope/";
  documented(app, {
    method: "post",
    path: "/api/{project}/envelope/",
    summary: "Take a Sentry envelope",
    body: { type: "application/x-sentry-envelope", schema: z.string() },
    answer: z.object({ id: z.string().optional(), problems: z.array(z.string()).optional() }),
  });

  const handler = answering(async (c) => {
    const project = projectOf(c);
    const credentials = credentialsOf(c);
    // Known before the body is read: whoever has no key shall not make us read one.
    const early = readKey(credentials, project);
    const known = early === null ? null : await ingest.authenticate(early, project);

    const body = await readBody(c.req.raw, ingest.budget);
    try {
      const envelope = parseEnvelope(body.bytes);
      const dsn = get(envelope.header, "dsn");
      const key = known !== null && dsn === undefined
        ? known
        : await ingest.authenticate(readKey({ ...credentials, dsn }, project), project);

      const limited: Limited = new Map();
      let admitted = 0;
      const signals = new SignalsBuilder();
      addItems(envelope, ingest.parseContext(key), signals, (category, count) => {
        const ok = ingest.admit(key, category, limited, count);
        if (ok) admitted += 1;
        return ok;
      });
      if (limited.size > 0 && admitted === 0) throw tooMany(limited);
      await ingest.record(key, signals.build());

      const id = signals.events[0]?.eventId ?? hexId(get(envelope.header, "event_id"));
      const problems = [...signals.problems, ...(envelope.broken === null ? [] : [envelope.broken])];
      const answer = {
        ...(id === null ? {} : { id }),
        // Parts that were left out; SDKs do not look at it, people who search for a lost event do.
        ...(problems.length === 0 ? {} : { problems: problems.slice(0, MAX_PROBLEMS_TOLD) }),
      };
      return c.json(answer, 200, rateLimitHeaders(limited));
    } finally {
      body.release();
    }
  });
  app.post(path, handler);
  app.post("/api/:project/envelope", handler);
}
