import type { Context } from "hono";
import type { FunctionEnv } from "../_shared/platform/http.ts";
import { Rejection } from "../_shared/signals/protocol/rejection.ts";

type Handler = (c: Context<FunctionEnv>) => Promise<Response>;

/** Answers what a route refuses as Sentry does, `{ "detail": ... }`, so that SDKs can log the reason. */
export function answering(handler: Handler): Handler {
  return async (c) => {
    try {
      return await handler(c);
    } catch (error) {
      if (!(error instanceof Rejection)) throw error;
      return c.json({ detail: error.detail }, error.status, error.headers);
    }
  };
}

/** Ids are Postgres bigints; longer ones cannot exist. */
const PROJECT_ID = /^[1-9]\d{0,17}$/;

/** The project's id in the path. @throws Rejection 404 */
export function projectOf(c: Context<FunctionEnv>): string {
  const project = c.req.param("project") ?? "";
  if (!PROJECT_ID.test(project)) throw new Rejection(404, "there is no such project: its id is a number");
  return project;
}
