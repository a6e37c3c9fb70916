import { expect, test } from "vitest";
import { CATALOGUE } from "../../supabase/functions/_shared/actions/catalogue.ts";
import { candidates } from "../../supabase/functions/_shared/decide/candidates.ts";
import { modelCause, withModelProposals } from "../../supabase/functions/_shared/decide/model-proposals.ts";
import type { CandidatesInput } from "../../supabase/functions/_shared/decide/proposals.ts";
import type { Diagnosis } from "../../supabase/functions/_shared/diagnose/diagnosis.ts";
import type { CalibrationMap } from "../../supabase/functions/_shared/learn/calibration.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");
const FLAG = {
  action: "configuration.set-flag",
  parameters: { key: "app.flags.vent" },
  reason: "It is new.",
};

const DIAGNOSIS: Diagnosis = {
  category: "configuration",
  severity: "medium",
  culprit: null,
  probableCause: "Unknown.",
  patterns: [{ patternId: "p", slug: "p", strength: 0.95, why: "It fits." }],
  changes: [],
  facts: {},
  evidence: [],
};

function input(more: Partial<CandidatesInput> = {}, proposals = [FLAG]): CandidatesInput {
  return {
    now: NOW,
    issue: { id: 1, episodeStartedAt: NOW.toISOString() },
    diagnosis: DIAGNOSIS,
    actions: withModelProposals(CATALOGUE, "m", proposals),
    patternActions: [],
    trackRecords: [],
    calibration: null,
    pastFixes: [],
    ...more,
  };
}
const flagOf = (given: CandidatesInput) =>
  candidates(given).candidates.find(({ action }) => action === "configuration.set-flag");
const recordOf = (successes: number, failures = 0) => [{
  scope: "pool" as const,
  causeKey: modelCause("m"),
  action: "configuration.set-flag",
  evidence: { successes, failures, updatedAt: NOW.toISOString(), projects: 3 },
}];

test("what a model proposes is a candidate whose confidence is the model's record alone", () => {
  expect(flagOf(input({}, []))).toBeUndefined();
  expect(flagOf(input())).toMatchObject({ source: "model", probability: 0.2 });
  const [few, many] = [
    flagOf(input({ trackRecords: recordOf(3) }))!,
    flagOf(input({ trackRecords: recordOf(40) }))!,
  ];
  expect(few.probability).toBeGreaterThan(0.2);
  expect(few.probability).toBeLessThan(0.6);
  expect(many.probability).toBeGreaterThan(0.85);
  expect(flagOf(input({ trackRecords: recordOf(0, 20) }))!.probability).toBeLessThan(0.1);
});

test("an unproven model adds nothing to other reasons for the same fix, a proven one does", () => {
  const reasons = {
    diagnosis: { ...DIAGNOSIS, facts: { flag: "app.flags.vent" } },
    patternActions: [{ patternId: "p", action: "configuration.set-flag", prior: { alpha: 8, beta: 2 } }],
  };
  const alone = flagOf(input(reasons, []))!.probability;
  const unproven = flagOf(input(reasons))!;
  expect(unproven.sources.map(({ kind }) => kind).sort()).toEqual(["model", "pattern"]);
  expect(unproven.probability).toBe(alone);
  expect(flagOf(input({ ...reasons, trackRecords: recordOf(12) }))!.probability).toBeGreaterThan(alone);
});

test("a calibration learnt from other fixes does not lift an unproven model", () => {
  const calibration: CalibrationMap = {
    version: "1",
    samples: 500,
    knots: [{ x: 0, y: 0.9 }, { x: 1, y: 0.99 }],
  };
  expect(flagOf(input({ calibration }))!.probability).toBe(0.2);
  expect(flagOf(input({ calibration, trackRecords: recordOf(40) }))!.probability).toBeGreaterThan(0.9);
});

test("proposals with invalid parameters, unknown actions and messages to people are no candidates", () => {
  const proposals = [
    { action: "configuration.set-flag", parameters: { key: 7 }, reason: "" },
    { action: "shell.run", parameters: { command: "id" }, reason: "" },
    { action: "notify.message", parameters: { text: "hello" }, reason: "" },
  ];
  expect(withModelProposals(CATALOGUE, "m", proposals as unknown as typeof FLAG[])).toHaveLength(
    CATALOGUE.length,
  );
});
