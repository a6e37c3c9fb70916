import { z } from "zod";
import type { Action } from "../action.ts";
import { MINUTE_MS, nothingToUndo, SECOND_MS } from "../support/context.ts";
import type { Targets } from "../targets/targets.ts";
import {
  backendOf,
  captureSession,
  observeSession,
  proposedSession,
  sameInstant,
  sessionBefore,
  sessionKey,
  type SessionParameters,
  sessionParameters,
} from "./session.ts";

const beforeSchema = z.object({ query_started_at: z.string() });

/**
 * Guarded: the client gets SQLSTATE 57014 and has to try again. Reversible with nothing to undo: a cancelled statement
 * changes no data, and the session lives on.
 */
export const cancelQuery: Action<SessionParameters, Targets> = {
  name: "postgres.cancel-query",
  title: "Cancel the runaway query",
  description:
    "Cancels one running statement of one session. The session stays connected; nothing is committed.",
  target: "postgres",
  risk: "guarded",
  reversible: true,
  parameters: sessionParameters,
  expectedRecoveryMs: 2 * SECOND_MS,
  verificationWindowMs: 10 * MINUTE_MS,
  targetKey: sessionKey,
  propose: (diagnosis) => diagnosis.facts.session_state === "active" ? proposedSession(diagnosis) : null,
  async capture(context, parameters) {
    return sessionBefore(
      await captureSession(
        context,
        parameters,
        (now) => now.state === "active",
        "runs no statement any more",
      ),
    );
  },
  async apply({ targets, idempotencyKey }, parameters, before) {
    const { query_started_at } = beforeSchema.parse(before);
    const { outcome } = await targets.postgres.cancelQuery(
      idempotencyKey,
      backendOf(parameters),
      query_started_at,
    );
    return { outcome };
  },
  observe(context, parameters, before) {
    const { query_started_at } = beforeSchema.parse(before);
    return observeSession(
      context,
      parameters,
      (now) => now.state === "active" && sameInstant(now.query_started_at, query_started_at),
    );
  },
  rollback: nothingToUndo,
};
