import type { BlamePriors } from "./priors.ts";
import type { ChangeKind } from "./types.ts";

/** Cumulative probability that a fault of a change has begun `seconds` after it. Negative seconds are clock skew. */
function cumulative(seconds: number, kind: ChangeKind, lag: BlamePriors["lag"]): number {
  const { immediate, minutes, delayed, skewSeconds } = lag;
  const skewShare = lag.skewShare[kind] * immediate.share;
  if (seconds <= -skewSeconds) return 0;
  if (seconds <= 0) return skewShare * (1 + seconds / skewSeconds);
  const exponential = (mean: number) => 1 - Math.exp(-seconds / mean);
  const logUniform = Math.min(
    1,
    Math.max(0, Math.log(seconds / delayed.fromSeconds) / Math.log(delayed.toSeconds / delayed.fromSeconds)),
  );
  const mixture = immediate.share * exponential(immediate.meanSeconds[kind]) +
    minutes.share * exponential(minutes.meanSeconds) +
    delayed.share * logUniform;
  // What came before the report was as immediate as can be: it takes its share from there.
  return skewShare + mixture * (1 - skewShare);
}

/**
 * Probability that the fault of a change begins within [from, to), given that it has one. Times in ms. Zero before the change: a
 * cause comes first, up to the platforms' clock skew.
 */
export function lagProbability(
  change: { kind: ChangeKind; at: number },
  from: number,
  to: number,
  lag: BlamePriors["lag"],
): number {
  const until = (t: number) => cumulative((t - change.at) / 1000, change.kind, lag);
  return until(to) - until(from);
}
