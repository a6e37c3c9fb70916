/** Events and requests of one version in one interval. */
export interface RateCell {
  version: string;
  events: number;
  requests: number;
}
export interface RateBin {
  t: number;
  cells: RateCell[];
}

/** Failures per affected request that a fault may cause: from one in ten thousand to every one. */
export const EFFECTS = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1] as const;

/** Prior over EFFECTS proportional to effect^-steepness, normalised: 0 is flat on the log scale, above favours small faults. */
export function effectPrior(steepness: number): number[] {
  const weights = EFFECTS.map((effect) => effect ** -steepness);
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * Error counts of neighbouring intervals differ more than Poisson's law allows: users come in bursts, retries repeat
 * themselves. A negative binomial of this shape (coefficient of variation 50 %) keeps a busy service from being sure of itself
 * for the wrong reason; small counts are hardly affected.
 */
const SHAPE = 4;

/** ln NB(events | after) - ln NB(events | before) for two means of the same shape. */
export function logCountRatio(events: number, before: number, after: number): number {
  const calm = Math.log1p(before / SHAPE) - Math.log1p(after / SHAPE);
  return events === 0 ? SHAPE * calm : events * (Math.log(after / before) + calm) + SHAPE * calm;
}

/**
 * For each effect, the log likelihood ratio of "from bin s on, affected requests fail at baseline + effect" against
 * "baseline throughout", for every s. Row = effect, column = s; the last column is 0.
 *
 * @param baseline events per request before anything changed
 * @param share share of a cell's requests that the hypothesis affects, 0..1
 */
export function onsetLikelihoods(
  bins: readonly RateBin[],
  baseline: number,
  share: (t: number, version: string) => number,
): Float64Array[] {
  const rows = EFFECTS.map(() => new Float64Array(bins.length + 1));
  for (let index = bins.length - 1; index >= 0; index--) {
    const bin = bins[index]!;
    for (const row of rows) row[index] = row[index + 1]!;
    for (const cell of bin.cells) {
      const affected = cell.requests * share(bin.t, cell.version);
      if (affected === 0) continue;
      const before = baseline * cell.requests;
      for (let row = 0; row < EFFECTS.length; row++) {
        rows[row]![index]! += logCountRatio(cell.events, before, before + EFFECTS[row]! * affected);
      }
    }
  }
  return rows;
}

/** Ends of a passing trouble are assumed on this grid of bins. */
const PULSE_STRIDE = 6;
/** Probability that a trouble that is not ours is over before we look, spread evenly over the bins since its onset. */
const OVER = 0.4;

/** Like `averageEffects` for a trouble that may also have ended by itself, as outages and bursts do. */
export function averagePulses(
  likelihoods: readonly Float64Array[],
  effects: readonly number[],
): Float64Array {
  const lasting = averageEffects(likelihoods, effects);
  const length = lasting.length;
  const averaged = new Float64Array(length);
  for (let s = 0; s < length; s++) {
    const values = [Math.log(1 - OVER) + lasting[s]!];
    const ends: number[] = [];
    for (let end = s + 1; end < length; end += PULSE_STRIDE) ends.push(end);
    for (const end of ends) {
      let max = -Infinity;
      for (const row of likelihoods) max = Math.max(max, row[s]! - row[end]!);
      let sum = 0;
      for (let e = 0; e < EFFECTS.length; e++) {
        const below = likelihoods[e]![s]! - likelihoods[e]![end]! - max;
        if (below > -30) sum += effects[e]! * Math.exp(below);
      }
      values.push(Math.log(OVER / ends.length) + max + Math.log(sum));
    }
    averaged[s] = logSum(values);
  }
  return averaged;
}

/** ln of a sum of exponentials. */
export function logSum(values: readonly number[]): number {
  let max = -Infinity;
  for (const value of values) max = Math.max(max, value);
  if (max === -Infinity) return max;
  let sum = 0;
  for (const value of values) if (value - max > -30) sum += Math.exp(value - max);
  return max + Math.log(sum);
}

/** Averages onset likelihoods over a prior of the effect: ln likelihood ratio per onset bin. */
export function averageEffects(
  likelihoods: readonly Float64Array[],
  effects: readonly number[],
): Float64Array {
  const length = likelihoods[0]!.length - 1;
  const averaged = new Float64Array(length);
  for (let s = 0; s < length; s++) {
    let max = -Infinity;
    for (const row of likelihoods) max = Math.max(max, row[s]!);
    let sum = 0;
    for (let e = 0; e < EFFECTS.length; e++) {
      const below = likelihoods[e]![s]! - max;
      // exp(-30) is nothing beside the largest, whose weight is no smaller than a millionth.
      if (below > -30) sum += effects[e]! * Math.exp(below);
    }
    averaged[s] = max + Math.log(sum);
  }
  return averaged;
}

export interface RateEvidence {
  /** ln of the likelihood ratio against "nothing changed", averaged over onset and effect. */
  logEvidence: number;
  /** Most probable bin of the onset. */
  onsetAt: number;
}

/**
 * Averages over a prior of the onset. When the onset probabilities sum to at most one, exp(logEvidence) is an e-value of
 * "nothing changed": a mixture of likelihood ratios, valid at any time.
 *
 * @param perOnset from `averageEffects`, one per bin
 */
export function rateEvidence(
  bins: readonly RateBin[],
  perOnset: Float64Array,
  onsetProbability: (index: number) => number,
): RateEvidence {
  let largest = -Infinity;
  let onsetAt = bins[0]?.t ?? 0;
  const values = new Float64Array(bins.length);
  for (let s = 0; s < bins.length; s++) {
    const prior = onsetProbability(s);
    const value = values[s] = prior > 0 ? Math.log(prior) + perOnset[s]! : -Infinity;
    if (value > largest) {
      largest = value;
      onsetAt = bins[s]!.t;
    }
  }
  return { logEvidence: logSum([...values]), onsetAt };
}

/** Spacing of the assumed starts of a ramp, in bins: a slow rise has no sharper start. */
const RAMP_STRIDE = 6;
/** Failures per request that a ramp gains within an hour. */
const RAMP_SLOPES = [1e-4, 1e-3, 1e-2, 3e-2, 0.1, 0.3, 1, 3, 10] as const;
const HOUR_MS = 3_600_000;

/**
 * ln of the likelihood ratio of "the failing share grows steadily from some moment of the window on" against the
 * baseline, averaged over starts and slopes.
 */
export function rampEvidence(bins: readonly RateBin[], baseline: number): number {
  const values: number[] = [];
  for (let start = 0; start < bins.length; start += RAMP_STRIDE) {
    for (const slope of RAMP_SLOPES) {
      let sum = 0;
      for (let index = start; index < bins.length; index++) {
        const bin = bins[index]!;
        const effect = Math.min(1, slope * ((bin.t - bins[start]!.t + RAMP_STRIDE * 5_000) / HOUR_MS));
        for (const cell of bin.cells) {
          if (cell.requests === 0) continue;
          sum += logCountRatio(cell.events, baseline * cell.requests, (baseline + effect) * cell.requests);
        }
      }
      values.push(sum);
    }
  }
  return logSum(values) - Math.log(values.length);
}
