import { betaQuantile } from "../statistics/beta-quantile.ts";

/** What mistakes cost, in any one unit: minutes of a person, say. */
export interface DecisionCosts {
  /** An automatic fix that did not work: what it broke, and undoing it. */
  wrongFix: number;
  /** A fix that would have worked, but had to wait for a human. */
  neededReview: number;
  /** A review of a fix that would not have worked: the human's time. */
  savedReview: number;
}

/** A wrong fix is rolled back within minutes but may have hurt users; a waiting fix leaves them hurt until someone comes. */
export const DEFAULT_COSTS: DecisionCosts = { wrongFix: 60, neededReview: 10, savedReview: 5 };

/** A past fix whose outcome is known, whoever let it happen. */
export interface JudgedDecision {
  /** Calibrated probability at the decision. */
  confidence: number;
  success: boolean;
}

export interface ThresholdBounds {
  current: number;
  minimum: number;
  maximum: number;
}

export interface ThresholdRecommendation {
  /** Equal to the current one when nothing better is proven. */
  recommended: number;
  /** Mean cost per decision at the current and at the recommended threshold; null without data. */
  currentCost: number | null;
  recommendedCost: number | null;
  samples: number;
  sentence: string;
}

/** Fewer judged decisions than this change nothing. */
export const MIN_JUDGED_DECISIONS = 50;
/** Thresholds that are tried lie this far apart. */
const STEP = 0.01;
/** One recommendation moves the threshold no farther than this: the next one has seen what the last one did. */
export const MAX_MOVE = 0.05;
/** To lower the threshold, fixes between the new and the old one must break even with this probability. */
const LOWERING_CERTAINTY = 0.9;

/**
 * The threshold with the least mean cost over past decisions, within bounds and one move from the current one. Lowering it needs
 * proof, because a wrong fix is worse than a review: the fixes that would newly go alone must break even with 90 % probability under
 * their Beta posterior. Only decisions with a known outcome count, so reviews that were never answered are not in the data.
 *
 * @throws RangeError when a cost is negative or all are 0
 */
export function recommendThreshold(
  decisions: readonly JudgedDecision[],
  bounds: ThresholdBounds,
  costs: DecisionCosts = DEFAULT_COSTS,
): ThresholdRecommendation {
  const all = [costs.wrongFix, costs.neededReview, costs.savedReview];
  if (all.some((cost) => !(cost >= 0)) || all.every((cost) => cost === 0)) {
    throw new RangeError("recommendThreshold needs costs of at least 0, one of them above it");
  }
  const currentCost = decisions.length > 0 ? meanCost(decisions, bounds.current, costs) : null;
  const keep = (sentence: string): ThresholdRecommendation => ({
    recommended: bounds.current,
    currentCost,
    recommendedCost: currentCost,
    samples: decisions.length,
    sentence,
  });
  if (currentCost === null || decisions.length < MIN_JUDGED_DECISIONS) {
    return keep(
      `The threshold stays: ${decisions.length} judged decisions are fewer than ${MIN_JUDGED_DECISIONS}.`,
    );
  }
  let best = { threshold: bounds.current, cost: currentCost };
  for (const threshold of allowed(bounds)) {
    const cost = meanCost(decisions, threshold, costs);
    // Ties go to the current threshold: no move without a reason.
    if (
      cost < best.cost - 1e-12 &&
      (threshold > bounds.current || proven(decisions, threshold, bounds.current, costs))
    ) {
      best = { threshold, cost };
    }
  }
  if (best.threshold === bounds.current) {
    return keep(
      `The threshold stays at ${bounds.current}: no other one within reach is proven to cost less.`,
    );
  }
  return {
    recommended: best.threshold,
    currentCost,
    recommendedCost: best.cost,
    samples: decisions.length,
    sentence:
      `A threshold of ${best.threshold} instead of ${bounds.current} would have cost ${
        best.cost.toFixed(2)
      } ` +
      `instead of ${currentCost.toFixed(2)} per decision over ${decisions.length} decisions.`,
  };
}

function allowed({ current, minimum, maximum }: ThresholdBounds): number[] {
  const steps = Math.round(MAX_MOVE / STEP);
  return Array.from(
    { length: 2 * steps + 1 },
    (_, i) => Math.round((current + (i - steps) * STEP) * 1e6) / 1e6,
  )
    .filter((threshold) => threshold >= minimum && threshold <= maximum);
}

function meanCost(decisions: readonly JudgedDecision[], threshold: number, costs: DecisionCosts): number {
  const total = decisions.reduce((sum, { confidence, success }) => {
    if (confidence >= threshold) return sum + (success ? 0 : costs.wrongFix);
    return sum + (success ? costs.neededReview : costs.savedReview);
  }, 0);
  return total / decisions.length;
}

/** Acting alone beats review when p * neededReview + (1 - p) * savedReview >= (1 - p) * wrongFix. */
function proven(
  decisions: readonly JudgedDecision[],
  from: number,
  to: number,
  costs: DecisionCosts,
): boolean {
  const between = decisions.filter(({ confidence }) => confidence >= from && confidence < to);
  const successes = between.filter(({ success }) => success).length;
  const atLeast = betaQuantile(1 - LOWERING_CERTAINTY, 1 + successes, 1 + between.length - successes);
  return atLeast * costs.neededReview + (1 - atLeast) * costs.savedReview >= (1 - atLeast) * costs.wrongFix;
}
