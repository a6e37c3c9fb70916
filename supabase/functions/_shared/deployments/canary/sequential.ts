/** One interval of a rollout: what the new version and the old one served at the same time. */
export interface RolloutInterval {
  canary: { requests: number; failures: number };
  control: { requests: number; failures: number };
}

/** Ratios of failure rates that the test against harm bets on. */
export const HARM_RATIOS = [1.5, 2, 4, 8, 32] as const;

/** Logarithms of the running likelihood ratios; JSON, starts at `calmTest()`. */
export interface SequentialTest {
  harm: number[];
  safety: number;
}

export function calmTest(): SequentialTest {
  return { harm: HARM_RATIOS.map(() => 0), safety: 0 };
}

/** P(a failure is the canary's | it has `share` of the requests and `ratio` times the failure rate). */
function canaryShare(share: number, ratio: number): number {
  return (share * ratio) / (share * ratio + 1 - share);
}

/**
 * One step of two e-processes on "whose is each failure". Given the number of failures of an interval, the canary's part is binomial
 * with a probability that depends only on the ratio of rates: outages, load and time of day hit both sides and cancel.
 *
 * - harm: null "the canary fails at most `tolerated` times as often"; a mixture over HARM_RATIOS
 * - safety: null "the canary fails at least `unbearable` times as often"; bets on equal rates
 *
 * Both may be looked at after every interval (Ville's inequality); an interval without traffic on either side teaches nothing.
 */
export function stepTest(
  test: SequentialTest,
  { canary, control }: RolloutInterval,
  tolerated: number,
  unbearable: number,
): SequentialTest {
  const requests = canary.requests + control.requests;
  const failures = canary.failures + control.failures;
  if (canary.requests === 0 || control.requests === 0 || failures === 0) return test;
  const share = canary.requests / requests;
  const gain = (null_: number, bet: number) =>
    canary.failures * Math.log(bet / null_) + control.failures * Math.log((1 - bet) / (1 - null_));
  const bearable = canaryShare(share, tolerated);
  return {
    harm: HARM_RATIOS.map((ratio, index) =>
      test.harm[index]! + gain(bearable, canaryShare(share, ratio * tolerated))
    ),
    safety: test.safety + gain(canaryShare(share, unbearable), share),
  };
}

/** The e-values: 1 / alpha or more rejects the null at level alpha, whenever it happens. */
export function eValues(test: SequentialTest): { harm: number; safety: number } {
  const cap = (log: number) => Math.exp(Math.min(log, 700));
  return {
    harm: test.harm.reduce((sum, log) => sum + cap(log), 0) / HARM_RATIOS.length,
    safety: cap(test.safety),
  };
}
