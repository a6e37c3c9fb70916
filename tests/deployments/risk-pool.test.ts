import { expect, test } from "vitest";
import type { PlannedDeployment } from "../../supabase/functions/_shared/deployments/risk/features.ts";
import {
  assessRisk,
  learnFrom,
  newRiskModel,
  type RiskModel,
} from "../../supabase/functions/_shared/deployments/risk/model.ts";
import {
  addEvidence,
  evidenceOf,
  noEvidence,
  pooledPrior,
} from "../../supabase/functions/_shared/deployments/risk/pool.ts";
import { brierScore } from "../../supabase/functions/_shared/statistics/brier-score.ts";
import { expectedCalibrationError } from "../../supabase/functions/_shared/statistics/expected-calibration-error.ts";
import { type Random, seededRandom } from "../../supabase/functions/_shared/statistics/random.ts";

const ordinary: PlannedDeployment = {
  files: ["src/cart/total.ts"],
  linesChanged: 100,
  author: { deployments: 20, failures: 2 },
  area: { deployments: 20, failures: 2 },
  hour: 11,
  weekday: 2,
  recentDeployments: 0,
};

/** In this world changes of dependencies are what fails, whatever the built-in prior believes, in every team about as often. */
function deployment(random: Random, rate: number): { planned: PlannedDeployment; failed: boolean } {
  const risky = random() < 0.4;
  const files = risky ? [...ordinary.files, "package-lock.json"] : ordinary.files;
  return { planned: { ...ordinary, files }, failed: random() < (risky ? rate : 0.02) };
}

/** What a team has learnt after some deployments; for the pool with nothing forgotten. */
function team(
  seed: number,
  outcomes: number,
  { rate = 0.5, begin = newRiskModel(), forgetting = 0 } = {},
): RiskModel {
  const random = seededRandom(seed);
  let model = begin;
  for (let index = 0; index < outcomes; index++) {
    const { planned, failed } = deployment(random, rate);
    model = learnFrom(model, assessRisk(planned, model).features, failed, forgetting);
  }
  return model;
}
const poolOf = (models: readonly RiskModel[]) =>
  models.reduce((pool, model) => addEvidence(pool, evidenceOf(model)), noEvidence());

test("without other projects the prior is the built-in belief, and never vaguer than that", () => {
  const alone = pooledPrior(noEvidence());
  for (const [name, { mean, variance }] of Object.entries(newRiskModel().weights)) {
    expect(alone.weights[name]!.mean).toBeCloseTo(mean, 9);
    expect(alone.weights[name]!.variance).toBeCloseTo(variance, 9);
  }
  const pooled = pooledPrior(poolOf([team(1, 30)]));
  for (const [name, { variance }] of Object.entries(newRiskModel().weights)) {
    expect(pooled.weights[name]!.variance).toBeLessThanOrEqual(variance);
  }
});

test("a project takes its own part out of the pool, so that it does not hear itself twice", () => {
  const models = [team(1, 100), team(2, 50)];
  const others = addEvidence(poolOf(models), evidenceOf(models[0]!), -1);
  const expected = evidenceOf(models[1]!);
  expect(others.outcomes).toBe(50);
  expect(others.weights.dependencies!.precision).toBeCloseTo(expected.weights.dependencies!.precision, 9);
  expect(others.weights.dependencies!.shift).toBeCloseTo(expected.weights.dependencies!.shift, 9);
});

test("a new project states risks that are calibrated and sharper, from what others have learnt", () => {
  const others = poolOf(Array.from({ length: 12 }, (_, seed) => team(seed + 10, 120)));
  const random = seededRandom(99);
  const stated = (model: RiskModel) =>
    Array.from({ length: 3000 }, () => {
      const { planned, failed } = deployment(random, 0.5);
      return { confidence: assessRisk(planned, model).probability, success: failed };
    });
  const [fresh, pooled] = [stated(newRiskModel()), stated(pooledPrior(others))];
  expect(brierScore(pooled)!).toBeLessThan(brierScore(fresh)! - 0.02);
  expect(expectedCalibrationError(pooled).error!).toBeLessThan(0.05);
  expect(expectedCalibrationError(fresh).error!).toBeGreaterThan(0.1);
});

test("a project that differs from all others believes itself once it has a history", () => {
  const others = poolOf(Array.from({ length: 12 }, (_, seed) => team(seed + 10, 120)));
  const risk = (model: RiskModel) =>
    assessRisk({ ...ordinary, files: [...ordinary.files, "package-lock.json"] }, model).probability;
  const before = risk(pooledPrior(others));
  const after = risk(team(5, 400, { rate: 0.02, begin: pooledPrior(others), forgetting: 0.002 }));
  expect(before).toBeGreaterThan(0.35);
  expect(after).toBeLessThan(0.1);
});
