import fc from "fast-check";
import { expect, test } from "vitest";
import { sourceConfidence, type SourceInput } from "../../supabase/functions/_shared/decide/confidence.ts";
import { EVIDENCE_HALF_LIFE_MS } from "../../supabase/functions/_shared/learn/track-record.ts";
import { NOW } from "./support.ts";

const updatedAt = NOW.toISOString();
const base: SourceInput = {
  kind: "pattern",
  causeKey: "pattern:p1",
  patternId: "p1",
  prior: { alpha: 9, beta: 1, from: "catalogue" },
  pool: null,
  project: null,
  causeProbability: 1,
  backgroundProbability: 0.05,
};
const probability = (changes: Partial<SourceInput> = {}, now = NOW) =>
  sourceConfidence({ ...base, ...changes }, now).probability;

test("without outcomes the catalogue's prior is the confidence", () => {
  expect(probability()).toBeCloseTo(0.9, 12);
});

test("an uncertain cause weighs the action's chance against its luck on anything else", () => {
  expect(probability({ causeProbability: 0.5 })).toBeCloseTo(0.5 * 0.9 + 0.5 * 0.05, 12);
  expect(probability({ causeProbability: 0 })).toBeCloseTo(0.05, 12);
});

test("a project's own outcomes are added to the prior", () => {
  // Beta(9 + 6, 1 + 4)
  expect(probability({ project: { successes: 6, failures: 4, updatedAt } })).toBeCloseTo(15 / 20, 12);
});

test("a project without history takes over the pool's, with a capped weight", () => {
  const pool = { successes: 10, failures: 90, updatedAt, projects: 40 };
  const alone = sourceConfidence({ ...base, pool }, NOW);
  // Prior and pool: Beta(19, 91), scaled to a weight of 20.
  expect(alone.alpha).toBeCloseTo((20 * 19) / 110, 12);
  expect(alone.beta).toBeCloseTo((20 * 91) / 110, 12);
  expect(alone.breakdown.pool.weightUsed).toBeCloseTo(20, 12);
});

test("a project with much history speaks for itself, against the pool", () => {
  const pool = { successes: 10, failures: 1090, updatedAt, projects: 40 };
  const project = { successes: 0, failures: 0, updatedAt };
  expect(probability({ pool, project })).toBeLessThan(0.05);
  expect(probability({ pool: { ...pool, successes: 210 }, project: { ...project, successes: 200 } }))
    .toBeGreaterThan(0.9);
});

test("the project's share of the pool is not counted twice", () => {
  const project = { successes: 3, failures: 2, updatedAt };
  const own = probability({ project });
  expect(probability({ project, pool: { ...project, projects: 1 } })).toBeCloseTo(own, 12);
});

test("one foreign project weighs less than many", () => {
  const pool = { successes: 0, failures: 50, updatedAt };
  const weight = (projects: number) =>
    sourceConfidence({ ...base, prior: { alpha: 3, beta: 1, from: "" }, pool: { ...pool, projects } }, NOW)
      .breakdown.pool
      .weightUsed;
  expect([1, 2, 3].map(weight)).toEqual([12, 20, 20].map((value) => expect.closeTo(value, 9)));
});

test("outcomes fade: after two half-lives they count a quarter", () => {
  const project = { successes: 0, failures: 8, updatedAt };
  const later = new Date(NOW.getTime() + 2 * EVIDENCE_HALF_LIFE_MS);
  expect(probability({ project }, later)).toBeCloseTo(9 / 12, 12);
});

test("a very sure prior is capped, so that measurements can correct it", () => {
  const sure = sourceConfidence({ ...base, prior: { alpha: 900, beta: 100, from: "import" } }, NOW);
  expect(sure.alpha + sure.beta).toBeCloseTo(12, 12);
  expect(sure.probability).toBeCloseTo(0.9, 12);
  expect(() => probability({ prior: { alpha: 0, beta: 1, from: "" } })).toThrow("above 0");
});

const counts = fc.double({ min: 0, max: 200, noNaN: true });
const shares = fc.double({ min: 0, max: 1, noNaN: true });

test("a success never lowers and a failure never raises the confidence", () => {
  fc.assert(
    fc.property(
      counts,
      counts,
      counts,
      counts,
      fc.nat(30),
      shares,
      shares,
      (s, f, ps, pf, n, cause, luck) => {
        const at = (moreS: number, moreF: number) =>
          probability({
            project: { successes: s + moreS, failures: f + moreF, updatedAt },
            pool: { successes: s + ps + moreS, failures: f + pf + moreF, updatedAt, projects: n + 1 },
            causeProbability: cause,
            backgroundProbability: luck,
          });
        expect(at(1, 0)).toBeGreaterThanOrEqual(at(0, 0) - 1e-12);
        expect(at(0, 1)).toBeLessThanOrEqual(at(0, 0) + 1e-12);
        // And by another project's outcome alone.
        const foreign = (more: number) =>
          probability({ pool: { successes: ps + more, failures: pf, updatedAt, projects: n + 1 } });
        expect(foreign(1)).toBeGreaterThanOrEqual(foreign(0) - 1e-12);
      },
    ),
  );
});

test("a more certain cause never lowers the confidence, and it stays a probability", () => {
  fc.assert(fc.property(counts, counts, shares, shares, shares, (s, f, a, b, luck) => {
    const at = (causeProbability: number) =>
      probability({
        project: { successes: s, failures: f, updatedAt },
        causeProbability,
        backgroundProbability: luck,
      });
    expect(at(Math.max(a, b))).toBeGreaterThanOrEqual(at(Math.min(a, b)) - 1e-12);
    expect(at(a)).toBeGreaterThanOrEqual(0);
    expect(at(a)).toBeLessThanOrEqual(1);
  }));
});

test("every number is in the breakdown, and a sentence says what they mean", () => {
  const { breakdown } = sourceConfidence(
    { ...base, causeProbability: 0.8, project: { successes: 6, failures: 4, updatedAt } },
    NOW,
  );
  expect(breakdown.posterior).toMatchObject({ alpha: 15, beta: 5, mean: 0.75 });
  expect(breakdown.posterior.low).toBeLessThan(0.75);
  expect(breakdown.posterior.high).toBeGreaterThan(0.75);
  expect(breakdown.sentence).toBe(
    "61 %: the pattern explains it with 80 %; then the action works with 75 % " +
      "(catalogue 90 %, other projects no outcomes, this project 6.0 successes and 4.0 failures).",
  );
});
