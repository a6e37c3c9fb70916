import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { dieAt, effectsOf, history, interrupted, poolProject, runbookProject } from "./support/scenarios.ts";
import { POOL_EXHAUSTED } from "./support/events.ts";
import { openWard, type Ward } from "./support/ward.ts";

let ward: Ward;
beforeAll(async () => ward = await openWard());
beforeEach(() => void (ward.apps.length = 0));
afterEach(() => everywhere(false));
afterAll(() => ward.stop());

const inProject = (id: number) => (off: boolean) =>
  ward.sql("update projects set healing_enabled = $2 where id = $1", [id, !off]).then(() => {});
const everywhere = (off: boolean) =>
  ward.sql("select change_config(null, 'healing.disabled', $1)", [JSON.stringify(off)]).then(() => {});
const states = async (id: number) => (await ward.fixes(id)).map(({ state }) => state);
/** A worker that decides and dies before it does anything about it. */
const decideOnly = () => dieAt(ward, "finish_job", "before");
const until = (id: number, state: string) =>
  ward.healUntil("select from auto_fixes where project_id = $1 and state = $2", [id, state]);

it.each(["in the project", "everywhere"])(
  "while healing is off %s nothing is touched, and afterwards it is",
  async (where) => {
    const { id, breakIt } = await poolProject(ward);
    const turn = where === "everywhere" ? everywhere : inProject(id);
    await turn(true);
    await breakIt();
    await ward.heal(40_000);
    expect(await states(id)).toEqual([]);
    expect(
      await ward.one("select verdict from decisions where project_id = $1 order by id desc limit 1", [id]),
    ).toEqual({ verdict: "observe" });
    await turn(false);
    await ward.heal(90_000);
    expect(await history(ward, id)).toEqual([20, 1, 20]);
  },
);

it.each([
  ["in the project", "while it captures"],
  ["everywhere", "while it captures"],
  ["in the project", "right before the gate"],
])(
  "a kill switch that is turned on %s %s keeps the decided fix waiting at the gate",
  async (where, moment) => {
    const { id, breakIt } = await poolProject(ward);
    const turn = where === "everywhere" ? everywhere : inProject(id);
    await breakIt();
    await ward.elapse(6_000);
    const call = moment === "while it captures" ? "action_configuration_read" : "begin_fix";
    await decideOnly();
    await ward.heal(20_000, interrupted(ward, call, "before", () => turn(true)));
    expect(await states(id)).toEqual(["approved"]);
    expect(await history(ward, id)).toEqual([20, 1]);
    await turn(false);
    await ward.heal(20_000);
    expect(await history(ward, id)).toEqual([20, 1, 20]);
  },
);

it("a fix that waited too long for the switch expires, and the issue is considered anew", async () => {
  const { id, breakIt } = await poolProject(ward);
  await breakIt();
  await ward.elapse(6_000);
  await decideOnly();
  await inProject(id)(true);
  const decided = async () =>
    (await ward.one("select count(*) as n from decisions where project_id = $1", [id])).n as number;
  const before = await decided();
  ward.apps.length = 0;
  await ward.clock.advance(11 * 60_000);
  await ward.errors(id, POOL_EXHAUSTED, 5);
  await ward.heal(3_000);
  expect(await ward.fixes(id)).toMatchObject([{ state: "expired", reason: "The approval has expired." }]);
  expect(await decided()).toBeGreaterThan(before);
  expect(await history(ward, id)).toEqual([20, 1]);
});

it("a switch that is turned on while a fix is verified stops neither looking nor success", async () => {
  const { id, breakIt } = await poolProject(ward);
  await breakIt();
  await until(id, "verifying");
  await inProject(id)(true);
  await ward.heal(60_000);
  expect(await states(id)).toEqual(["succeeded"]);
});

it("a rollback waits for the switch", async () => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: false }]);
  await until(id, "verifying");
  await inProject(id)(true);
  await ward.heal(120_000);
  expect(await states(id)).toEqual(["rolling_back"]);
  expect(effectsOf(ward, id)).toEqual(["restart apply"]);
  await inProject(id)(false);
  await ward.heal(20_000);
  expect(await states(id)).toEqual(["rolled_back"]);
  expect(effectsOf(ward, id)).toEqual(["restart apply", "restart rollback"]);
});

