import { resolveEnv } from "@supabase/server/core";
import { env } from "../_shared/platform/env.ts";
import { failures } from "../_shared/platform/errors.ts";
import { createFunction, type FunctionApp, type FunctionOptions } from "../_shared/platform/http.ts";
import { Ingest } from "../_shared/signals/ingest/accept.ts";
import { databaseKeys } from "../_shared/signals/ingest/key-directory.ts";
import { type DatabaseAccess, recordBatch } from "../_shared/signals/ingest/store.ts";
import { envelopeRoute } from "./routes/envelope.ts";
import { eventsRoute } from "./routes/events.ts";
import { healthRoute } from "./routes/health.ts";
import { heartbeatRoute } from "./routes/heartbeat.ts";
import { otlpLogsRoute } from "./routes/otlp-logs.ts";
import { storeRoute } from "./routes/store.ts";

/** The application, around what the routes share; tests bring their own. */
export function createApp(ingest: Ingest, options: Partial<FunctionOptions> = {}): FunctionApp {
  const app = createFunction({
    name: "ingest",
    summary: "Takes what SDKs send: Sentry envelopes, OTLP logs, plain JSON, heartbeats.",
    // Bodies are compressed: the routes bound them before and after decompression.
    maxBodyBytes: null,
    // Browsers of any site send their errors here; the key decides, not the origin.
    env: () => ({ ...env(), allowedOrigins: ["*"] }),
    ...options,
  });
  healthRoute(app);
  envelopeRoute(app, ingest);
  storeRoute(app, ingest);
  otlpLogsRoute(app, ingest);
  eventsRoute(app, ingest);
  heartbeatRoute(app, ingest);
  return app;
}

let access: DatabaseAccess | undefined;

/** Where the database is, read on first use so that importing this module needs no environment. */
function databaseAccess(): DatabaseAccess {
  if (access) return access;
  const { data, error } = resolveEnv();
  const secretKey = data?.secretKeys.default ?? Object.values(data?.secretKeys ?? {})[0];
  if (!data || secretKey === undefined) {
    throw failures.misconfigured("No secret key of the Supabase project is set.", { cause: error });
  }
  access = { url: data.url.replace(/\/+$/, ""), secretKey };
  return access;
}

export const app = createApp(
  new Ingest({
    keys: databaseKeys(databaseAccess),
    write: (rows) => recordBatch(databaseAccess(), rows),
    userHashKey: () => env().userHashKey,
    onWriteFailure: (failure) =>
      console.error(
        JSON.stringify({ level: "error", function: "ingest", kind: failure.kind, message: failure.message }),
      ),
  }),
);
