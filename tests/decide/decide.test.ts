import fc from "fast-check";
import { expect, test } from "vitest";
import { decide, type DecisionInput } from "../../supabase/functions/_shared/decide/decide.ts";
import { MODES, VERDICTS } from "../../supabase/functions/_shared/decide/types.ts";
import { action, ago, diagnosis, input, notify, pastFix, record, revert, suspect } from "./support.ts";

test("a fix that is sure enough is applied, and the paragraph says why", () => {
  const decision = decide(input());
  expect(decision.verdict).toBe("apply");
  expect(decision.chosen?.action).toBe("fix.it");
  expect(decision.confidence).toBeCloseTo(0.95, 12);
  expect(decision.threshold.effective).toBe(0.85);
  expect(decision.propensity).toBe(1);
  expect(decision.inform).toBeNull();
  expect(decision.explanation).toBe(
    "Probable cause: app.timeout was set to 1 ms. " +
      'Applying "Do fix.it" on target:fix.it (95 % likely to resolve it, 85 % needed to act alone). ' +
      "95 %: the pattern explains it with 100 %; then the action works with 95 % " +
      "(catalogue for timeout-too-low 95 %, other projects no outcomes, this project no outcomes).",
  );
});

test("a fix that is not sure enough is put before a human", () => {
  const patternActions = [{ patternId: "p1", action: "fix.it", prior: { alpha: 8, beta: 2 } }];
  const decision = decide(input({ patternActions }));
  expect(decision.verdict).toBe("review");
  expect(decision.chosen?.action).toBe("fix.it");
  expect(decision.explanation).toContain("A human is asked");
  expect(decision.explanation).toContain("Its probability 0.8 is below the threshold 0.85.");
});

test("what the pool has learnt turns a review into an application, and the project's failures turn it back", () => {
  const patternActions = [{ patternId: "p1", action: "fix.it", prior: { alpha: 8, beta: 2 } }];
  const learnt = input({ patternActions, trackRecords: [record("pool", 60, 2, 9)] });
  expect(decide(learnt).verdict).toBe("apply");
  const own = [record("pool", 60, 7, 9), record("project", 0, 5)];
  expect(decide({ ...learnt, trackRecords: own }).verdict).toBe("review");
});

test("when no action can heal, nothing is changed and people are informed", () => {
  const decision = decide(input({ actions: [notify], patternActions: [] }));
  expect(decision).toMatchObject({ verdict: "observe", chosen: null, confidence: 0, propensity: null });
  expect(decision.inform?.action).toBe("notify.message");
  expect(decision.explanation).toContain("No action is known that could resolve this issue.");
  expect(decision.explanation).toContain("People are informed instead: Tell the team.");
});

test("informing is never the fix that is applied, even where the catalogue lists it", () => {
  const patternActions = [{ patternId: "p1", action: "notify.message", prior: { alpha: 11, beta: 0.1 } }];
  const decision = decide(input({ actions: [notify, action("fix.it")], patternActions }));
  expect(decision.chosen?.action).toBe("fix.it");
  expect(decision.verdict).toBe("review");
});

test("the message that a pattern recommends is preferred, and none is sent beyond the hourly limit", () => {
  const openIssue = action("github.open-issue", { informational: true, target: "github" });
  const patternActions = [{ patternId: "p1", action: "github.open-issue", prior: { alpha: 1, beta: 9 } }];
  const unhealable = input({ actions: [notify, openIssue], patternActions });
  expect(decide(unhealable).inform).toMatchObject({ action: "github.open-issue", probability: 0 });
  expect(decide({ ...unhealable, actions: [notify] }).inform?.action).toBe("notify.message");
  const pastFixes = Array.from({ length: 20 }, (_, i) =>
    pastFix({
      id: String(i),
      issueId: 100 + i,
      action: "notify.message",
      targetKey: `notify:${i}`,
      informational: true,
      appliedAt: ago(i),
    }));
  expect(decide({ ...unhealable, actions: [notify], pastFixes }).inform).toBeNull();
  expect(decide({ ...unhealable, actions: [notify], pastFixes: pastFixes.slice(1) }).inform).not.toBeNull();
});

test("a critical issue is reviewed, and people are informed at once", () => {
  const decision = decide(input({ diagnosis: diagnosis({ severity: "critical" }) }));
  expect(decision.verdict).toBe("review");
  expect(decision.inform?.action).toBe("notify.message");
  expect(decision.reasons.join(" ")).toContain("P0");
});

test("the kill switch stops everything, messages too", () => {
  const decision = decide(input({ killSwitch: true }));
  expect(decision).toMatchObject({ verdict: "observe", chosen: null, inform: null, retryAt: null });
});

test("a dry run records what would have been done and does nothing", () => {
  const decision = decide(input({ dryRun: true }));
  expect(decision.verdict).toBe("observe");
  expect(decision.verdictWithoutDryRun).toBe("apply");
  expect(decision.chosen?.action).toBe("fix.it");
  expect(decision.inform).toBeNull();
  expect(decision.explanation).toContain("Dry run: otherwise");
});

