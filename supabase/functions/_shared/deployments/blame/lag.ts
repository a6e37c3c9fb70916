import type { BlamePriors } from "./priors.ts";

/** Cumulative probability that a fault of a change has begun `seconds` after it. Negative seconds are clock skew. */
function cumulative(seconds: number, lag: BlamePriors["lag"]): number {
  const { immediate, minutes, delayed, skewSeconds, skewShare } = lag;
  if (seconds <= -skewSeconds) return 0;
  if (seconds <= 0) return skewShare * (1 + seconds / skewSeconds);
  const exponential = (mean: number) => 1 - Math.exp(-seconds / mean);
  const logUniform = Math.min(
    1,
    Math.max(0, Math.log(seconds / delayed.fromSeconds) / Math.log(delayed.toSeconds / delayed.fromSeconds)),
  );
  const mixture = immediate.share * exponential(immediate.meanSeconds) +
    minutes.share * exponential(minutes.meanSeconds) +
    delayed.share * logUniform;
  return skewShare + (1 - skewShare) * mixture;
}

/**
 * Probability that the fault of a change made at `changeAt` begins within [from, to), given that it has one.
 * Times in ms. Zero before the change: a cause comes first, up to the platforms' clock skew.
 */
export function lagProbability(changeAt: number, from: number, to: number, lag: BlamePriors["lag"]): number {
  return cumulative((to - changeAt) / 1000, lag) - cumulative((from - changeAt) / 1000, lag);
}
