import { Failure } from "../../platform/errors.ts";
import { ActionError } from "../action-error.ts";

/**
 * What wraps one outgoing call: the circuit breaker of its target. Policies of `platform/policies.ts` fit, made with
 * `retries: 0`, because only the adapter knows whether sending again is safe, and with a time-out that is longer than the
 * request's own.
 */
export interface CallPolicy {
  execute<T>(call: () => Promise<T>): Promise<T>;
}

/** The policy for a target by name, e.g. `webhook:hooks.example.com`. */
export type PolicyOf = (name: string) => CallPolicy;

type Result<T> = { value: T } | { refusal: ActionError };

/**
 * Runs a call under a policy. A refusal proves that the other side works, so the breaker does not see it as a failure; what the
 * policy itself throws becomes an `ActionError`.
 */
export async function underPolicy<T>(policy: CallPolicy | null, call: () => Promise<T>): Promise<T> {
  if (!policy) return await call();
  let result: Result<T>;
  try {
    result = await policy.execute(() => settle(call));
  } catch (error) {
    throw translated(error);
  }
  if ("refusal" in result) throw result.refusal;
  return result.value;
}

async function settle<T>(call: () => Promise<T>): Promise<Result<T>> {
  try {
    return { value: await call() };
  } catch (error) {
    if (error instanceof ActionError && error.code !== "unreachable" && error.code !== "uncertain") {
      return { refusal: error };
    }
    throw error;
  }
}

function translated(error: unknown): unknown {
  if (!(error instanceof Failure)) return error;
  // Cut off while it ran: it may have arrived. Suspended: it was never sent.
  if (error.code === "timeout") return new ActionError("uncertain", error.message);
  if (error.code !== "unavailable") return error;
  return new ActionError("unreachable", error.message, { retryAfterSeconds: error.retryAfterSeconds });
}
