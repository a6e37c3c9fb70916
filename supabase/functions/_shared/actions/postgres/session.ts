import { z } from "zod";
import type { Diagnosis } from "../../diagnose/diagnosis.ts";
import type { JsonObject } from "../../platform/json.ts";
import type { ActionContext, Observation } from "../action.ts";
import { ActionError } from "../action-error.ts";
import { phaseOf } from "../support/context.ts";
import { numberFact, textFact } from "../support/facts.ts";
import { type Backend, type BackendState, observationOf } from "../targets/postgres.ts";
import type { Targets } from "../targets/targets.ts";

/** A session by pid and start, so that a pid which has been given to somebody else is never hit. */
export const sessionParameters = z.object({
  pid: z.int().positive(),
  backend_started_at: z.iso.datetime({ offset: true }),
});
export type SessionParameters = z.infer<typeof sessionParameters>;

export function sessionKey({ pid, backend_started_at }: SessionParameters): string {
  return `postgres:session:${pid}:${backend_started_at}`;
}

export function backendOf({ pid, backend_started_at }: SessionParameters): Backend {
  return { pid, backendStartedAt: backend_started_at };
}

/** The session that the diagnosis points at. */
export function proposedSession(diagnosis: Diagnosis): SessionParameters | null {
  const found = sessionParameters.safeParse({
    pid: numberFact(diagnosis, "pid"),
    backend_started_at: textFact(diagnosis, "backend_started_at"),
  });
  return found.success ? found.data : null;
}

/** The session as it is now, if it exists and may be touched. */
export async function captureSession(
  { targets }: ActionContext<Targets>,
  parameters: SessionParameters,
  applies: (state: BackendState) => boolean,
  otherwise: string,
): Promise<BackendState> {
  const state = await targets.postgres.backend(backendOf(parameters));
  if (!state.found) throw new ActionError("not_applicable", `Session ${parameters.pid} has ended by itself.`);
  if (state.refusal !== null) {
    throw new ActionError("refused", `Session ${parameters.pid}: ${state.refusal}.`);
  }
  if (!applies(state)) throw new ActionError("not_applicable", `Session ${parameters.pid} ${otherwise}.`);
  return state;
}

/** What is kept of the session before it is touched. */
export function sessionBefore(state: BackendState): JsonObject {
  return {
    state: state.state,
    application_name: state.application_name,
    query_started_at: state.query_started_at,
    query_seconds: state.query_seconds,
    transaction_seconds: state.transaction_seconds,
    blocked_count: state.blocked_count,
  };
}

/**
 * Signals leave no trace in the session they end. So: applied when our record says so, or when what was to be ended is gone,
 * be it by our signal (before a crash kept the record from being written) or by itself.
 */
export async function observeSession(
  context: ActionContext<Targets>,
  parameters: SessionParameters,
  isStillThere: (state: BackendState) => boolean,
): Promise<Observation> {
  if (phaseOf(context) === "rollback") return "applied";
  const effect = await context.targets.postgres.effect(context.idempotencyKey);
  if (effect !== null) return observationOf(effect);
  const state = await context.targets.postgres.backend(backendOf(parameters));
  return state.found && isStillThere(state) ? "not_applied" : "applied";
}

/** Two timestamps of the database, whatever their notation. */
export function sameInstant(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && Date.parse(a) === Date.parse(b);
}
