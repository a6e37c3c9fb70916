import fc from "fast-check";
import { z } from "zod";
import { expect, test } from "vitest";
import { candidates, causeKeysOf } from "../../supabase/functions/_shared/decide/candidates.ts";
import { mergeProbabilities } from "../../supabase/functions/_shared/decide/merge-probabilities.ts";
import { action, ago, diagnosis, input, notify, pastFix, revert, suspect } from "./support.ts";

test("the catalogue's action for a matching pattern is a candidate with the prior as its confidence", () => {
  const { candidates: found } = candidates(input());
  expect(found[0]).toMatchObject({
    action: "fix.it",
    parameters: { of: "fix.it" },
    targetKey: "target:fix.it",
    source: "pattern",
    patternId: "p1",
    alpha: 9.5,
    beta: 0.5,
  });
  expect(found[0]?.probability).toBeCloseTo(0.95, 12);
});

test("an action that nobody recommends is an unproven guess from the facts", () => {
  const found = candidates(input({ actions: [action("some.thing")] })).candidates;
  expect(found[0]).toMatchObject({ source: "evidence", patternId: null });
  expect(found[0]?.probability).toBeCloseTo(0.3, 12);
});

test("taking back the suspect change is as likely to help as the change is to blame", () => {
  const found = candidates(input({
    actions: [revert],
    diagnosis: diagnosis({ patterns: [], changes: [suspect(0.96)] }),
  })).candidates;
  expect(found[0]).toMatchObject({ source: "change", parameters: { key: "app.timeout", version: "7" } });
  expect(found[0]?.probability).toBeCloseTo(0.96 * 0.97 + 0.04 * 0.05, 12);
});

test("every suspect change gives its own candidate, and the likelier cause comes first", () => {
  const found = candidates(input({
    actions: [revert],
    diagnosis: diagnosis({ patterns: [], changes: [suspect(0.2, "app.a"), suspect(0.7, "app.b")] }),
  })).candidates;
  expect(found.map(({ parameters }) => parameters.key)).toEqual(["app.b", "app.a"]);
});

test("an action that needs a change but is not known to take it back stays unproven", () => {
  const tighten = action("configuration.tighten-limit", { propose: revert.propose });
  const found = candidates(input({
    actions: [tighten],
    diagnosis: diagnosis({ patterns: [], changes: [suspect(1)] }),
  })).candidates;
  expect(found[0]?.probability).toBeCloseTo(0.3, 12);
});

test("a pattern that recommends to take a change back depends on that change being the cause", () => {
  const found = candidates(input({
    actions: [revert],
    patternActions: [{ patternId: "p1", action: "configuration.revert", prior: { alpha: 9, beta: 1 } }],
    diagnosis: diagnosis({ changes: [suspect(0.1)] }),
  })).candidates;
  expect(found[0]?.sources.map(({ kind }) => kind).sort()).toEqual(["change", "pattern"]);
  expect(found[0]?.probability).toBeLessThan(0.25);
});

test("the same fix from two sources is one candidate, a little likelier than the better one", () => {
  const found = candidates(input({
    actions: [action("fix.it")],
    patternActions: ["p1", "p2"].map((patternId) => ({
      patternId,
      action: "fix.it",
      prior: { alpha: 8, beta: 2 },
    })),
    diagnosis: diagnosis({
      patterns: [
        { patternId: "p1", slug: "one", strength: 0.9, why: "" },
        { patternId: "p2", slug: "two", strength: 0.5, why: "" },
      ],
    }),
  })).candidates;
  expect(found).toHaveLength(1);
  expect(found[0]?.rawProbability).toBeCloseTo(0.9 * 0.8 + 0.1 * 0.05 + 0.05, 12);
  expect(found[0]?.explanation.join(" ")).toContain("2 reasons speak for it");
});

test("merging never lowers, adds at most 0.05, and stops at 0.99", () => {
  expect(mergeProbabilities([0.8, 0.5])).toBeCloseTo(0.85, 12);
  expect(mergeProbabilities([0.01, 0.01])).toBeCloseTo(0.0199, 12);
  expect(mergeProbabilities([])).toBe(0);
  fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (values) => {
    const merged = mergeProbabilities(values);
    const best = Math.max(...values);
    expect(merged).toBeGreaterThanOrEqual(best);
    expect(merged).toBeLessThanOrEqual(best + 0.05 + 1e-12);
    expect(merged).toBeLessThanOrEqual(Math.max(best, 0.99));
  }));
});

