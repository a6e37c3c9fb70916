import type { Context } from "hono";
import type { FunctionEnv } from "../_shared/platform/http.ts";
import type { Ingest } from "../_shared/signals/ingest/accept.ts";
import type { IngestKey } from "../_shared/signals/ingest/key-directory.ts";
import { type Credentials, readKey } from "../_shared/signals/protocol/auth.ts";
import { projectOf } from "./answer.ts";

/** Everything in the request, without its body, that can name the key. */
export function credentialsOf(c: Context<FunctionEnv>): Credentials {
  return {
    sentryAuth: c.req.header("x-sentry-auth") ?? null,
    authorization: c.req.header("authorization") ?? null,
    queryKeys: c.req.queries("sentry_key") ?? [],
  };
}

/** The key of a request whose body cannot name one. @throws Rejection 403 */
export function authenticate(c: Context<FunctionEnv>, ingest: Ingest): Promise<IngestKey> {
  const project = projectOf(c);
  return ingest.authenticate(readKey(credentialsOf(c), project), project);
}
