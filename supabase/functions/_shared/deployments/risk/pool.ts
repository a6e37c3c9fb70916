import { newRiskModel, type RiskModel, type Weight } from "./model.ts";

/** What outcomes say of one weight, as a normal factor in its natural form: precision, and precision times mean. */
export interface Evidence {
  precision: number;
  shift: number;
}

/** What all outcomes say together; sums of many projects are of the same kind. JSON. */
export interface RiskEvidence {
  intercept: Evidence;
  weights: Record<string, Evidence>;
  outcomes: number;
}

/**
 * How much teams differ from each other: the share of a weight's built-in variance that lies between projects. What one project has found
 * says that much less about the others, however much it has found.
 */
const BETWEEN_PROJECTS = 0.4;
const NOTHING: Evidence = { precision: 0, shift: 0 };

export function noEvidence(): RiskEvidence {
  return { intercept: NOTHING, weights: {}, outcomes: 0 };
}

/** What a model has learnt beyond the built-in belief. It must not have forgotten anything (`learnFrom` with 0): that cannot be told apart. */
export function evidenceOf(model: RiskModel): RiskEvidence {
  const begin = newRiskModel();
  const learnt = (now: Weight, before: Weight): Evidence => {
    const precision = 1 / now.variance - 1 / before.variance;
    if (!(precision > 0)) return NOTHING;
    const shift = now.mean / now.variance - before.mean / before.variance;
    // As evidence about the mean of all projects, from which this one differs.
    const tempered = 1 + BETWEEN_PROJECTS * before.variance * precision;
    return { precision: precision / tempered, shift: shift / tempered };
  };
  return {
    intercept: learnt(model.intercept, begin.intercept),
    weights: Object.fromEntries(
      Object.entries(model.weights).flatMap(([name, weight]) =>
        begin.weights[name] ? [[name, learnt(weight, begin.weights[name])]] : []
      ),
    ),
    outcomes: model.outcomes,
  };
}

/** `pool + sign * part`; with -1 a project's own part is taken out of the sum of all. */
export function addEvidence(pool: RiskEvidence, part: RiskEvidence, sign: 1 | -1 = 1): RiskEvidence {
  const add = (a: Evidence = NOTHING, b: Evidence = NOTHING): Evidence => ({
    precision: Math.max(0, a.precision + sign * b.precision),
    shift: a.shift + sign * b.shift,
  });
  const names = new Set([...Object.keys(pool.weights), ...Object.keys(part.weights)]);
  return {
    intercept: add(pool.intercept, part.intercept),
    weights: Object.fromEntries(
      [...names].map((name) => [name, add(pool.weights[name], part.weights[name])]),
    ),
    outcomes: Math.max(0, pool.outcomes + sign * part.outcomes),
  };
}

/**
 * What a project believes before its first outcome: the built-in belief and what other projects have found, but for how much teams differ
 * (empirical Bayes with normal weights). Its own outcomes are then learnt on top of it.
 */
export function pooledPrior(others: RiskEvidence): RiskModel {
  const begin = newRiskModel();
  const combine = (before: Weight, { precision, shift }: Evidence = NOTHING): Weight => {
    const between = BETWEEN_PROJECTS * before.variance;
    const shared = before.variance - between;
    const pooled = 1 / shared + precision;
    return { mean: (before.mean / shared + shift) / pooled, variance: 1 / pooled + between };
  };
  return {
    intercept: combine(begin.intercept, others.intercept),
    weights: Object.fromEntries(
      Object.entries(begin.weights).map(([name, weight]) => [name, combine(weight, others.weights[name])]),
    ),
    outcomes: 0,
  };
}