test("the calibration map corrects the probability and is told", () => {
  const calibration = {
    version: "isotonic-80",
    samples: 80,
    knots: [{ x: 0.5, y: 0.4 }, { x: 0.95, y: 0.8 }],
  };
  const found = candidates(input({ calibration })).candidates;
  expect(found[0]?.rawProbability).toBeCloseTo(0.95, 12);
  expect(found[0]?.probability).toBeCloseTo(0.8, 12);
  expect(found[0]?.explanation.at(-1)).toBe("Calibrated by 80 past outcomes: 95 % becomes 80 %.");
});

const ofIssue = { issueId: 1, createdAt: ago(5) };

test.each(
  [
    ["failed", "did not work"],
    ["rolled_back", "did not work"],
    ["dismissed", "dismissed"],
    ["proposed", "already proposed"],
    ["in_review", "already proposed"],
    ["verifying", "under way"],
  ] as const,
)("a fix that is %s for this issue is excluded, with the reason", (state, reason) => {
  const { candidates: found, excluded } = candidates(input({ pastFixes: [pastFix({ ...ofIssue, state })] }));
  expect(found.map((each) => each.action)).toEqual(["notify.message"]);
  expect(excluded[0]?.reason).toContain(reason);
});

test("a failure counts for the same parameters, the same issue and the same life of it only", () => {
  const still = (changes: Parameters<typeof pastFix>[0]) =>
    candidates(input({ pastFixes: [pastFix({ ...ofIssue, state: "failed", ...changes })] })).candidates
      .length;
  expect(still({})).toBe(1);
  expect(still({ parameters: { of: "something else" } })).toBe(2);
  expect(still({ issueId: 2 })).toBe(2);
  expect(still({ createdAt: ago(11) })).toBe(2);
  expect(still({ state: "succeeded" })).toBe(2);
});

test("a dismissed fix does not come back, not even when the issue does", () => {
  const pastFixes = [pastFix({ ...ofIssue, state: "dismissed", createdAt: ago(100_000) })];
  expect(candidates(input({ pastFixes })).excluded).toHaveLength(1);
});

test("the order of parameters does not make another fix", () => {
  const two = action("fix.it", { propose: () => ({ a: 1, b: { d: 2, c: [3, null] } }) });
  const pastFixes = [
    pastFix({ ...ofIssue, state: "failed", parameters: { b: { c: [3, null], d: 2 }, a: 1 } }),
  ];
  expect(candidates(input({ actions: [two], pastFixes })).excluded).toHaveLength(1);
});

test("people are informed once in the life of an issue, though the text differs", () => {
  const told = pastFix({
    ...ofIssue,
    action: "notify.message",
    parameters: { text: "earlier" },
    informational: true,
  });
  expect(candidates(input({ actions: [notify], pastFixes: [told] })).candidates).toEqual([]);
});

test("an action that breaks or proposes nonsense is excluded with the reason, and the others go on", () => {
  const broken = action("breaks", {
    propose: () => {
      throw new Error("no such fact");
    },
  });
  const wrong = action("wrong", { parameters: z.object({ pid: z.number() }), propose: () => ({ pid: "x" }) });
  const silent = action("silent", { propose: () => null });
  const { candidates: found, excluded } = candidates(
    input({ actions: [broken, wrong, silent, action("fix.it")] }),
  );
  expect(found.map((each) => each.action)).toEqual(["fix.it"]);
  expect(excluded.map(({ action, reason }) => [action, reason])).toEqual([
    ["breaks", "It could not propose parameters: no such fact"],
    ["wrong", expect.stringContaining("pid")],
  ]);
});

test("the causes of a diagnosis are named once each", () => {
  expect(causeKeysOf(diagnosis({ changes: [suspect(0.5), suspect(0.4, "app.b")] }))).toEqual([
    "pattern:p1",
    "change:configuration",
    "category:configuration",
  ]);
});