test("while the target cools down it waits until then, and informs nobody", () => {
  const decision = decide(input({
    pastFixes: [pastFix({ appliedAt: ago(4), finishedAt: ago(3), createdAt: ago(4) })],
  }));
  expect(decision).toMatchObject({ verdict: "observe", chosen: null, inform: null });
  expect(decision.retryAt).toBe("2026-03-04T12:02:00.000Z");
  expect(decision.explanation).toContain("It is decided again at 2026-03-04T12:02:00.000Z.");
});

test("an action on a free target is taken while another one's target cools down", () => {
  const decision = decide(input({
    actions: [action("fix.it"), action("fix.other")],
    patternActions: ["fix.it", "fix.other"].map((name) => ({
      patternId: "p1",
      action: name,
      prior: { alpha: 9.5, beta: 0.5 },
    })),
    pastFixes: [pastFix({ appliedAt: ago(4), finishedAt: ago(3) })],
  }));
  expect(decision.verdict).toBe("apply");
  expect(decision.chosen?.action).toBe("fix.other");
});

test("after the first fix failed, the next candidate is tried", () => {
  const decision = decide(input({
    actions: [action("fix.it"), action("fix.other")],
    patternActions: ["fix.it", "fix.other"].map((name) => ({
      patternId: "p1",
      action: name,
      prior: { alpha: 9.5, beta: 0.5 },
    })),
    pastFixes: [
      pastFix({ issueId: 1, state: "rolled_back", createdAt: ago(2), appliedAt: ago(2), finishedAt: ago(1) }),
    ],
  }));
  expect(decision.chosen?.action).toBe("fix.other");
  expect(decision.verdict).toBe("apply");
  expect(decision.threshold.effective).toBe(0.87);
  expect(decision.excluded).toHaveLength(1);
});

test("after three proposals in one life of the issue it is left to people; a new life starts from zero", () => {
  const pastFixes = ["a", "b", "c"].map((id) =>
    pastFix({
      id,
      issueId: 1,
      action: id,
      parameters: {},
      targetKey: id,
      state: "expired",
      createdAt: ago(5),
      appliedAt: null,
    })
  );
  const decision = decide(input({ pastFixes }));
  expect(decision.verdict).toBe("observe");
  expect(decision.inform?.action).toBe("notify.message");
  expect(decide(input({ pastFixes, issue: { id: 1, episodeStartedAt: ago(4) } })).verdict).toBe("apply");
});

test("while a human has a proposal for the issue there is no second question, but a sure fix still goes", () => {
  const waiting = pastFix({
    issueId: 1,
    action: "other",
    parameters: {},
    targetKey: "o",
    state: "in_review",
    appliedAt: null,
  });
  expect(decide(input({ pastFixes: [waiting] })).verdict).toBe("apply");
  const unsure = [{ patternId: "p1", action: "fix.it", prior: { alpha: 8, beta: 2 } }];
  const decision = decide(input({ pastFixes: [waiting], patternActions: unsure }));
  expect(decision).toMatchObject({ verdict: "observe", inform: null });
  expect(decision.reasons).toEqual(["A human has not yet answered the proposal for this issue."]);
});

test("a bad configuration change that is surely to blame is taken back at once", () => {
  const decision = decide(input({
    actions: [revert, notify],
    diagnosis: diagnosis({ patterns: [], changes: [suspect(0.95)] }),
  }));
  expect(decision.verdict).toBe("apply");
  expect(decision.chosen).toMatchObject({ source: "change", targetKey: "configuration:app.timeout" });
  expect(decision.evidence).toHaveLength(1);
});

test("when either of two changes may be to blame, a human chooses", () => {
  const decision = decide(input({
    actions: [revert],
    diagnosis: diagnosis({ patterns: [], changes: [suspect(0.5, "app.a"), suspect(0.49, "app.b")] }),
  }));
  expect(decision.verdict).toBe("review");
  expect(decision.candidates).toHaveLength(2);
});

test("a time that cannot be read is refused instead of lifting a limit", () => {
  expect(() => decide(input({ issue: { id: 1, episodeStartedAt: "yesterday" } }))).toThrow(
    "episodeStartedAt",
  );
  expect(() => decide(input({ pastFixes: [pastFix({ finishedAt: "?" })] }))).toThrow("finishedAt of fix 1");
  expect(() => decide(input({ now: new Date(NaN) }))).toThrow("now");
});

