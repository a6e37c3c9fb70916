import type { JsonObject } from "../../platform/json.ts";
import type { ActionContext } from "../action.ts";

export type Phase = "apply" | "rollback";

/** The idempotency key of a phase of this fix: a rollback needs the one under which the fix was applied. */
export function keyOf(context: Pick<ActionContext, "fixId">, phase: Phase): string {
  return `fix:${context.fixId}:${phase}`;
}

/** The phase that is going on, which is also the one that `observe` is asked about. */
export function phaseOf(context: Pick<ActionContext, "idempotencyKey">): Phase {
  return context.idempotencyKey.endsWith(":rollback") ? "rollback" : "apply";
}

/**
 * The rollback of actions that leave nothing behind: the state after them is one that the system also reaches by itself.
 * They count as reversible, because taking them back is doing nothing.
 */
export function nothingToUndo(): Promise<JsonObject> {
  return Promise.resolve({ undone: "nothing" });
}

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
