import type { Action } from "../action.ts";
import { MINUTE_MS, nothingToUndo, SECOND_MS } from "../support/context.ts";
import type { BackendState } from "../targets/postgres.ts";
import type { Targets } from "../targets/targets.ts";
import {
  backendOf,
  captureSession,
  observeSession,
  proposedSession,
  sessionBefore,
  sessionKey,
  type SessionParameters,
  sessionParameters,
} from "./session.ts";

/** A transaction that is idle this long has lost its client or waits for something outside the database. */
const MIN_IDLE_SECONDS = 5;

/**
 * Guarded: the client loses its connection and what it had not committed. Reversible with nothing to undo: the database is
 * then as if the client had gone away, and pools reconnect.
 */
export const endIdleSession: Action<SessionParameters, Targets> = {
  name: "postgres.end-idle-session",
  title: "End the idle transaction",
  description:
    "Ends a session that holds a transaction open without doing anything, so that its locks are released.",
  target: "postgres",
  risk: "guarded",
  reversible: true,
  parameters: sessionParameters,
  expectedRecoveryMs: 2 * SECOND_MS,
  verificationWindowMs: 10 * MINUTE_MS,
  targetKey: sessionKey,
  propose(diagnosis) {
    const state = diagnosis.facts.session_state;
    return typeof state === "string" && state.startsWith("idle in transaction")
      ? proposedSession(diagnosis)
      : null;
  },
  async capture(context, parameters) {
    return sessionBefore(
      await captureSession(context, parameters, isIdle, "is no longer idle in a transaction"),
    );
  },
  async apply({ targets, idempotencyKey }, parameters) {
    const { outcome } = await targets.postgres.endSession(
      idempotencyKey,
      backendOf(parameters),
      "idle_in_transaction",
      MIN_IDLE_SECONDS,
    );
    return { outcome };
  },
  observe: (context, parameters) => observeSession(context, parameters, isIdle),
  rollback: nothingToUndo,
};

function isIdle({ state, state_seconds }: BackendState): boolean {
  return (state?.startsWith("idle in transaction") ?? false) && (state_seconds ?? 0) >= MIN_IDLE_SECONDS;
}
