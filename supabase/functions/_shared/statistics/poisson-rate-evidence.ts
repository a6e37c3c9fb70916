import type { CountAndExposure } from "./poisson-test.ts";

/** One alternative of the mixture: the ratio after / before that it supposes, and how much it is believed beforehand. */
export interface RatioAlternative {
  ratio: number;
  weight: number;
}

/**
 * Logarithm of the evidence that a Poisson rate after a change is on the alternatives' side of `nullRatio` times the rate before.
 * Valid at every moment: under the null it exceeds log(1 / a) at any time with probability at most a (Ville's inequality), so one
 * may look after every event.
 *
 * The unknown rate before is integrated out with its right Haar prior 1 / rate, which makes the predictive distribution of the
 * counts after a negative binomial and the ratio of two of them an e-value (Perez-Ortiz et al., "E-statistics, group invariance and
 * anytime-valid testing", 2022). With n0, t0 before and n, t after, null ratio d and alternative r:
 *
 *     log e = n log(r / d) + (n0 + n) log((t0 + d t) / (t0 + r t))
 *
 * Alternatives must all lie on one side of the null: below for "fell below", above for "stayed above". Then the evidence is also
 * valid for every rate beyond the null, because each term is monotone in n.
 *
 * @param before what was counted before; exposure > 0. For a window that begins with its first event, do not count that event
 * @param after totals since the change; exposure >= 0
 * @param nullRatio > 0
 * @param alternatives weights sum to 1; ratios >= 0
 * @throws RangeError when the exposure before, the null ratio or the alternatives are out of range
 * @example
 * poissonRateEvidence({ count: 10, exposure: 2 }, { count: 0, exposure: 4 }, 0.25, [{ ratio: 0, weight: 1 }]); // 4.05465108108164
 */
export function poissonRateEvidence(
  before: CountAndExposure,
  after: CountAndExposure,
  nullRatio: number,
  alternatives: readonly RatioAlternative[],
): number {
  if (!(before.exposure > 0 && after.exposure >= 0 && nullRatio > 0)) {
    throw new RangeError(
      "poissonRateEvidence needs an exposure before and a null ratio above 0, and no negative exposure after",
    );
  }
  const below = alternatives.every((each) => each.ratio >= 0 && each.ratio < nullRatio);
  const above = alternatives.every((each) => each.ratio > nullRatio);
  if (alternatives.length === 0 || (!below && !above)) {
    throw new RangeError("poissonRateEvidence needs alternatives that all lie on one side of the null ratio");
  }
  const nullExposure = before.exposure + nullRatio * after.exposure;
  const terms = alternatives.map(({ ratio, weight }) => {
    const fromCounts = after.count === 0 ? 0 : after.count * Math.log(ratio / nullRatio);
    const growth = Math.log(nullExposure / (before.exposure + ratio * after.exposure));
    return Math.log(weight) + fromCounts + (before.count + after.count) * growth;
  });
  const largest = Math.max(...terms);
  if (largest === -Infinity) return -Infinity;
  return largest + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - largest), 0));
}
