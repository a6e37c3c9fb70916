/** Errors counted in one interval; intervals are equally long, in order and without gaps. */
export interface CountedInterval {
  startedAt: string;
  count: number;
}

export interface Onset {
  /** When the present rate of errors began. */
  onsetAt: string;
  /** The onset is known only to this many milliseconds. */
  uncertaintyMs: number;
  /** Errors per minute before and since. */
  rateBefore: number;
  rateAfter: number;
  /** Logarithm of how much better two rates explain the counts than one does. */
  evidence: number;
}

/** Below this the counts do not tell two rates apart; e^3 is odds of 20 to 1. */
const EVIDENCE_MINIMUM = 3;

/**
 * Where the rate of errors went up: the change point that makes the counts most likely as Poisson with one rate before it
 * and a higher one after it. Null when one rate explains them as well, or when the rate only fell.
 *
 * The likelihood ratio is that of a single change point in Poisson data (Raftery & Akman 1986, with rates at their maxima).
 *
 * @param counts at least two intervals
 * @param intervalMs length of an interval
 * @example findOnset([0, 0, 0, 9, 11].map(...), 60_000) // the start of the fourth minute
 */
export function findOnset(counts: readonly CountedInterval[], intervalMs: number): Onset | null {
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  if (counts.length < 2 || total === 0) return null;
  let best: { at: number; before: number; evidence: number } | null = null;
  let before = 0;
  for (let at = 1; at < counts.length; at++) {
    before += counts[at - 1]!.count;
    const after = total - before;
    if (before / at >= after / (counts.length - at)) continue;
    const evidence = logLikelihood(before, at) + logLikelihood(after, counts.length - at) -
      logLikelihood(total, counts.length);
    if (best === null || evidence > best.evidence) best = { at, before, evidence };
  }
  if (best === null || best.evidence < EVIDENCE_MINIMUM) return null;
  const perMinute = 60_000 / intervalMs;
  return {
    onsetAt: counts[best.at]!.startedAt,
    uncertaintyMs: intervalMs,
    rateBefore: (best.before / best.at) * perMinute,
    rateAfter: ((total - best.before) / (counts.length - best.at)) * perMinute,
    evidence: best.evidence,
  };
}

/** Poisson log-likelihood of `events` in `intervals` at the best rate, without the terms that every split shares. */
function logLikelihood(events: number, intervals: number): number {
  return events === 0 ? 0 : events * Math.log(events / intervals) - events;
}

/** At most this many intervals are looked at: six hours of minutes. */
const INTERVALS_LIMIT = 360;

/**
 * Sparse counts (only intervals with events, as the database keeps them) as a row without gaps, from the first counted
 * interval or `from`, whichever is earlier, to `until`. Starts are cut to the interval.
 */
export function fillIntervals(
  sparse: readonly CountedInterval[],
  from: string,
  until: string,
  intervalMs: number,
): CountedInterval[] {
  const counts = new Map<number, number>();
  for (const { startedAt, count } of sparse) {
    const index = Math.floor(Date.parse(startedAt) / intervalMs);
    counts.set(index, (counts.get(index) ?? 0) + count);
  }
  const last = Math.floor(Date.parse(until) / intervalMs);
  const wanted = Math.min(Math.floor(Date.parse(from) / intervalMs), ...counts.keys());
  const first = Math.max(wanted, last - INTERVALS_LIMIT + 1);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => ({
    startedAt: new Date((first + i) * intervalMs).toISOString(),
    count: counts.get(first + i) ?? 0,
  }));
}
