import { expect, it } from "vitest";
import { inLanes } from "../../scripts/lab/main.ts";
import {
  type BaselineOutcome,
  baselineTotalsOf,
  notRun,
  type Outcome,
  totalsOf,
} from "../../scripts/lab/outcome.ts";
import { describeOutcome, describeTotals } from "../../scripts/lab/report.ts";
import { SCENARIOS } from "../../scripts/lab/scenarios/catalogue.ts";

const outcome = (values: Partial<Outcome>): Outcome => ({
  name: "one",
  title: "One",
  healable: true,
  configuration: false,
  healed: true,
  noticed_ms: 500,
  first_failure_ms: 400,
  detected_ms: 600,
  decided_ms: 700,
  healed_ms: 2_000,
  verified_ms: 8_000,
  alone: true,
  actions: [],
  false_heals: 0,
  informed: 0,
  objections: [],
  ...values,
});

const OUTCOMES = [
  outcome({ configuration: true, healed_ms: 1_000, detected_ms: 200, first_failure_ms: 250 }),
  outcome({ configuration: true, healed_ms: 3_000 }),
  outcome({ alone: false, healed_ms: 5_000 }),
  outcome({ healed: false, healed_ms: null, alone: false, false_heals: 1 }),
  outcome({ healable: false, healed: false, healed_ms: null, alone: false, detected_ms: 400 }),
];

it("what healed after approval counts as healed, and is told apart", () => {
  const totals = totalsOf(OUTCOMES);
  expect(totals).toMatchObject({
    scenarios: 5,
    healable: 4,
    healed: 3,
    healed_alone: 2,
    healed_after_approval: 1,
    false_heals: 1,
    mttd_ms: 480,
    mttd_from_failure_ms: 110,
    mttr_ms: 3_000,
    mttr_alone_ms: 2_000,
    mttr_after_approval_ms: 5_000,
    mttr_configuration_ms: 2_000,
    worst_configuration_ms: 3_000,
  });
  const text = describeTotals(totals, null);
  expect(text).toContain(
    "3 of 4 healable faults healed (2 alone, 1 after the reviewer's approval), 1 false heal",
  );
});

it("a scenario that could not be run is an objection, and its fault is not healed", () => {
  const outcome = notRun({ name: "one", title: "One", healable: true }, new Error("the shop was not well"));
  expect(totalsOf([outcome])).toMatchObject({ healable: 1, healed: 0, objections: 1, mttd_ms: null });
  expect(describeOutcome(outcome)).toContain("objection: it could not be run: the shop was not well");
});

it("a fault that cannot be healed and vanished by itself does not count as healed", () => {
  expect(totalsOf([outcome({ healable: false })])).toMatchObject({ healable: 0, healed: 0, mttr_ms: null });
});

it("baselines count over the same healable faults, and what nobody noticed has healed at once", () => {
  const baseline = (name: string, values: Partial<BaselineOutcome>): BaselineOutcome => ({
    name,
    healed: false,
    healed_ms: null,
    failed_share: 0.5,
    ...values,
  });
  const outcomes = [
    baseline("a", { healed: true, healed_ms: 0, failed_share: 0 }),
    baseline("b", {}),
    baseline("unhealable", { healed: true, healed_ms: 9_000, failed_share: 0.1 }),
  ];
  expect(baselineTotalsOf(outcomes, new Set(["a", "b"]), 15_000)).toEqual({
    observed_ms: 15_000,
    scenarios: 3,
    healed: 1,
    mttr_ms: 0,
    failed_share: 0.2,
  });
});

it("whatever is not as it should be is said first", () => {
  expect(describeOutcome(outcome({}))).toContain("  healed alone;");
  expect(describeOutcome(outcome({ alone: false }))).toContain("  healed after approval;");
  expect(describeOutcome(outcome({ healable: false, healed: false }))).toContain(
    "left alone, people informed",
  );
  for (
    const wrong of [{ healed: false }, { false_heals: 1 }, { objections: ["no"] }, { healable: false }]
  ) expect(describeOutcome(outcome(wrong))).toContain("NOT AS IT SHOULD BE");
});

it("the catalogue has the faults that were asked for, each named once", () => {
  const names = SCENARIOS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining([
    "bad-configuration",
    "bad-flag",
    "runaway-query",
    "blocked-sessions",
    "missing-index",
    "dependency-down",
    "rate-limit",
    "dead-jobs",
    "error-storm",
    "flapping",
    "first-fix-fails",
    "unhealable",
  ]));
  expect(SCENARIOS.filter(({ healable }) => !healable).map(({ name }) => name)).toEqual(["unhealable"]);
});

it("lanes keep the order of the results, run no more at a time, and begin nothing new after a failure", async () => {
  let running = 0;
  let most = 0;
  const begun: number[] = [];
  const work = async (item: number) => {
    begun.push(item);
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    if (item === 13) throw new Error("thirteen");
    return item * 2;
  };
  expect(await inLanes([1, 2, 3, 4, 5], 2, work)).toEqual([2, 4, 6, 8, 10]);
  expect(most).toBe(2);
  begun.length = 0;
  await expect(inLanes([13, 2, 3, 4], 1, work)).rejects.toThrow("thirteen");
  expect(begun).toEqual([13]);
});
