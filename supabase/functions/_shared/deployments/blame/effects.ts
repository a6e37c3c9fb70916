/** Failures per affected request that a fault may cause: from one in ten thousand to every one. */
const LEAST_EFFECT = 1e-4;
/** Nodes over the whole range lie this far apart, as a ratio: enough to find where the mass is. */
const COARSE_RATIO = 10 ** 0.5;
/**
 * Near the effect that the counts suggest they lie this far apart. With coarse nodes alone a busy service fits none of them, and what
 * fits by accident (a ramp, an end) takes the lead over a plain step.
 */
const FINE_RATIO = 1.25;
const FINE_STEPS = 5;
const COARSE: readonly number[] = Array.from(
  { length: 9 },
  (_, index) => LEAST_EFFECT * COARSE_RATIO ** index,
);

/** Nodes for averaging over effects, ascending: the coarse ones, and fine ones around `near`. */
export function effectNodes(near: number): number[] {
  const centre = Math.min(1, Math.max(LEAST_EFFECT, near));
  const reach = FINE_RATIO ** (FINE_STEPS + 0.5);
  const nodes = COARSE.filter((node) => node < centre / reach || node > centre * reach);
  for (let step = -FINE_STEPS; step <= FINE_STEPS; step++) {
    const node = centre * FINE_RATIO ** step;
    if (node >= LEAST_EFFECT * 0.999 && node <= 1.001) nodes.push(Math.min(1, node));
  }
  return nodes.sort((a, b) => a - b);
}

/** Density of a fault's effect on the scale of ln(effect), up to a constant factor. */
export type EffectDensity = (effect: number) => number;

/** Faults of changes may be of any size, though what is broken is broken for many rather than for one in ten thousand. */
export const ANY_SIZE: EffectDensity = (effect) => effect ** 0.25;
/** New errors that come by themselves are mostly rare ones: an odd input, a strange browser. */
export const MOSTLY_RARE: EffectDensity = (effect) => LEAST_EFFECT / effect;

/**
 * An error that always happens flares up to some multiple of its usual rate (a retry loop, one busy user), seldom beyond this one: what
 * turns a rare error into that of every request has a cause of its own.
 */
const FLARE_MULTIPLE = 30;
export function flareOf(baseline: number): EffectDensity {
  return (effect) => Math.min(1, (FLARE_MULTIPLE * baseline / effect) ** 2);
}

/** Weights of the nodes under a density, by the trapezoid rule on ln(effect); they sum to one. */
export function effectWeights(nodes: readonly number[], density: EffectDensity): number[] {
  const weights = nodes.map((node, index) => {
    const below = nodes[index - 1] ?? node;
    const above = nodes[index + 1] ?? node;
    return Math.log(above / below) * density(node);
  });
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}