it.each(["verifying", "succeeded"])(
  "a rollback that a person orders of a %s fix does not wait for the switch",
  async (state) => {
    const { id } = await runbookProject(ward, [{ name: "restart", helps: true }]);
    await until(id, state);
    await inProject(id)(true);
    // In Studio, as the database's owner.
    await ward.sql("update auto_fixes set state = 'rolling_back' where project_id = $1", [id]);
    await ward.heal(10_000);
    expect(await ward.fixes(id)).toMatchObject([{
      state: "rolled_back",
      outcome: "overridden",
    }]);
    expect(effectsOf(ward, id)).toEqual(["restart apply", "restart rollback"]);
  },
);

it("a fix whose worker died before its side effect is not applied when the switch is on", async () => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: true }]);
  await dieAt(ward, "/restart/apply", "before");
  await inProject(id)(true);
  await ward.heal(20_000);
  expect(await ward.fixes(id)).toMatchObject([{ state: "failed", outcome: "not_applied" }]);
  expect(effectsOf(ward, id)).toEqual([]);
});

it("a fix whose worker died before its side effect is not applied in a dry run", async () => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: true }]);
  await dieAt(ward, "/restart/apply", "before");
  await ward.sql("update projects set dry_run = true where id = $1", [id]);
  await ward.heal(20_000);
  expect(await ward.fixes(id)).toMatchObject([{
    state: "failed",
    outcome: "not_applied",
    reason: expect.stringContaining("dry run"),
  }]);
  expect(effectsOf(ward, id)).toEqual([]);
});

it("a dry run decides and records, and touches nothing", async () => {
  const { id, breakIt } = await poolProject(ward, { dryRun: true });
  await breakIt();
  await ward.heal(60_000);
  expect(await ward.fixes(id)).toEqual([]);
  expect(await history(ward, id)).toEqual([20, 1]);
  const { record } = await ward.one(
    "select record from decisions where project_id = $1 order by id desc limit 1",
    [id],
  );
  expect(record).toMatchObject({
    verdict: "observe",
    verdictWithoutDryRun: "apply",
    chosen: { action: "configuration.revert" },
  });
});

it("in the mode observe nothing is proposed", async () => {
  const { id, breakIt } = await poolProject(ward, { mode: "observe" });
  await breakIt();
  await ward.heal(30_000);
  expect(await ward.fixes(id)).toEqual([]);
});

it.each([["suggest", "in_review"], ["observe", undefined]])(
  "an action whose own mode is %s is not applied in a project that is on auto",
  async (mode, state) => {
    const { id, breakIt } = await poolProject(ward);
    await ward.change(id, "healing.action_modes", { "configuration.revert": mode });
    await breakIt();
    await ward.heal(30_000);
    expect((await ward.fixes(id)).map((fix) => fix.state)).toEqual(state ? [state] : []);
    expect(await history(ward, id)).toEqual([20, 1]);
  },
);

it("an action cannot be more automatic than its project", async () => {
  const { id, breakIt } = await poolProject(ward, { mode: "suggest" });
  await ward.change(id, "healing.action_modes", { "configuration.revert": "auto" });
  await breakIt();
  await ward.heal(30_000);
  expect(await states(id)).toEqual(["in_review"]);
});

it("a mode that becomes stricter between decision and gate closes the gate, and a human is asked instead", async () => {
  const { id, breakIt } = await poolProject(ward);
  await breakIt();
  await ward.elapse(6_000);
  const stricter = () => ward.sql("update projects set mode = 'suggest' where id = $1", [id]).then(() => {});
  await ward.heal(30_000, interrupted(ward, "begin_fix", "before", stricter));
  expect(await ward.fixes(id)).toMatchObject([
    { state: "expired", reason: "The mode is no longer auto." },
    { state: "in_review", automatic: false },
  ]);
  expect(await history(ward, id)).toEqual([20, 1]);
});

it("an issue that a person resolves before the fix began is left alone", async () => {
  const { id, breakIt } = await poolProject(ward);
  await breakIt();
  await ward.elapse(6_000);
  const resolve = () =>
    ward.sql("update detected_errors set status = 'resolved' where project_id = $1", [id]).then(() => {});
  await ward.work(interrupted(ward, "begin_fix", "before", resolve));
  expect(await ward.fixes(id)).toMatchObject([{
    state: "expired",
    reason: "The issue ended before the fix began.",
  }]);
  expect(await history(ward, id)).toEqual([20, 1]);
});
