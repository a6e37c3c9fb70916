/** Bounds of group commit. */
export interface BatchLimits {
  /** Rows of one database call: beyond some hundred, a larger batch gains nothing and holds its locks longer. */
  rows: number;
  /** Characters of one database call. A single larger request still goes, alone. */
  chars: number;
  /** Milliseconds that the first of a batch waits for company while no batch is full. */
  lingerMs: number;
  /** Database calls at the same time. More would only wait for each other's locks on the same issues. */
  inFlight: number;
  /** Characters waiting for a call; beyond that, requests are turned away rather than kept until memory ends. */
  queuedChars: number;
}

export const BATCH_LIMITS: BatchLimits = {
  rows: 500,
  chars: 4 * 1024 * 1024,
  lingerMs: 4,
  inFlight: 2,
  queuedChars: 32 * 1024 * 1024,
};

/** What batching looks at: the size of a request's rows and when they came, in milliseconds. */
export interface Waiting {
  rows: number;
  chars: number;
  since: number;
}

export type NextBatch =
  /** Send the first `take` of the queue now. */
  | { take: number }
  /** Look again after so many milliseconds. */
  | { waitMs: number }
  /** Nothing to send, or no free call: look again when one ends or a request comes. */
  | null;

/**
 * Decides what to send. A request is never split, and requests keep their order.
 *
 * @example nextBatch([{ rows: 1, chars: 100, since: 0 }], 0, 10, BATCH_LIMITS) // { take: 1 }
 */
export function nextBatch(
  queue: readonly Waiting[],
  inFlight: number,
  now: number,
  limits: BatchLimits,
): NextBatch {
  const first = queue[0];
  if (!first || inFlight >= limits.inFlight) return null;
  let rows = 0;
  let chars = 0;
  let take = 0;
  for (const waiting of queue) {
    if (take > 0 && (rows + waiting.rows > limits.rows || chars + waiting.chars > limits.chars)) break;
    rows += waiting.rows;
    chars += waiting.chars;
    take += 1;
  }
  const full = take < queue.length || rows >= limits.rows || chars >= limits.chars;
  const waited = now - first.since;
  return full || waited >= limits.lingerMs ? { take } : { waitMs: limits.lingerMs - waited };
}
