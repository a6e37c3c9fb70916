import { missingForPromotion, type PatternStats } from "../pattern-confidence.ts";
import { areSimilar } from "./similarity.ts";
import type { Observation } from "./shape.ts";

/** What a pattern says about one action. */
export interface LearntAction {
  action: string;
  prior: { alpha: number; beta: number };
  reason: string;
}

/** An action that nothing is known of, as `decide/priors.ts` bets on it; outcomes are added. */
const UNPROVEN = { alpha: 0.6, beta: 1.4 };

/** The observations that are about the same fault as `about`, itself included. */
export function clusterAround(about: Observation, others: readonly Observation[]): Observation[] {
  return [about, ...others.filter(({ id, shape }) => id !== about.id && areSimilar(about.shape, shape))];
}

/** Successes, failures and projects of one action, or of all that may be shared. */
export function tally(
  observations: readonly Observation[],
): Pick<PatternStats, "successes" | "failures" | "projectCount"> {
  const shareable = observations.filter((each) => each.shareable);
  const successes = shareable.filter(({ success }) => success);
  return {
    successes: successes.length,
    failures: shareable.length - successes.length,
    // Agreement is a matter of successes: that a fix failed in a second project confirms nothing.
    projectCount: new Set(successes.map(({ projectId }) => projectId)).size,
  };
}

/**
 * The actions on which enough projects agree that they resolve the fault, best first; empty when there is no agreement yet. An action
 * that exists in one project alone is not among them.
 */
export function agreedActions(observations: readonly Observation[]): LearntAction[] {
  const names = [...new Set(observations.filter((each) => each.shareable).map(({ action }) => action))];
  return names.flatMap((action): LearntAction[] => {
    const counts = tally(observations.filter((each) => each.action === action));
    if (missingForPromotion(counts).length > 0) return [];
    const { successes, failures, projectCount } = counts;
    return [{
      action,
      prior: { alpha: UNPROVEN.alpha + successes, beta: UNPROVEN.beta + failures },
      reason: `It resolved ${successes} of ${successes + failures} such errors in ${projectCount} projects.`,
    }];
  }).sort((a, b) => mean(b) - mean(a) || (a.action < b.action ? -1 : 1));
}

const mean = ({ prior }: LearntAction) => prior.alpha / (prior.alpha + prior.beta);
