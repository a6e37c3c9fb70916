import { CircuitState, CountBreaker } from "cockatiel";
import { z } from "zod";

const timestamp = z.string().nullable().default(null);

/**
 * The state of one circuit breaker as it lives in Postgres. Everything has a default, so that `{}` and
 * `{ "state": "closed" }` written by hand reset it, and `{ "state": "open", "held": true }` holds it open.
 */
export const breakerSchema = z.object({
  state: z.enum(["closed", "open", "half_open"]).default("closed"),
  /** Opened by a person or an action; stays open until somebody resets it. */
  held: z.boolean().default(false),
  /** Failures in the window of recent calls. */
  failure_count: z.number().int().min(0).default(0),
  /** How often in a row it opened; each time it waits twice as long. */
  attempt_count: z.number().int().min(0).default(0),
  opened_at: timestamp,
  /** When an open breaker lets one probe through. */
  retry_at: timestamp,
  /** Who may probe, and until when; a probe that died is replaced after that. */
  probe_id: z.string().nullable().default(null),
  probe_until: timestamp,
  /** When the last outcome was taken into the window. */
  sampled_at: timestamp,
  /** The window itself, as cockatiel's CountBreaker keeps it. */
  window: z.object({
    samples: z.array(z.boolean().nullable()),
    currentSample: z.number().int(),
    failures: z.number().int(),
    successes: z.number().int(),
  }).nullable().default(null),
});
export type Breaker = z.output<typeof breakerSchema>;

export interface BreakerRules {
  /** Calls in the window. */
  size: number;
  /** Calls in the window before it may open. */
  minimumCalls: number;
  /** Share of failures above which it opens, in (0, 1). */
  threshold: number;
  /** Milliseconds after which old outcomes no longer count. */
  windowMs: number;
  /** Milliseconds that it stays open the first time, and at most. */
  openMs: number;
  maxOpenMs: number;
  /** Milliseconds that a probe may take before another one is let through. Longer than the call's time-out. */
  probeMs: number;
}

export const BREAKER_RULES: BreakerRules = {
  size: 20,
  minimumCalls: 5,
  threshold: 0.5,
  windowMs: 60_000,
  openMs: 5_000,
  maxOpenMs: 300_000,
  probeMs: 60_000,
};

export const CLOSED: Breaker = breakerSchema.parse({});

/** What may happen now. `probe` holds only if `next` is stored before anybody else stores something. */
export type Admission =
  | { verdict: "call" }
  | { verdict: "probe"; next: Breaker }
  | { verdict: "reject"; retryAt: number | null };

/** Decides on one call. `now` is in milliseconds; `probeId` names this call among all isolates. */
export function admit(breaker: Breaker, rules: BreakerRules, now: number, probeId: string): Admission {
  if (breaker.state === "closed") return { verdict: "call" };
  if (breaker.held) return { verdict: "reject", retryAt: null };
  const waitUntil = time(breaker.state === "open" ? breaker.retry_at : breaker.probe_until);
  if (now < waitUntil) return { verdict: "reject", retryAt: waitUntil };
  return {
    verdict: "probe",
    next: { ...breaker, state: "half_open", probe_id: probeId, probe_until: iso(now + rules.probeMs) },
  };
}

/**
 * What one outcome changes, or null when there is nothing to store. Healthy calls of a healthy breaker store nothing,
 * so the window begins with the first failure; results that arrive after the breaker moved on are ignored.
 */
export function settle(
  breaker: Breaker,
  rules: BreakerRules,
  now: number,
  outcome: "success" | "failure",
  probeId: string | null,
): Breaker | null {
  if (breaker.held) return null;
  if (breaker.state === "half_open") {
    if (probeId === null || breaker.probe_id !== probeId) return null;
    return outcome === "success" ? CLOSED : opened(breaker, rules, now);
  }
  if (breaker.state === "open") return null;

  const stale = breaker.sampled_at === null || now - time(breaker.sampled_at) > rules.windowMs;
  const window = new CountBreaker({
    threshold: rules.threshold,
    size: rules.size,
    minimumNumberOfCalls: rules.minimumCalls,
  });
  if (!stale && breaker.window?.samples.length === rules.size) window.state = breaker.window;
  else if (outcome === "success") return null;

  let opens = false;
  if (outcome === "success") window.success(CircuitState.Closed);
  else opens = window.failure(CircuitState.Closed);
  const kept = breakerSchema.shape.window.parse(window.state);
  const next: Breaker = {
    ...breaker,
    sampled_at: iso(now),
    window: kept,
    failure_count: kept?.failures ?? 0,
  };
  if (opens) return opened(next, rules, now);
  // All failures have left the window: nothing to remember, and the next success stores nothing.
  return next.failure_count === 0 ? CLOSED : next;
}

function opened(breaker: Breaker, rules: BreakerRules, now: number): Breaker {
  const waitMs = Math.min(rules.maxOpenMs, rules.openMs * 2 ** breaker.attempt_count);
  return {
    ...CLOSED,
    state: "open",
    failure_count: breaker.failure_count,
    attempt_count: breaker.attempt_count + 1,
    opened_at: iso(now),
    retry_at: iso(now + waitMs),
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();
// No time given means: now at the latest.
const time = (at: string | null): number => at === null ? 0 : Date.parse(at) || 0;
