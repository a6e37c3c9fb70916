import type { Action } from "../action.ts";
import { ActionError } from "../action-error.ts";
import { MINUTE_MS, SECOND_MS } from "../support/context.ts";
import { numberFact } from "../support/facts.ts";
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

/** Shorter transactions end by themselves before a human has read the proposal. */
const MIN_TRANSACTION_SECONDS = 30;

/**
 * Dangerous and irreversible, so never automatic: the session works, and hours of a migration or a batch may be lost, which
 * nothing gives back.
 */
export const endBlockingSession: Action<SessionParameters, Targets> = {
  name: "postgres.end-blocking-session",
  title: "End the session that blocks others",
  description: "Ends a working session whose locks others wait for. What it has not committed is lost.",
  target: "postgres",
  risk: "dangerous",
  reversible: false,
  parameters: sessionParameters,
  expectedRecoveryMs: 2 * SECOND_MS,
  verificationWindowMs: 10 * MINUTE_MS,
  targetKey: sessionKey,
  propose(diagnosis) {
    const isBlocking = (numberFact(diagnosis, "blocked_count") ?? 0) > 0;
    return isBlocking && diagnosis.facts.session_state === "active" ? proposedSession(diagnosis) : null;
  },
  async capture(context, parameters) {
    return sessionBefore(
      await captureSession(context, parameters, (now) => now.blocked_count > 0, "blocks nobody any more"),
    );
  },
  async apply({ targets, idempotencyKey }, parameters) {
    const { outcome } = await targets.postgres.endSession(
      idempotencyKey,
      backendOf(parameters),
      "blocking",
      MIN_TRANSACTION_SECONDS,
    );
    return { outcome };
  },
  observe: (context, parameters) => observeSession(context, parameters, (now) => now.blocked_count > 0),
  rollback() {
    return Promise.reject(new ActionError("refused", "An ended session cannot be brought back."));
  },
};
