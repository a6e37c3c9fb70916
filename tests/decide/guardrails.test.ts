import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type GuardrailContext,
  guardrails,
  stricterMode,
} from "../../supabase/functions/_shared/decide/guardrails.ts";
import { DEFAULT_LIMITS } from "../../supabase/functions/_shared/decide/limits.ts";
import { targetHistory } from "../../supabase/functions/_shared/decide/target-limits.ts";
import { MODES, VERDICTS } from "../../supabase/functions/_shared/decide/types.ts";
import { ago, guardrailContext, NOW, pastFix } from "./support.ts";

const target = guardrailContext().target;
const minutesAgo = (minutes: number) => new Date(ago(minutes));

test("a certain, safe, reversible fix in an untroubled project is allowed", () => {
  expect(guardrails(guardrailContext())).toEqual({
    allowed: true,
    verdict: "apply",
    reasons: ["Every limit is kept."],
    retryAt: null,
  });
});

const cases: [string, Partial<GuardrailContext>, "review" | "observe", string][] = [
  ["the kill switch", { killSwitch: true }, "observe", "kill switch"],
  ["dry run", { dryRun: true }, "observe", "Dry run"],
  ["project mode observe", { projectMode: "observe" }, "observe", "project's mode is observe"],
  ["project mode suggest", { projectMode: "suggest" }, "review", "project's mode is suggest"],
  ["action mode observe", { actionMode: "observe" }, "observe", "action's mode is observe"],
  ["action mode suggest", { actionMode: "suggest" }, "review", "action's mode is suggest"],
  ["a critical issue", { severity: "critical" }, "review", "P0"],
  ["a dangerous action", { risk: "dangerous" }, "review", "dangerous"],
  ["an irreversible action", { reversible: false }, "review", "cannot be taken back"],
  [
    "a probability just below the threshold",
    { probability: 0.8499 },
    "review",
    "0.849 is below the threshold 0.85",
  ],
  ["a guess", { probability: 0.1 }, "observe", "too low to bother"],
  ["a probability that is not a number", { probability: NaN }, "observe", "too low"],
  ["a threshold that is not a number", { threshold: NaN }, "review", "below the threshold"],
  ["a dismissed fix", { dismissed: true }, "observe", "dismissed"],
  ["the fourth proposal", { proposalCount: 3 }, "observe", "3 is the limit"],
  ["a fix that keeps coming back", { recurrenceCount: 3 }, "review", "treats a symptom"],
  ["another fix for the issue", { issueHasOpenFix: true }, "observe", "for this issue is under way"],
  ["another fix on the target", { target: { ...target, openFix: true } }, "observe", "on t is under way"],
  [
    "a target touched 4 min ago",
    { target: { ...target, lastTouchedAt: minutesAgo(4) } },
    "observe",
    "cools down",
  ],
  [
    "three automatic fixes within the hour",
    { target: { ...target, automaticFixesAt: [minutesAgo(50), minutesAgo(30), minutesAgo(10)] } },
    "review",
    "3 is the limit",
  ],
  [
    "three failures in a row, the last 59 min ago",
    { target: { ...target, failuresInARow: 3, lastFailureAt: minutesAgo(59) } },
    "review",
    "3 fixes in a row failed",
  ],
];

test.each(cases)("%s forbids to apply, and says so", (_, changes, verdict, reason) => {
  const result = guardrails(guardrailContext(changes));
  expect(result.allowed).toBe(false);
  expect(result.verdict).toBe(verdict);
  expect(result.reasons.join(" ")).toContain(reason);
});

const kept: [string, Partial<GuardrailContext>][] = [
  ["a probability of exactly the threshold", { probability: 0.85 }],
  ["a third proposal", { proposalCount: 2 }],
  ["a target touched 5 min ago", { target: { ...target, lastTouchedAt: minutesAgo(5) } }],
  ["two automatic fixes within the hour", {
    target: { ...target, automaticFixesAt: [minutesAgo(50), minutesAgo(9)] },
  }],
  ["two failures in a row", { target: { ...target, failuresInARow: 2, lastFailureAt: minutesAgo(10) } }],
  ["three failures of which the last is an hour old", {
    target: { ...target, failuresInARow: 3, lastFailureAt: minutesAgo(60) },
  }],
  ["a guarded action", { risk: "guarded" }],
];

