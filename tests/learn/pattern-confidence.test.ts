import fc from "fast-check";
import { expect, test } from "vitest";
import {
  missingForPromotion,
  patternStanding,
  type PatternStats,
} from "../../supabase/functions/_shared/learn/pattern-confidence.ts";

const NOW = new Date("2026-03-04T12:00:00Z");
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000).toISOString();

function stats(changes: Partial<PatternStats> = {}): PatternStats {
  return {
    source: "learnt",
    successes: 8,
    failures: 2,
    updatedAt: NOW.toISOString(),
    projectCount: 3,
    lastUsedAt: NOW.toISOString(),
    createdAt: daysAgo(400),
    ...changes,
  };
}

test("a pattern whose fixes agree across projects is active, with a cautious confidence", () => {
  const standing = patternStanding(stats(), NOW);
  expect(standing.status).toBe("active");
  expect(standing.confidence).toBeCloseTo(0.65, 2);
});

test("two similar fixes from two projects promote a pattern, fewer do not", () => {
  const status = (successes: number, failures: number, projectCount: number) =>
    patternStanding(stats({ successes, failures, projectCount }), NOW).status;
  expect(status(2, 0, 2)).toBe("active");
  expect(status(1, 0, 2)).toBe("candidate");
  expect(status(9, 0, 1)).toBe("candidate");
  expect(status(2, 2, 2)).toBe("candidate");
  expect(status(3, 2, 2)).toBe("active");
});

test("what is missing for promotion is told", () => {
  expect(missingForPromotion({ successes: 1, failures: 1, projectCount: 1 })).toEqual([
    "It needs 2 similar fixes that worked and has 1.",
    "It needs to be seen in 2 projects and was in 1.",
    "Its fixes do not agree: 1 of 2 failed.",
  ]);
});

test("a learnt pattern that matches nothing for half a year is deprecated, a built-in one is not", () => {
  expect(patternStanding(stats({ lastUsedAt: daysAgo(180) }), NOW).status).toBe("active");
  expect(patternStanding(stats({ lastUsedAt: daysAgo(181) }), NOW)).toMatchObject({
    status: "deprecated",
    reasons: ["It has matched nothing for 181 days."],
  });
  expect(patternStanding(stats({ lastUsedAt: null }), NOW).status).toBe("deprecated");
  expect(patternStanding(stats({ lastUsedAt: null, source: "builtin" }), NOW).status).toBe("active");
});

test("an imported pattern needs no promotion but becomes stale", () => {
  const imported = stats({ source: "imported", successes: 0, failures: 0, projectCount: 0 });
  expect(patternStanding(imported, NOW).status).toBe("active");
  expect(patternStanding({ ...imported, lastUsedAt: daysAgo(200) }, NOW).status).toBe("deprecated");
});

test("a pattern that is surely wrong is deprecated whoever made it, and comes back when it succeeds", () => {
  for (const source of ["builtin", "learnt", "imported"] as const) {
    expect(patternStanding(stats({ source, successes: 0, failures: 6 }), NOW).status).toBe("deprecated");
    expect(patternStanding(stats({ source, successes: 0, failures: 2 }), NOW).status).not.toBe("deprecated");
    expect(patternStanding(stats({ source, successes: 9, failures: 6 }), NOW).status).toBe("active");
  }
});

test("confidence rises with every success, falls with every failure, and fades", () => {
  const count = fc.double({ min: 0, max: 100, noNaN: true });
  fc.assert(fc.property(count, count, (successes, failures) => {
    const at = (s: number, f: number, age = 0) =>
      patternStanding(stats({ successes: s, failures: f, updatedAt: daysAgo(age) }), NOW).confidence;
    expect(at(successes + 1, failures)).toBeGreaterThan(at(successes, failures));
    expect(at(successes, failures + 1)).toBeLessThan(at(successes, failures));
    expect(at(successes, failures)).toBeGreaterThanOrEqual(0);
    expect(at(successes, failures)).toBeLessThanOrEqual(1);
  }));
  const fresh = patternStanding(stats(), NOW).confidence;
  expect(patternStanding(stats({ updatedAt: daysAgo(360) }), NOW).confidence).toBeLessThan(fresh);
  expect(patternStanding(stats({ updatedAt: daysAgo(36_000) }), NOW).confidence).toBeCloseTo(0.2, 6);
});
