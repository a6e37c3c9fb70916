import { midRanks } from "../../../statistics/mann-whitney-ranks.ts";

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean of the experiment over mean of the control; NaN when either is 0, which means: leave the effect size out. */
export function meanRatio(control: readonly number[], experiment: readonly number[]): number {
  const [before, after] = [mean(control), mean(experiment)];
  return before === 0 || after === 0 ? NaN : after / before;
}

/**
 * Common language effect size: the share of pairs in which the experiment is the larger one, ties counting half
 * (Vargha and Delaney 2000).
 *
 * @example commonLanguageEffect([1, 2], [2, 3]); // 0.875
 */
export function commonLanguageEffect(control: readonly number[], experiment: readonly number[]): number {
  const ranks = midRanks([...experiment, ...control]);
  const m = experiment.length;
  let sum = 0;
  for (let i = 0; i < m; i++) sum += ranks[i]!;
  return (2 * sum - m * (m + 1)) / (2 * control.length * m);
}
