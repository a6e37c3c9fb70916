import { expect, test } from "vitest";
import { type PlannedDeployment } from "../../supabase/functions/_shared/deployments/risk/features.ts";
import { migrationKind } from "../../supabase/functions/_shared/deployments/migrations/sql.ts";
import {
  assessRisk,
  learnOutcome,
  newRiskModel,
} from "../../supabase/functions/_shared/deployments/risk/model.ts";
import { type Random, seededRandom } from "../../supabase/functions/_shared/statistics/random.ts";

const ordinary: PlannedDeployment = {
  files: ["src/cart/total.ts", "src/cart/total.test.ts"],
  linesChanged: 100,
  author: { deployments: 20, failures: 2 },
  area: { deployments: 20, failures: 2 },
  hour: 11,
  weekday: 2,
  recentDeployments: 0,
};

test("an ordinary deployment has the failure rate that surveys report", () => {
  expect(assessRisk(ordinary).probability).toBeGreaterThan(0.04);
  expect(assessRisk(ordinary).probability).toBeLessThan(0.13);
});

test.each<[string, Partial<PlannedDeployment>]>([
  ["more lines", { linesChanged: 5000 }],
  ["more folders", { files: ["a/1.ts", "b/2.ts", "c/3.ts", "d/4.ts", "e/5.ts"] }],
  ["an area that fails often", { area: { deployments: 20, failures: 10 } }],
  ["an author who fails often", { author: { deployments: 20, failures: 10 } }],
  ["configuration", { files: [...ordinary.files, "vercel.json"] }],
  ["a migration", { files: [...ordinary.files, "supabase/migrations/1_add.sql"] }],
  ["the night", { hour: 23 }],
  ["Friday evening", { weekday: 5, hour: 17 }],
  ["a crowd", { recentDeployments: 7 }],
])("%s makes a deployment riskier, and is given as a reason", (_, more) => {
  const [before, after] = [assessRisk(ordinary), assessRisk({ ...ordinary, ...more })];
  expect(after.probability).toBeGreaterThan(before.probability);
  const known = new Map(before.reasons.map((reason) => [reason.feature, reason.logOdds]));
  expect(after.reasons.some((reason) => reason.logOdds > (known.get(reason.feature) ?? 0))).toBe(true);
});

test("a deployment of documents and tests alone is hardly a risk", () => {
  expect(assessRisk({ ...ordinary, files: ["README.md", "tests/a.test.ts"] }).probability).toBeLessThan(0.03);
});

test("an irreversible migration weighs more than one that only adds", () => {
  const [none, additive, irreversible] = (["none", "additive", "irreversible"] as const).map((kind) =>
    assessRisk(ordinary, newRiskModel(), kind).probability
  );
  expect(none).toBeLessThan(additive!);
  expect(additive).toBeLessThan(irreversible!);
});

test.each([
  ["create table t (id int)", "additive"],
  ["alter table t add column c text", "additive"],
  ["create index concurrently i on t (c)", "additive"],
  ["drop table t", "irreversible"],
  ["alter table t drop column c", "irreversible"],
  ["ALTER TABLE t\n  RENAME COLUMN a TO b", "irreversible"],
  ["alter table t alter column c type bigint", "irreversible"],
  ["update public.orders set total = 0", "irreversible"],
  ["truncate t", "irreversible"],
  ["do $$ begin execute 'x'; drop table t; end $$", "irreversible"],
  ["-- drop table t\nselect 1", "additive"],
  ["insert into log values ('drop table t; truncate')", "additive"],
  ["create function f() returns void language sql as $$ delete from t $$", "additive"],
  ["  -- nothing\n", "none"],
])("the migration %j is %s", (sql, kind) => {
  expect(migrationKind(sql)).toBe(kind);
});

/** A team whose large changes fail and whose night deployments do not, whatever the prior believes. */
function teamDeployment(random: Random): { planned: PlannedDeployment; failed: boolean } {
  const large = random() < 0.3;
  const night = random() < 0.5;
  const planned = { ...ordinary, linesChanged: large ? 4000 : 40, hour: night ? 23 : 11 };
  return { planned, failed: random() < (large ? 0.5 : 0.05) };
}

test("outcomes make it calibrated, and teach it what this team fails at", () => {
  const random = seededRandom(7);
  let model = newRiskModel();
  for (let i = 0; i < 600; i++) {
    const { planned, failed } = teamDeployment(random);
    model = learnOutcome(model, planned, failed);
  }
  const stated: { confidence: number; correct: boolean }[] = [];
  for (let i = 0; i < 2000; i++) {
    const { planned, failed } = teamDeployment(random);
    stated.push({ confidence: assessRisk(planned, model).probability, correct: failed });
  }
  const large = assessRisk({ ...ordinary, linesChanged: 4000 }, model).probability;
  const small = assessRisk({ ...ordinary, linesChanged: 40 }, model).probability;
  expect(large).toBeGreaterThan(0.38);
  expect(small).toBeLessThan(0.1);
  expect(calibrationError(stated)).toBeLessThan(0.05);
  expect(model.outcomes).toBe(600);
});

/** Mean gap between stated and observed failure rate, over ten bins. */
function calibrationError(stated: { confidence: number; correct: boolean }[]): number {
  const bins = Array.from({ length: 10 }, () => ({ sum: 0, hits: 0, count: 0 }));
  for (const { confidence, correct } of stated) {
    const bin = bins[Math.min(9, Math.floor(confidence * 10))]!;
    bin.sum += confidence;
    bin.hits += correct ? 1 : 0;
    bin.count++;
  }
  return bins.reduce((total, bin) => total + Math.abs(bin.sum - bin.hits), 0) / stated.length;
}

test("one outcome moves the number a little, in the right direction, and never out of bounds", () => {
  const before = assessRisk(ordinary).probability;
  const worse = assessRisk(ordinary, learnOutcome(newRiskModel(), ordinary, true)).probability;
  const better = assessRisk(ordinary, learnOutcome(newRiskModel(), ordinary, false)).probability;
  expect(worse).toBeGreaterThan(before);
  expect(better).toBeLessThan(before);
  let model = newRiskModel();
  for (let i = 0; i < 2000; i++) model = learnOutcome(model, ordinary, true);
  const certain = assessRisk(ordinary, model).probability;
  expect(certain).toBeGreaterThan(0.9);
  expect(certain).toBeLessThan(1);
});

test("the model survives being stored as JSON", () => {
  const model = learnOutcome(newRiskModel(), ordinary, true);
  expect(assessRisk(ordinary, JSON.parse(JSON.stringify(model)))).toEqual(assessRisk(ordinary, model));
});