const PRIORS = [{ alpha: 9.5, beta: 0.5 }, { alpha: 11.8, beta: 0.2 }, { alpha: 6, beta: 4 }, {
  alpha: 1,
  beta: 9,
}];
const scenarios: fc.Arbitrary<DecisionInput> = fc.record({
  seed: fc.integer(),
  severity: fc.constantFrom("critical", "high", "high", "medium", "low"),
  projectMode: fc.constantFrom("auto", "auto", "auto", "auto", ...MODES),
  actionMode: fc.constantFrom(undefined, undefined, ...MODES),
  killSwitch: fc.constantFrom(false, false, false, false, false, true),
  dryRun: fc.constantFrom(false, false, false, false, false, true),
  actions: fc.array(
    fc.record({
      risk: fc.constantFrom("safe", "guarded", "dangerous"),
      reversible: fc.constantFrom(true, true, false),
      prior: fc.constantFrom(...PRIORS),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  past: fc.array(
    fc.record({
      action: fc.nat(4),
      issueId: fc.constantFrom(1, 2),
      state: fc.constantFrom("succeeded", "failed", "rolled_back", "dismissed", "verifying", "in_review"),
      minutes: fc.integer({ min: 0, max: 200 }),
    }),
    { maxLength: 4 },
  ),
}).map(({ actions, past, severity, actionMode, ...rest }) =>
  input({
    ...rest,
    diagnosis: diagnosis({ severity }),
    actions: [notify, ...actions.map(({ risk, reversible }, i) => action(`a${i}`, { risk, reversible }))],
    patternActions: actions.map(({ prior }, i) => ({ patternId: "p1", action: `a${i}`, prior })),
    actionModes: actionMode ? { a0: actionMode } : {},
    pastFixes: past.map(({ action, issueId, state, minutes }, i) =>
      pastFix({
        id: String(i),
        issueId,
        state,
        action: `a${action}`,
        parameters: { of: `a${action}` },
        targetKey: `target:a${action}`,
        createdAt: ago(minutes),
        appliedAt: state === "in_review" || state === "dismissed" ? null : ago(minutes),
        finishedAt: state === "verifying" || state === "in_review" ? null : ago(minutes),
      })
    ),
  })
);

test("never applied: P0, dangerous, irreversible, below the threshold, against the mode, a switch or an open fix", () => {
  let applied = 0;
  fc.assert(
    fc.property(scenarios, (given) => {
      const decision = decide(given);
      const { chosen, verdict } = decision;
      if (verdict !== "apply") return;
      applied++;
      expect(chosen).not.toBeNull();
      expect(given.diagnosis.severity).not.toBe("critical");
      expect(chosen).toMatchObject({ reversible: true, informational: false });
      expect(chosen?.risk).not.toBe("dangerous");
      expect(chosen?.probability).toBeGreaterThanOrEqual(decision.threshold.effective);
      expect([given.projectMode, given.actionModes[chosen?.action ?? ""] ?? "auto"]).toEqual([
        "auto",
        "auto",
      ]);
      expect(given.killSwitch || given.dryRun).toBe(false);
      const onTarget = given.pastFixes.filter((fix) => fix.targetKey === chosen?.targetKey);
      expect(onTarget.some((fix) => fix.state === "verifying")).toBe(false);
      const same = onTarget.filter((fix) => fix.issueId === 1);
      expect(same.some((fix) => fix.state === "dismissed" || fix.state === "in_review")).toBe(false);
      const tried = same.filter((fix) => fix.createdAt >= given.issue.episodeStartedAt);
      expect(tried.some((fix) => fix.state === "failed" || fix.state === "rolled_back")).toBe(false);
    }),
    { numRuns: 800 },
  );
  // Not vacuous.
  expect(applied).toBeGreaterThan(40);
});

test("the same input with the same seed gives the same record, however the lists are ordered", () => {
  fc.assert(
    fc.property(scenarios, fc.integer(), (given, seed) => {
      const first = decide(given);
      expect(JSON.parse(JSON.stringify(first))).toEqual(first);
      const shuffled = {
        ...given,
        actions: shuffle(given.actions, seed),
        patternActions: shuffle(given.patternActions, seed + 1),
        pastFixes: shuffle(given.pastFixes, seed + 2),
      };
      expect(decide(shuffled)).toEqual(first);
    }),
    { numRuns: 200 },
  );
});

test("a stricter mode never does more", () => {
  fc.assert(
    fc.property(scenarios, (given) => {
      const rank = MODES.map((projectMode) => VERDICTS.indexOf(decide({ ...given, projectMode }).verdict));
      expect(rank[0]).toBeLessThanOrEqual(rank[1] ?? NaN);
      expect(rank[1]).toBeLessThanOrEqual(rank[2] ?? NaN);
    }),
    { numRuns: 200 },
  );
});

/** Deterministic in the seed: rotation and, for odd seeds, reversal. */
function shuffle<T>(items: readonly T[], seed: number): T[] {
  if (items.length === 0) return [];
  const shift = ((seed % items.length) + items.length) % items.length;
  const rotated = [...items.slice(shift), ...items.slice(0, shift)];
  return seed % 2 === 0 ? rotated : rotated.reverse();
}
