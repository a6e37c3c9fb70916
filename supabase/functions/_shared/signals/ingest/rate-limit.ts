import type { RateCategory } from "../protocol/rate-category.ts";

/**
 * Token bucket: `ratePerMinute` tokens a minute, at most a minute's worth of them saved up.
 * Pure: the state is the caller's, `null` for a key that was not seen yet. Times are milliseconds.
 */
export interface Bucket {
  tokens: number;
  at: number;
}

export interface Taken {
  bucket: Bucket;
  allowed: boolean;
  /** Whole seconds until the same cost would be allowed; 0 when it is. */
  retryAfterSeconds: number;
}

const MINUTE_MS = 60_000;

/**
 * Takes `cost` tokens. A cost beyond what a bucket can ever hold is allowed when the bucket is full, and leaves it in
 * debt: otherwise a large batch could never be sent.
 *
 * @example takeTokens(null, 60, 1, 0).allowed // true
 */
export function takeTokens(bucket: Bucket | null, ratePerMinute: number, cost: number, now: number): Taken {
  const elapsed = bucket ? Math.max(0, now - bucket.at) : 0;
  const tokens = bucket
    ? Math.min(ratePerMinute, bucket.tokens + (elapsed * ratePerMinute) / MINUTE_MS)
    : ratePerMinute;
  const needed = Math.min(cost, ratePerMinute);
  if (tokens >= needed) {
    return { bucket: { tokens: tokens - cost, at: now }, allowed: true, retryAfterSeconds: 0 };
  }
  const seconds = ((needed - tokens) * 60) / ratePerMinute;
  return { bucket: { tokens, at: now }, allowed: false, retryAfterSeconds: Math.max(1, Math.ceil(seconds)) };
}

/** Events of one kind that a key may send per minute unless its row says otherwise: a storm, not a flood. */
export const DEFAULT_EVENTS_PER_MINUTE = 300_000;
/** Keys whose buckets one isolate remembers; a forgotten key starts with a full one. */
const MAX_BUCKETS = 20_000;

/** The buckets of one isolate, one per key and category. Each isolate counts for itself: the limit protects it. */
export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>();

  constructor(readonly now: () => number = () => performance.now()) {}

  take(key: string, category: RateCategory, ratePerMinute: number | null, cost = 1): Taken {
    const name = `${key}:${category}`;
    const taken = takeTokens(
      this.#buckets.get(name) ?? null,
      ratePerMinute ?? DEFAULT_EVENTS_PER_MINUTE,
      cost,
      this.now(),
    );
    // Deleted and set again, so that the map's order is that of last use.
    this.#buckets.delete(name);
    this.#buckets.set(name, taken.bucket);
    if (this.#buckets.size > MAX_BUCKETS) this.#buckets.delete(this.#buckets.keys().next().value!);
    return taken;
  }
}

/** Categories that were limited in one request, with the seconds until each is open again. */
export type Limited = Map<RateCategory, number>;

/** `Retry-After` and `X-Sentry-Rate-Limits` as SDKs read them: `<seconds>:<categories>:<scope>:<reason>`. */
export function rateLimitHeaders(limited: Limited): Record<string, string> {
  if (limited.size === 0) return {};
  const quotas = [...limited].map(([category, seconds]) => `${seconds}:${category}:key:events_per_minute`);
  return {
    "retry-after": String(Math.max(...limited.values())),
    "x-sentry-rate-limits": quotas.join(", "),
  };
}
