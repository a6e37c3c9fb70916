import {
  DelegateBackoff,
  handleWhen,
  isTaskCancelledError,
  retry,
  timeout,
  TimeoutStrategy,
} from "cockatiel";
import type { IRetryBackoffContext } from "cockatiel";
import { Failure, failures } from "./errors.ts";
import { BREAKER_RULES } from "./policies-breaker.ts";
import type { BreakerRules } from "./policies-breaker.ts";
import { SharedBreaker, SuspendedError } from "./policies-shared.ts";
import type { BreakerStore } from "./policies-store.ts";

/** First and longest wait between attempts, in milliseconds. A target that asks for more is not waited for. */
const RETRY_FIRST_MS = 250;
const RETRY_LONGEST_MS = 10_000;

export interface PolicyOptions {
  /** Milliseconds for one attempt. */
  timeoutMs: number;
  /** Attempts after the first. 0 for calls that must not happen twice. */
  retries: number;
  breaker?: Partial<BreakerRules>;
}

export interface Attempt {
  /** Aborted when the attempt takes too long or the caller gives up. */
  signal: AbortSignal;
  /** Counts from 0. */
  number: number;
}

/** How one target is called: retried, limited in time, and left alone while it is down. */
export interface Policy {
  /** @throws Failure `timeout` or `unavailable` from the policy itself; else whatever the last attempt threw. */
  execute<T>(call: (attempt: Attempt) => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export interface PoliciesOptions {
  store: BreakerStore;
  defer(task: () => Promise<void>): void;
  warn(message: string, error: unknown): void;
  now?(): number;
  random?(): number;
  newId?(): string;
}

export interface Policies {
  /** The policy of a target. Policies of one name share one breaker; its rules are those given first. */
  policy(name: string, options: PolicyOptions): Policy;
  /** Writes all counts now. */
  flush(): Promise<void>;
}

/** Policies of one isolate. Targets are named by what they reach, e.g. `vercel` or `webhook:hooks.example.com`. */
export function createPolicies(options: PoliciesOptions): Policies {
  const { store, defer, warn, now = Date.now, random = Math.random, newId = () => crypto.randomUUID() } =
    options;
  const breakers = new Map<string, SharedBreaker>();

  function breakerOf(name: string, { breaker, timeoutMs }: PolicyOptions): SharedBreaker {
    let shared = breakers.get(name);
    if (!shared) {
      const rules = { ...BREAKER_RULES, ...breaker };
      // A probe's lease that ends before its call could let a second probe through.
      rules.probeMs = Math.max(rules.probeMs, 2 * timeoutMs);
      shared = new SharedBreaker({
        name,
        rules,
        store,
        now,
        newId,
        isFailure: speaksAgainstTarget,
        defer,
        warn,
      });
      breakers.set(name, shared);
    }
    return shared;
  }

  return {
    policy(name, policyOptions) {
      const breaker = breakerOf(name, policyOptions);
      const limit = timeout(policyOptions.timeoutMs, TimeoutStrategy.Aggressive);
      const again = retry(handleWhen(isWorthRetrying), {
        maxAttempts: policyOptions.retries,
        backoff: new DelegateBackoff((context: IRetryBackoffContext<unknown>) => waitMs(context, random)),
      });
      return {
        async execute(call, signal) {
          try {
            return await again.execute(({ attempt, signal: outer }) => {
              outer.throwIfAborted();
              const limited = () =>
                limit.execute(({ signal: inner }) => call({ signal: inner, number: attempt }), outer);
              return breaker.execute(limited, outer);
            }, signal);
          } catch (error) {
            throw signal?.aborted ? signal.reason : explained(error, name, policyOptions.timeoutMs, now());
          }
        },
      };
    },
    async flush() {
      await Promise.all([...breakers.values()].map((breaker) => breaker.flush()));
    },
  };
}

/** A refusal such as 403 or 404 proves that the target works; anything else that is thrown counts against it. */
function speaksAgainstTarget(error: unknown): boolean {
  return !(error instanceof Failure) || error.retry || error.status >= 500;
}

function isWorthRetrying(error: unknown): boolean {
  if (error instanceof SuspendedError) return false;
  if (error instanceof Failure) {
    return error.retry && (error.retryAfterSeconds ?? 0) * 1000 <= RETRY_LONGEST_MS;
  }
  // fetch reports every network fault as a TypeError.
  return isTaskCancelledError(error) || error instanceof TypeError;
}

/** Doubles from the first wait, with half of it random so that isolates do not return together; `Retry-After` wins. */
function waitMs({ attempt, result }: IRetryBackoffContext<unknown>, random: () => number): number {
  const error = "error" in result ? result.error : undefined;
  const askedMs = error instanceof Failure ? (error.retryAfterSeconds ?? 0) * 1000 : 0;
  const ownMs = Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** (attempt - 1)) * (0.5 + random() / 2);
  return Math.max(askedMs, ownMs);
}

function explained(error: unknown, name: string, timeoutMs: number, now: number): unknown {
  if (error instanceof SuspendedError) {
    const seconds = error.retryAt === null ? undefined : Math.max(1, Math.ceil((error.retryAt - now) / 1000));
    return failures.unavailable(
      `Calls to ${name} are suspended because it kept failing. ` +
        (seconds === undefined
          ? "Reset its circuit breaker to allow them."
          : `The next try is in ${seconds} s.`),
      { cause: error, ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }) },
    );
  }
  if (isTaskCancelledError(error)) {
    return failures.timeout(`${name} did not answer within ${timeoutMs} ms.`, { cause: error });
  }
  return error;
}
