import { logCountRatio, logSum, type RateBin } from "./counts.ts";
import { type EffectDensity, effectNodes, effectWeights } from "./effects.ts";
import type { Share } from "./exposure.ts";

/** Log likelihood ratios of a rise against none: one row per effect, one column per onset; the last column is 0. */
export interface OnsetTable {
  effects: readonly number[];
  rows: readonly Float64Array[];
}

/**
 * For each effect, the log likelihood ratio of "from bin s on, affected requests fail at baseline + effect" against
 * "baseline throughout", for every s.
 *
 * @param baseline events per request before anything changed
 * @param share share of a cell's requests that the hypothesis affects, 0..1
 * @param since start of the rise in ms, as far as it is known: the effect suggested by what came after it is looked at closely
 */
export function onsetTable(
  bins: readonly RateBin[],
  baseline: number,
  share: Share,
  since: number,
): OnsetTable {
  const affectedOf = bins.map((bin) => bin.cells.map((cell) => cell.requests * share(bin.t, cell.version)));
  const effects = effectNodes(suggestedEffect(bins, affectedOf, baseline, since));
  const rows = effects.map(() => new Float64Array(bins.length + 1));
  for (let index = bins.length - 1; index >= 0; index--) {
    for (const row of rows) row[index] = row[index + 1]!;
    for (const [at, cell] of bins[index]!.cells.entries()) {
      const affected = affectedOf[index]![at]!;
      if (affected === 0) continue;
      const before = baseline * cell.requests;
      for (let row = 0; row < effects.length; row++) {
        rows[row]![index]! += logCountRatio(cell.events, before, before + effects[row]! * affected);
      }
    }
  }
  return { effects, rows };
}

function suggestedEffect(
  bins: readonly RateBin[],
  affectedOf: readonly number[][],
  baseline: number,
  since: number,
): number {
  let [excess, affected] = [0, 0];
  for (const [index, bin] of bins.entries()) {
    if (bin.t < since) continue;
    for (const [at, cell] of bin.cells.entries()) {
      if (affectedOf[index]![at] === 0) continue;
      excess += cell.events - baseline * cell.requests;
      affected += affectedOf[index]![at]!;
    }
  }
  return affected === 0 ? 0 : Math.max(0, excess) / affected;
}

/** Averages over the effect: ln likelihood ratio per onset bin. */
export function averageEffects({ effects, rows }: OnsetTable, density: EffectDensity): Float64Array {
  const logWeights = effectWeights(effects, density).map(Math.log);
  const length = rows[0]!.length - 1;
  const averaged = new Float64Array(length);
  const values = new Float64Array(rows.length);
  for (let s = 0; s < length; s++) {
    for (let row = 0; row < rows.length; row++) values[row] = logWeights[row]! + rows[row]![s]!;
    averaged[s] = logSum(values);
  }
  return averaged;
}

/** Ends of a passing trouble are assumed on this grid of bins. */
const PULSE_STRIDE = 6;
/** Probability that a trouble that is not ours is over before we look, spread evenly over the bins since its onset. */
const OVER = 0.4;

/** Like `averageEffects` for a trouble that may also have ended by itself, as outages and bursts do. */
export function averagePulses(table: OnsetTable, density: EffectDensity): Float64Array {
  const lasting = averageEffects(table, density);
  const { effects, rows } = table;
  const logWeights = effectWeights(effects, density).map(Math.log);
  const averaged = new Float64Array(lasting.length);
  const ofEffects = new Float64Array(rows.length);
  for (let s = 0; s < lasting.length; s++) {
    const values = [Math.log(1 - OVER) + lasting[s]!];
    const ends = Math.ceil((lasting.length - s - 1) / PULSE_STRIDE);
    for (let end = s + 1; end < lasting.length; end += PULSE_STRIDE) {
      for (let row = 0; row < rows.length; row++) {
        ofEffects[row] = logWeights[row]! + rows[row]![s]! - rows[row]![end]!;
      }
      values.push(Math.log(OVER / ends) + logSum(ofEffects));
    }
    averaged[s] = logSum(values);
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
 * "nothing changed": a mixture of likelihood ratios, valid at any time (Ville's inequality).
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
  return { logEvidence: logSum(values), onsetAt };
}
