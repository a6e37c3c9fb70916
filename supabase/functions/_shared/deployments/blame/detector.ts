/** Rates that a rise is tested against, as multiples of the rate before. */
export const RATIOS = [2, 4, 16, 64] as const;

/** Mean steps between false alarms of one subject: at one step per 10 s, more than a day. Bursts are for the posterior. */
export const ALARM_LEVEL = 10_000;

/** Per assumed ratio: the Shiryaev-Roberts sum that raises the alarm, and the CUSUM that dates the rise. */
export interface DetectorState {
  sums: number[];
  cusums: { score: number; since: number | null }[];
}

/** A detector at rest. */
export function calmDetector(): DetectorState {
  return { sums: RATIOS.map(() => 0), cusums: RATIOS.map(() => ({ score: 0, since: null })) };
}

/**
 * One step of a Shiryaev-Roberts e-detector for a rising Poisson rate: R <- (1 + R) * LR, once per assumed ratio.
 *
 * With `expected` at or above its true value each LR has expectation <= 1 while nothing changed, so the mean run to a
 * false alarm at threshold A is at least A steps, however often one looks (Shin, Ramdas, Rinaldo 2023, e-detectors).
 * Beside it runs Page's CUSUM, S <- max(0, S + ln LR), whose last departure from zero dates the rise.
 *
 * @param count events in this step
 * @param expected events that the baseline rate predicts for this step's traffic
 * @param at earliest time of this step's events, ms
 */
export function stepDetector(
  state: DetectorState,
  count: number,
  expected: number,
  at: number,
): DetectorState {
  const next = calmDetector();
  for (const [index, ratio] of RATIOS.entries()) {
    const logRatio = count * Math.log(ratio) - (ratio - 1) * expected;
    next.sums[index] = Math.min((1 + state.sums[index]!) * Math.exp(Math.min(logRatio, 300)), 1e300);
    const before = state.cusums[index]!;
    const score = Math.max(0, before.score + logRatio);
    next.cusums[index] = { score, since: score > 0 ? before.since ?? at : null };
  }
  return next;
}

/** The mixture over ratios; compare it with the wanted mean number of steps between false alarms. */
export function detectorLevel(state: DetectorState): number {
  return state.sums.reduce((sum, value) => sum + value, 0) / RATIOS.length;
}

/** Start of the most likely rise in ms, or null when there is none. */
export function risingSince(state: DetectorState): number | null {
  let best: { score: number; since: number | null } = { score: 0, since: null };
  for (const one of state.cusums) if (one.score > best.score) best = one;
  return best.since;
}