test.each(kept)("%s is within the limits", (_, changes) => {
  expect(guardrails(guardrailContext(changes)).allowed).toBe(true);
});

test("a cool-down tells when it is over and does not keep a human from deciding", () => {
  const cooling = { target: { ...target, lastTouchedAt: minutesAgo(4) } };
  expect(guardrails(guardrailContext(cooling)).retryAt).toBe("2026-03-04T12:01:00.000Z");
  const forHumans = guardrails(guardrailContext({ ...cooling, severity: "critical" }));
  expect(forHumans.verdict).toBe("review");
  expect(forHumans.retryAt).toBeNull();
});

test("waiting is not promised where it would change nothing", () => {
  const both = guardrailContext({ killSwitch: true, target: { ...target, openFix: true } });
  expect(guardrails(both).retryAt).toBeNull();
});

test("informing needs no threshold and no review, but respects the switches and its own hourly limit", () => {
  const inform = (changes: Partial<GuardrailContext> = {}) =>
    guardrails(guardrailContext({
      informational: true,
      probability: 0,
      severity: "critical",
      projectMode: "suggest",
      proposalCount: 9,
      reversible: false,
      ...changes,
    }));
  expect(inform().allowed).toBe(true);
  expect(inform({ killSwitch: true }).allowed).toBe(false);
  expect(inform({ dryRun: true }).allowed).toBe(false);
  expect(inform({ projectMode: "observe" }).allowed).toBe(false);
  expect(inform({ actionMode: "observe" }).allowed).toBe(false);
  const many = Array.from({ length: DEFAULT_LIMITS.messages_per_action_and_hour }, () => minutesAgo(1));
  expect(inform({ target: { ...target, automaticFixesAt: many } }).allowed).toBe(false);
});

const contexts: fc.Arbitrary<GuardrailContext> = fc.record({
  now: fc.constant(NOW),
  limits: fc.constant(DEFAULT_LIMITS),
  killSwitch: fc.boolean(),
  dryRun: fc.boolean(),
  projectMode: fc.constantFrom(...MODES),
  actionMode: fc.constantFrom(null, ...MODES),
  severity: fc.constantFrom("critical", "high", "medium", "low"),
  risk: fc.constantFrom("safe", "guarded", "dangerous"),
  reversible: fc.boolean(),
  informational: fc.constant(false),
  probability: fc.double({ min: 0, max: 1 }),
  threshold: fc.double({ min: 0.5, max: 1, noNaN: true }),
  target: fc.record({
    key: fc.constant("t"),
    openFix: fc.boolean(),
    automaticFixesAt: fc.array(fc.integer({ min: 0, max: 59 }).map(minutesAgo), { maxLength: 5 }),
    lastTouchedAt: fc.option(fc.integer({ min: 0, max: 100 }).map(minutesAgo)),
    failuresInARow: fc.nat(5),
    lastFailureAt: fc.option(fc.integer({ min: 0, max: 100 }).map(minutesAgo)),
  }),
  issueHasOpenFix: fc.boolean(),
  proposalCount: fc.nat(5),
  dismissed: fc.boolean(),
  recurrenceCount: fc.nat(5),
});
/** Most random contexts are forbidden for many reasons; these break at most a few. */
const nearlyFine: fc.Arbitrary<GuardrailContext> = contexts.chain((context) =>
  fc.subarray(Object.keys(context) as (keyof GuardrailContext)[], { maxLength: 3 }).map((keys) =>
    guardrailContext(Object.fromEntries(keys.map((key) => [key, context[key]])))
  )
);

