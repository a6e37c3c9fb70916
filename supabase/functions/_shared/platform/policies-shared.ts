import { BrokenCircuitError, isTaskCancelledError, timeout, TimeoutStrategy } from "cockatiel";
import { admit, CLOSED, settle } from "./policies-breaker.ts";
import type { Breaker, BreakerRules } from "./policies-breaker.ts";
import type { BreakerMinute, BreakerStore, VersionedBreaker } from "./policies-store.ts";

/** A loaded state is trusted this long; another isolate's opening is noticed within it. */
const FRESH_MS = 1_000;
/** A store that fails is left alone this long: protection must not cost more than what it protects. */
const STORE_PAUSE_MS = 5_000;
/** Longest wait for the store within a call. */
const STORE_TIMEOUT_MS = 1_000;
/** Others may change the state at the same moment; after this many lost races the outcome is dropped. */
const MAX_RACES = 4;

/** Thrown instead of calling a target whose breaker is open. `retryAt` is in epoch milliseconds, null while held open. */
export class SuspendedError extends BrokenCircuitError {
  constructor(readonly retryAt: number | null) {
    super("The circuit breaker is open");
  }
}

export interface SharedBreakerOptions {
  name: string;
  rules: BreakerRules;
  store: BreakerStore;
  now(): number;
  newId(): string;
  /** Tells whether an error speaks against the target. */
  isFailure(error: unknown): boolean;
  /** Runs the task once, soon, without holding up the call. */
  defer(task: () => Promise<void>): void;
  warn(message: string, error: unknown): void;
}

/**
 * A circuit breaker whose state is shared through the store. The window of outcomes and the rule that opens it are
 * cockatiel's; the state machine is ours, because cockatiel's lets one probe through per process, and here exactly one
 * may pass over all isolates: it is a lease, won by compare-and-set.
 */
export class SharedBreaker {
  #known: VersionedBreaker = { version: 0, breaker: CLOSED };
  #loadedAt = -Infinity;
  #pausedUntil = -Infinity;
  /** The local state could not be stored. */
  #unsaved = false;
  #minutes = new Map<string, BreakerMinute>();
  #flushing = false;

  constructor(private readonly options: SharedBreakerOptions) {}

  /** @throws SuspendedError, or what the call throws. A call that its own caller gave up says nothing of the target. */
  async execute<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const probeId = await this.#enter();
    try {
      const value = await call();
      this.#count("success_count");
      await this.#settle("success", probeId);
      return value;
    } catch (error) {
      if (signal.aborted) throw error;
      const failed = this.options.isFailure(error);
      this.#count(isTaskCancelledError(error) ? "timeout_count" : failed ? "failure_count" : "success_count");
      await this.#settle(failed ? "failure" : "success", probeId);
      throw error;
    }
  }

  /** Writes what was counted; failing loses statistics only. */
  async flush(): Promise<void> {
    this.#flushing = false;
    const minutes = [...this.#minutes.values()];
    if (minutes.length === 0) return;
    this.#minutes.clear();
    await this.#ask((store) => store.addMetrics(this.options.name, minutes));
  }

  /** @returns the id of the probe that this call is, or null for an ordinary call. */
  async #enter(): Promise<string | null> {
    const probeId = this.options.newId();
    await this.#refresh();
    for (let race = 0; race < MAX_RACES; race++) {
      const admission = admit(this.#known.breaker, this.options.rules, this.options.now(), probeId);
      if (admission.verdict === "call") return null;
      if (admission.verdict === "reject") throw this.#rejected(admission.retryAt);
      if (await this.#change(admission.next)) return probeId;
    }
    throw this.#rejected(null);
  }

  async #settle(outcome: "success" | "failure", probeId: string | null): Promise<void> {
    for (let race = 0; race < MAX_RACES; race++) {
      const next = settle(this.#known.breaker, this.options.rules, this.options.now(), outcome, probeId);
      if (next === null || await this.#change(next)) return;
    }
  }

  async #refresh(): Promise<void> {
    const now = this.options.now();
    if (now - this.#loadedAt < FRESH_MS) return;
    const local = this.#known.breaker;
    const shared = await this.#ask((store) => store.load(this.options.name));
    if (!shared) return;
    this.#known = shared;
    this.#loadedAt = now;
    // While the store was away this isolate may have learnt that the target is down: the others should know.
    if (this.#unsaved && local.state !== "closed" && shared.breaker.state === "closed") {
      await this.#change(local);
    }
    this.#unsaved = false;
  }

  /** @returns false when somebody else was faster; then `#known` is what they stored. */
  async #change(next: Breaker): Promise<boolean> {
    const expected = this.#known.version;
    const result = await this.#ask((store) => store.compareAndSet(this.options.name, expected, next));
    if (!result) {
      this.#known = { version: expected, breaker: next };
      this.#unsaved = true;
      return true;
    }
    this.#known = { version: result.version, breaker: result.breaker };
    this.#loadedAt = this.options.now();
    return result.applied;
  }

  /** Asks the store within its time; null when it cannot answer, which is remembered for a while. */
  async #ask<T>(question: (store: BreakerStore) => Promise<T>): Promise<T | null> {
    const now = this.options.now();
    if (now < this.#pausedUntil) return null;
    try {
      return await timeout(STORE_TIMEOUT_MS, TimeoutStrategy.Aggressive).execute(() =>
        question(this.options.store)
      );
    } catch (error) {
      this.#pausedUntil = now + STORE_PAUSE_MS;
      this.options.warn(`circuit breaker ${this.options.name} works alone: its store failed`, error);
      return null;
    }
  }

  #rejected(retryAt: number | null): SuspendedError {
    this.#count("rejected_count");
    return new SuspendedError(retryAt);
  }

  #count(kind: Exclude<keyof BreakerMinute, "minute_at">): void {
    const minute_at = `${new Date(this.options.now()).toISOString().slice(0, 16)}:00.000Z`;
    const minute = this.#minutes.get(minute_at) ??
      { minute_at, success_count: 0, failure_count: 0, rejected_count: 0, timeout_count: 0 };
    minute[kind]++;
    this.#minutes.set(minute_at, minute);
    if (this.#flushing) return;
    this.#flushing = true;
    this.options.defer(() => this.flush());
  }
}
