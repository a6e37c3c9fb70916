import { z } from "zod";
import type { Diagnosis } from "../../diagnose/diagnosis.ts";
import type { JsonObject } from "../../platform/json.ts";
import type { Action, ActionContext, Observation, Risk } from "../action.ts";
import { ActionError } from "../action-error.ts";
import { MINUTE_MS, nothingToUndo, phaseOf, SECOND_MS } from "../support/context.ts";
import { objectFact } from "../support/facts.ts";
import {
  observationOf,
  type PostgresOutcome,
  type PostgresTarget,
  type RelationState,
} from "../targets/postgres.ts";
import type { Targets } from "../targets/targets.ts";

/** Postgres cuts names at 63 bytes. */
export const identifier = z.string().min(1).max(63);
export const relationParameters = z.object({ schema: identifier, name: identifier });
export type RelationParameters = z.infer<typeof relationParameters>;

// pg_cron begins within seconds, before its version 1.5 at the next full minute. Verification waits until the work is seen to be done;
// this is only when it looks for the first time.
export const SCHEDULED_RECOVERY_MS = 3 * SECOND_MS;
export const MAINTENANCE_WINDOW_MS = 30 * MINUTE_MS;

/** The object that the diagnosis names by this fact. */
export function proposedRelation(diagnosis: Diagnosis, fact: string): RelationParameters | null {
  const found = relationParameters.safeParse(objectFact(diagnosis, fact));
  return found.success ? found.data : null;
}

/** The object as it is now, if it exists, is of this kind and may be touched. */
export async function captureRelation(
  { targets }: ActionContext<Targets>,
  schema: string,
  name: string,
  kinds: string[],
): Promise<RelationState> {
  const state = await targets.postgres.relation(schema, name);
  const label = `${schema}.${name}`;
  if (state.refusal !== null) throw new ActionError("refused", `${label}: ${state.refusal}.`);
  if (!state.found) throw new ActionError("not_applicable", `${label} does not exist.`);
  if (state.kind === null || !kinds.includes(state.kind)) {
    throw new ActionError(
      "not_applicable",
      `${label} is a ${state.kind ?? "thing"} and not a ${kinds.join(" or ")}.`,
    );
  }
  return state;
}

/** What is kept of an object before it is touched. */
export function relationBefore(state: RelationState): JsonObject {
  return { kind: state.kind, size_bytes: state.size_bytes, estimated_rows: state.estimated_rows };
}

/** Whether the change under the context's key took place. */
export async function observeEffect(
  { targets, idempotencyKey }: ActionContext<Targets>,
): Promise<Observation> {
  return observationOf(await targets.postgres.effect(idempotencyKey));
}

/** The outcome as the fix keeps it. An earlier try that failed in the background is told now. */
export async function settled(
  { targets, idempotencyKey }: ActionContext<Targets>,
  outcome: PostgresOutcome,
): Promise<JsonObject> {
  if (outcome.outcome === "already") {
    const effect = await targets.postgres.effect(idempotencyKey);
    if (effect?.state === "failed" || effect?.state === "missed") {
      throw new ActionError(
        "rejected",
        `The scheduled ${effect.operation} ${effect.state}. The cron log tells why.`,
      );
    }
  }
  const { count: _count, run_count: _runCount, reason: _reason, ...rest } = outcome;
  return { ...rest };
}

export interface MaintenanceSpec {
  name: string;
  title: string;
  description: string;
  risk: Risk;
  kinds: string[];
  propose(diagnosis: Diagnosis): RelationParameters | null;
  /** Throws when the object does not allow it. */
  check?(state: RelationState, label: string): void;
  run(postgres: PostgresTarget, key: string, parameters: RelationParameters): Promise<PostgresOutcome>;
  expectedRecoveryMs: number;
}

/**
 * Upkeep that a database needs anyway and that changes no data: there is nothing to undo, and doing it once more than
 * necessary only costs time.
 */
export function maintenanceAction(spec: MaintenanceSpec): Action<RelationParameters, Targets> {
  const { kinds, check, run, ...described } = spec;
  return {
    ...described,
    target: "postgres",
    reversible: true,
    parameters: relationParameters,
    verificationWindowMs: MAINTENANCE_WINDOW_MS,
    targetKey: ({ schema, name }) => `postgres:relation:${schema}.${name}`,
    async capture(context, { schema, name }) {
      const state = await captureRelation(context, schema, name, kinds);
      check?.(state, `${schema}.${name}`);
      return relationBefore(state);
    },
    async apply(context, parameters) {
      return await settled(context, await run(context.targets.postgres, context.idempotencyKey, parameters));
    },
    async observe(context) {
      return phaseOf(context) === "rollback" ? "applied" : await observeEffect(context);
    },
    rollback: nothingToUndo,
  };
}