test("apply is allowed exactly when every single law of the invariants is kept", () => {
  fc.assert(
    fc.property(fc.oneof(contexts, nearlyFine), (c) => {
      const minutesSince = (
        time: Date | null,
      ) => (time ? (NOW.getTime() - time.getTime()) / 60_000 : Infinity);
      const lawful = !c.killSwitch && !c.dryRun && c.projectMode === "auto" &&
        (c.actionMode ?? "auto") === "auto" &&
        c.severity !== "critical" && c.risk !== "dangerous" && c.reversible && c.probability >= c.threshold &&
        c.proposalCount < 3 && !c.dismissed && c.recurrenceCount < 3 && !c.issueHasOpenFix &&
        !c.target.openFix &&
        c.target.automaticFixesAt.length < 3 && minutesSince(c.target.lastTouchedAt) >= 5 &&
        !(c.target.failuresInARow >= 3 && minutesSince(c.target.lastFailureAt) < 60);
      const result = guardrails(c);
      expect(result.allowed).toBe(lawful);
      expect(result.verdict === "apply").toBe(result.allowed);
      expect(result.reasons.length).toBeGreaterThan(0);
    }),
    { numRuns: 2000 },
  );
});

test("the stricter of two modes wins, whichever way round", () => {
  fc.assert(fc.property(contexts, fc.constantFrom(...MODES), fc.constantFrom(...MODES), (context, a, b) => {
    expect(stricterMode(a, b)).toBe(stricterMode(b, a));
    const rank = (projectMode: typeof a, actionMode: typeof a | null) =>
      VERDICTS.indexOf(guardrails({ ...context, projectMode, actionMode }).verdict);
    expect(rank(a, b)).toBe(Math.min(rank(a, null), rank(b, null)));
  }));
});

test("one more objection never allows more", () => {
  fc.assert(fc.property(contexts, (context) => {
    const rank = (changes: Partial<GuardrailContext>) =>
      VERDICTS.indexOf(guardrails({ ...context, ...changes }).verdict);
    const now = rank({});
    for (
      const worse of [
        { killSwitch: true },
        { dryRun: true },
        { severity: "critical" },
        { risk: "dangerous" },
        { reversible: false },
        { threshold: 1 },
        { dismissed: true },
        { issueHasOpenFix: true },
        { target: { ...context.target, openFix: true } },
        { proposalCount: context.proposalCount + 1 },
      ] as const
    ) expect(rank(worse)).toBeLessThanOrEqual(now);
  }));
});

test("a target's history is read from its own fixes alone", () => {
  const history = targetHistory("target:fix.it", [
    pastFix({ id: "old", appliedAt: ago(61), finishedAt: ago(60) }),
    pastFix({ id: "failed", state: "failed", appliedAt: ago(40), finishedAt: ago(39) }),
    pastFix({ id: "back", state: "rolled_back", automatic: false, appliedAt: ago(20), finishedAt: ago(15) }),
    pastFix({ id: "never", state: "dismissed", appliedAt: null, finishedAt: ago(2) }),
    pastFix({ id: "elsewhere", targetKey: "other", state: "applying", appliedAt: ago(1), finishedAt: null }),
    pastFix({ id: "told", informational: true, state: "verifying", appliedAt: ago(1), finishedAt: null }),
  ], NOW);
  expect(history).toEqual({
    key: "target:fix.it",
    openFix: false,
    automaticFixesAt: [minutesAgo(40)],
    lastTouchedAt: minutesAgo(15),
    failuresInARow: 2,
    lastFailureAt: minutesAgo(15),
  });
});

test.each(["approved", "applying", "verifying", "rolling_back"] as const)(
  "a fix that is %s keeps its target",
  (state) => {
    expect(targetHistory("target:fix.it", [pastFix({ state, finishedAt: null })], NOW).openFix).toBe(true);
  },
);

test("a success ends a row of failures", () => {
  const fixes = [
    pastFix({ state: "failed", appliedAt: ago(30), finishedAt: ago(30) }),
    pastFix({ state: "succeeded", appliedAt: ago(20), finishedAt: ago(20) }),
    pastFix({ state: "failed", appliedAt: ago(10), finishedAt: ago(10) }),
  ];
  expect(targetHistory("target:fix.it", fixes, NOW).failuresInARow).toBe(1);
});
