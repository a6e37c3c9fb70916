import type { MigrationKind } from "../migrations/kind.ts";
import { type Feature, featuresOf, type PlannedDeployment } from "./features.ts";

/** Belief about one weight: normal with this mean and variance. */
export interface Weight {
  mean: number;
  variance: number;
}

/** All that the model has learnt. JSON. */
export interface RiskModel {
  intercept: Weight;
  weights: Record<string, Weight>;
  outcomes: number;
}

/**
 * Prior weights in log-odds. The intercept is a change failure rate of about 7 % for an ordinary deployment (DORA: 5-15 % over all);
 * size, spread and history follow the consistent findings of just-in-time defect prediction (Kamei et al. 2013), whose odds ratios
 * are of this order; night and weekend weigh little, since what fails then is mostly the response. Variances are wide enough for some
 * dozens of outcomes to overrule them.
 */
const PRIOR: { intercept: number; weights: Record<string, number> } = {
  intercept: -2.6,
  weights: {
    size: 0.45,
    spread: 0.3,
    harmless: -2,
    configuration: 0.35,
    dependencies: 0.3,
    migration: 0.5,
    irreversible: 1,
    author: 0.5,
    area: 0.8,
    newcomer: 0.3,
    night: 0.2,
    before_weekend: 0.2,
    crowd: 0.15,
  },
};
const INTERCEPT_VARIANCE = 0.5;
const WEIGHT_VARIANCE = 0.25;
/** Each outcome lets old certainty fade a little, so that the model can follow a team that changes. */
const FORGETTING = 0.002;
const LEAST_VARIANCE = 1e-4;

export function newRiskModel(): RiskModel {
  return {
    intercept: { mean: PRIOR.intercept, variance: INTERCEPT_VARIANCE },
    weights: Object.fromEntries(
      Object.entries(PRIOR.weights).map(([name, mean]) => [name, { mean, variance: WEIGHT_VARIANCE }]),
    ),
    outcomes: 0,
  };
}

export interface RiskReason {
  feature: string;
  /** Change of the log-odds. */
  logOdds: number;
  statement: string;
}

export interface Risk {
  /** Calibrated probability, 0-1, that the deployment breaks something. */
  probability: number;
  /** Largest effect first; effects too small to matter are left out. */
  reasons: RiskReason[];
  /** What it was judged by, to learn from the outcome later. */
  features: FeatureValue[];
}

/** A feature without its words: what is kept of a deployment until its outcome is known. */
export type FeatureValue = Pick<Feature, "name" | "value">;

/** Effects on the log-odds below this are not worth a sentence. */
const LEAST_REASON = 0.05;

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Mean and variance of the log-odds under the belief. */
function logOdds(model: RiskModel, features: readonly FeatureValue[]): { mean: number; variance: number } {
  let { mean, variance } = model.intercept;
  for (const { name, value } of features) {
    const weight = model.weights[name];
    if (!weight) continue;
    mean += weight.mean * value;
    variance += weight.variance * value * value;
  }
  return { mean, variance };
}

/**
 * Risk of a deployment before it goes out.
 *
 * The probability averages the logistic over what is not known of the weights (MacKay's approximation 1992), which keeps a model that
 * has seen little from being sure of itself.
 */
export function assessRisk(
  planned: PlannedDeployment,
  model: RiskModel = newRiskModel(),
  migration: MigrationKind = "none",
): Risk {
  const features = featuresOf(planned, migration);
  const { mean, variance } = logOdds(model, features);
  const probability = logistic(mean / Math.sqrt(1 + (Math.PI / 8) * variance));
  const reasons = features.map(({ name, value, statement }) => ({
    feature: name,
    logOdds: (model.weights[name]?.mean ?? 0) * value,
    statement,
  })).filter((reason) => Math.abs(reason.logOdds) >= LEAST_REASON)
    .sort((a, b) => Math.abs(b.logOdds) - Math.abs(a.logOdds));
  return { probability, reasons, features: features.map(({ name, value }) => ({ name, value })) };
}

/**
 * Learns from one outcome: an extended Kalman step of the logistic model with independent weights (assumed-density filtering). The
 * more is known of a weight, the less one outcome moves it.
 */
export function learnOutcome(
  model: RiskModel,
  planned: PlannedDeployment,
  failed: boolean,
  migration: MigrationKind = "none",
): RiskModel {
  return learnFrom(model, featuresOf(planned, migration), failed);
}

/**
 * The same from the features that were kept.
 *
 * @param forgetting share of the lost uncertainty that comes back with each outcome; 0 where the evidence itself is wanted
 */
export function learnFrom(
  model: RiskModel,
  features: readonly FeatureValue[],
  failed: boolean,
  forgetting = FORGETTING,
): RiskModel {
  const { mean, variance } = logOdds(model, features);
  const probability = logistic(mean / Math.sqrt(1 + (Math.PI / 8) * variance));
  const curvature = Math.max(probability * (1 - probability), LEAST_VARIANCE);
  const error = (failed ? 1 : 0) - probability;
  const scale = 1 / (1 + curvature * variance);
  const update = ({ mean: m, variance: v }: Weight, value: number, prior: number): Weight => {
    const shrunk = v - v * v * value * value * curvature * scale;
    return {
      mean: m + v * value * error * scale,
      variance: Math.max(LEAST_VARIANCE, shrunk + forgetting * (prior - shrunk)),
    };
  };
  const values = new Map(features.map((feature) => [feature.name, feature.value]));
  return {
    intercept: update(model.intercept, 1, INTERCEPT_VARIANCE),
    weights: Object.fromEntries(
      Object.entries(model.weights).map((
        [name, weight],
      ) => [name, update(weight, values.get(name) ?? 0, WEIGHT_VARIANCE)]),
    ),
    outcomes: model.outcomes + 1,
  };
}
