import fc from "fast-check";
import { expect, test } from "vitest";
import { lesson, type LessonInput, type Outcome } from "../../supabase/functions/_shared/learn/lesson.ts";
import {
  type CauseBelief,
  EVIDENCE_HALF_LIFE_MS,
  type TrackRecord,
} from "../../supabase/functions/_shared/learn/track-record.ts";

const NOW = new Date("2026-03-04T12:00:00Z");

function belief(changes: Partial<CauseBelief> = {}): CauseBelief {
  return {
    causeKey: "pattern:p1",
    alpha: 9,
    beta: 1,
    causeProbability: 1,
    backgroundProbability: 0.05,
    ...changes,
  };
}

function given(outcome: Outcome, sources = [belief()], records: TrackRecord[] = []): LessonInput {
  return { now: NOW, outcome, candidate: { action: "fix.it", sources, rawProbability: 0.9 }, records };
}

function row(
  scope: TrackRecord["scope"],
  successes: number,
  failures: number,
  daysAgo: number,
  projects?: number,
) {
  const updatedAt = new Date(NOW.getTime() - daysAgo * 86_400_000).toISOString();
  return {
    scope,
    causeKey: "pattern:p1",
    action: "fix.it",
    evidence: { successes, failures, updatedAt, projects },
  } as const;
}

test.each(
  [
    ["succeeded", 1, 0],
    ["not_resolved", 0, 1],
    ["inconclusive", 0.05, 0.05],
    ["dismissed", 0, 0.3],
    ["relapsed", 0, 1],
  ] as const,
)(
  "a fix that %s for a certain cause counts its weight in full, for the project and the pool",
  (outcome, s, f) => {
    const { updates } = lesson(given(outcome));
    expect(updates.map(({ scope }) => scope)).toEqual(["project", "pool"]);
    for (const { evidence, causeKey, action } of updates) {
      expect([causeKey, action]).toEqual(["pattern:p1", "fix.it"]);
      expect(evidence.successes).toBeCloseTo(s, 12);
      expect(evidence.failures).toBeCloseTo(f, 12);
      expect(evidence.updatedAt).toBe(NOW.toISOString());
    }
  },
);

test("only measured outcomes calibrate the confidence", () => {
  expect(lesson(given("succeeded")).forecast).toEqual({ confidence: 0.9, success: true });
  expect(lesson(given("not_resolved")).forecast).toEqual({ confidence: 0.9, success: false });
  expect(lesson(given("inconclusive")).forecast).toBeNull();
  expect(lesson(given("dismissed")).forecast).toBeNull();
});

test("what is already recorded fades to now before the outcome is added", () => {
  const old = row("project", 8, 4, EVIDENCE_HALF_LIFE_MS / 86_400_000);
  const [project, pool] = lesson(given("succeeded", [belief()], [old, row("pool", 10, 0, 0, 3)])).updates;
  expect(project?.evidence).toMatchObject({ successes: 5, failures: 2 });
  expect(pool?.evidence).toMatchObject({ successes: 11, failures: 0 });
});

test("a project is counted in the pool once", () => {
  const projects = (records: TrackRecord[]) =>
    lesson(given("succeeded", [belief()], records)).updates[1]?.evidence.projects;
  expect(projects([])).toBe(1);
  expect(projects([row("pool", 1, 0, 0, 4)])).toBe(5);
  expect(projects([row("pool", 1, 0, 0, 4), row("project", 1, 0, 0)])).toBe(4);
});

test("a failure that more likely means a wrong cause says little about the action", () => {
  const [project] = lesson(given("not_resolved", [belief({ causeProbability: 0.5 })])).updates;
  // Bayes: 0.5 * 0.1 / (0.5 * 0.1 + 0.5 * 0.95)
  expect(project?.evidence.failures).toBeCloseTo(0.05 / 0.525, 12);
  const [credit] = lesson(given("succeeded", [belief({ causeProbability: 0.5 })])).updates;
  expect(credit?.evidence.successes).toBeCloseTo(0.45 / 0.475, 12);
});

test("several causes share one outcome", () => {
  const sources = [
    belief(),
    belief({ causeKey: "change:configuration", alpha: 3, beta: 1, causeProbability: 0.4 }),
  ];
  const { updates, sentence } = lesson(given("succeeded", sources));
  const total = updates.filter(({ scope }) => scope === "project").reduce(
    (sum, { evidence }) => sum + evidence.successes,
    0,
  );
  expect(total).toBeLessThanOrEqual(1);
  expect(total).toBeGreaterThan(0.9);
  expect(updates[0]?.evidence.successes).toBeGreaterThan(2 * (updates[2]?.evidence.successes ?? NaN));
  expect(sentence).toContain("fix.it resolved the issue; pattern:p1 now stands at");
});

test("with the true rates the lessons lead the posterior to them, even when the cause is uncertain", () => {
  // The cause is right in half the cases; then the action works in 80 %. Predicted must become what happens: 0.4.
  let records: TrackRecord[] = [];
  let alpha = 0.6;
  let beta = 1.4;
  for (let i = 0; i < 400; i++) {
    const source = belief({ alpha, beta, causeProbability: 0.5, backgroundProbability: 0 });
    records = lesson(given(i % 5 < 2 ? "succeeded" : "not_resolved", [source], records)).updates;
    const { successes = 0, failures = 0 } = records.find(({ scope }) => scope === "project")?.evidence ?? {};
    alpha = 0.6 + successes;
    beta = 1.4 + failures;
  }
  expect(alpha / (alpha + beta)).toBeCloseTo(0.8, 1);
});

test("no outcome ever takes evidence away or adds more than its weight", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const count = fc.double({ min: 0.1, max: 50, noNaN: true });
  const beliefs = fc.array(
    fc.record({
      causeKey: fc.constantFrom("pattern:p1" as const, "change:configuration" as const),
      alpha: count,
      beta: count,
      causeProbability: share,
      backgroundProbability: share,
    }),
    { minLength: 1, maxLength: 2 },
  );
  fc.assert(
    fc.property(
      beliefs,
      fc.constantFrom<Outcome[]>("succeeded", "not_resolved", "dismissed"),
      (sources, outcome) => {
        const { updates } = lesson(given(outcome, sources));
        const gains = updates.filter(({ scope }) => scope === "project").map(({ evidence }) => evidence);
        for (const { successes, failures } of gains) {
          expect(successes).toBeGreaterThanOrEqual(0);
          expect(failures).toBeGreaterThanOrEqual(0);
        }
        expect(gains.reduce((sum, each) => sum + each.successes + each.failures, 0)).toBeLessThanOrEqual(
          1 + 1e-9,
        );
      },
    ),
  );
});
