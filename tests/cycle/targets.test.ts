import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import {
  dieAt,
  effectsOf,
  history,
  interrupted,
  POOL_SIZE,
  poolProject,
  runbookProject,
} from "./support/scenarios.ts";
import { openWard, type Ward } from "./support/ward.ts";

let ward: Ward;
beforeAll(async () => ward = await openWard());
beforeEach(() => {
  ward.apps.length = 0;
  ward.runbooks.statusAnswer = null;
});
afterAll(() => ward.stop());

const NO_STATUS = { status_url: undefined };
const ended = "select * from auto_fixes where project_id = $1 and finished_at is not null";
const requestsOf = (id: number) =>
  ward.runbooks.requests.filter(({ projectId, phase }) => projectId === id && phase === "apply").length;

it("a change that somebody else made meanwhile stays, and the fix says so", async () => {
  const { id, breakIt } = await poolProject(ward);
  await breakIt();
  const worker = interrupted(ward, "begin_fix", "after", () => ward.change(id, POOL_SIZE, 15));
  await ward.heal(10_000, worker);
  expect((await ward.fixes(id))[0]).toMatchObject({
    state: "failed",
    outcome: "not_applied",
    reason: expect.stringContaining("somebody changed it"),
  });
  expect(await history(ward, id)).toEqual([20, 1, 15]);
  expect(await ward.sql("select from lessons where project_id = $1", [id]), "it was never tried").toEqual([]);
});

it("a rollback does not overwrite what somebody else changed meanwhile", async () => {
  const { id, app, breakIt } = await poolProject(ward);
  app.isBroken = () => true;
  await breakIt();
  await ward.elapse(6_000);
  const worker = interrupted(ward, "kill_switch", "after", () => ward.change(id, POOL_SIZE, 50));
  await ward.heal(150_000, worker);
  expect((await ward.fixes(id))[0]).toMatchObject({
    state: "failed",
    outcome: "not_resolved",
    reason: expect.stringContaining("somebody changed it"),
  });
  expect(await history(ward, id)).toEqual([20, 1, 20, 50]);
});

it("a call whose effect nobody can tell is not sent twice, and a human is asked", async () => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: false, configuration: NO_STATUS }]);
  ward.runbooks.answers(id, "restart", "apply", "works, and answers 500");
  await ward.heal(90_000);
  expect(await ward.fixes(id)).toMatchObject([{
    state: "failed",
    outcome: "inconclusive",
    reason: expect.stringContaining("human"),
  }]);
  expect(requestsOf(id)).toBe(1);
  const { lastTouched } = await ward.one(
    'select applied_at is not null as "lastTouched" from auto_fixes where project_id = $1',
    [id],
  );
  expect(lastTouched, "what may have happened counts for the target's limits").toBe(true);
});

it("a call that took effect but answered an error is found out by asking", async () => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: true }]);
  ward.runbooks.answers(id, "restart", "apply", "works, and answers 500");
  await ward.heal(90_000);
  expect(await ward.fixes(id)).toMatchObject([{ state: "succeeded", apply_result: { observed: true } }]);
  expect(requestsOf(id)).toBe(1);
});

it("a runbook that answers errors and does nothing is given up after three calls", async () => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: true }]);
  ward.runbooks.answers(id, "restart", "apply", "answers 500");
  await ward.heal(150_000);
  expect(await ward.fixes(id)).toMatchObject([{ state: "failed", outcome: "inconclusive" }]);
  expect(requestsOf(id)).toBe(3);
  expect(
    await ward.sql(
      "select from jobs where project_id = $1 and kind = 'apply' and state in ('queued', 'running')",
      [id],
    ),
  )
    .toEqual([]);
});

it("a fix whose target does not tell what happened does not wait for ever", async () => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: true }]);
  await dieAt(ward, "/restart/apply", "after");
  ward.runbooks.statusAnswer = { status: 503, body: "" };
  const fix = await ward.healUntil(ended, [id], 5 * 60_000);
  expect(fix).toMatchObject({ state: "failed", outcome: "inconclusive" });
  expect(requestsOf(id)).toBe(1);
});

it("a runbook that was certainly not reached is called again although it has no status", async () => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: true, configuration: NO_STATUS }]);
  ward.runbooks.answers(id, "restart", "apply", "is down");
  await ward.healUntil("select from auto_fixes where project_id = $1 and state = 'applying'", [id]);
  ward.runbooks.answers(id, "restart", "apply", "works");
  await ward.heal(90_000);
  expect(await ward.fixes(id)).toMatchObject([{ state: "succeeded" }]);
  expect(effectsOf(ward, id)).toEqual(["restart apply"]);
});

it("a runbook that stays down is given up, and the next candidate has its turn", async () => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: false }, {
    name: "purge",
    helps: true,
  }]);
  ward.runbooks.answers(id, "restart", "apply", "is down");
  await ward.heal(150_000);
  expect(await ward.fixes(id)).toMatchObject([
    { action: "webhook.restart", state: "failed", outcome: "not_applied" },
    { action: "webhook.purge", state: "succeeded" },
  ]);
});

it("a refusal is final, and the next candidate has its turn", async () => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: false }, {
    name: "purge",
    helps: true,
  }]);
  ward.runbooks.answers(id, "restart", "apply", "refuses");
  await ward.heal(150_000);
  expect(await ward.fixes(id)).toMatchObject([
    { action: "webhook.restart", state: "failed", outcome: "not_applied" },
    { action: "webhook.purge", state: "succeeded" },
  ]);
  expect(requestsOf(id)).toBe(2);
});

it("an action that the project no longer has ends its fix before anything is touched", async () => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: true }]);
  const remove = () => ward.sql("delete from integrations where project_id = $1", [id]).then(() => {});
  await ward.heal(10_000, interrupted(ward, "store_decision", "after", remove));
  const fixes = await ward.fixes(id);
  if (fixes.length === 0) throw new Error("the first decision only waited: the runbook went too early");
  expect(fixes[0]).toMatchObject({
    state: "failed",
    outcome: "not_applied",
    reason: expect.stringContaining("no action webhook.restart"),
  });
  expect(requestsOf(id)).toBe(0);
});

it("an action that goes while its fix is verified leaves the fix to a human", async () => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: false }]);
  await ward.healUntil("select from auto_fixes where project_id = $1 and state = 'verifying'", [id]);
  await ward.sql("delete from integrations where project_id = $1", [id]);
  await ward.heal(90_000);
  expect(await ward.fixes(id)).toMatchObject([{
    state: "failed",
    reason: expect.stringContaining("no action webhook.restart any more"),
  }]);
});

it("a rollback that cannot be delivered at first is delivered later, once", async () => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: false, configuration: NO_STATUS }]);
  ward.runbooks.answers(id, "restart", "rollback", "is down");
  await ward.healUntil(
    "select from auto_fixes where project_id = $1 and state = 'rolling_back' and rollback_result is not null",
    [id],
  );
  ward.runbooks.answers(id, "restart", "rollback", "works");
  await ward.heal(90_000);
  expect(await ward.fixes(id)).toMatchObject([{ state: "rolled_back", outcome: "not_resolved" }]);
  expect(effectsOf(ward, id)).toEqual(["restart apply", "restart rollback"]);
});

it("a rollback that fails for good ends, and says that the fix is still in place", async () => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: false }]);
  ward.runbooks.answers(id, "restart", "rollback", "refuses");
  await ward.heal(150_000);
  expect(await ward.fixes(id)).toMatchObject([{
    state: "failed",
    outcome: "not_resolved",
    reason: expect.stringContaining("The rollback failed"),
  }]);
});

it("a worker that dies after a rollback was delivered does not deliver it again", async () => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: false }]);
  await dieAt(ward, "/restart/rollback", "after");
  await ward.heal(90_000);
  expect(await ward.fixes(id)).toMatchObject([{ state: "rolled_back" }]);
  expect(effectsOf(ward, id)).toEqual(["restart apply", "restart rollback"]);
});

it("a target that another fix works on is left alone, and the other issue has its turn later", async () => {
  const shared = { subject: "cache" };
  const { id, app } = await runbookProject(ward, [{ name: "restart", helps: true, configuration: shared }]);
  // Another issue of the same project whose only remedy acts on the same target.
  const other = ward.app({
    projectId: id,
    error: { type: "QuotaError", message: "JavaScript heap out of memory", fingerprint: "second" },
    isBroken: () => true,
  });
  await ward.heal(12_000);
  const active = await ward.sql(
    "select count(*) as n from auto_fixes where project_id = $1 and applied_at is not null",
    [id],
  );
  expect(active).toEqual([{ n: 1 }]);
  other.isBroken = app.isBroken;
  await ward.heal(90_000);
  expect(effectsOf(ward, id)).toEqual(["restart apply"]);
});

it("a recovery time of zero and a window of zero are still verified", async () => {
  const { id } = await runbookProject(ward, [{
    name: "restart",
    helps: false,
    configuration: { recovery_ms: 0, window_ms: 0 },
  }]);
  await ward.heal(60_000);
  expect((await ward.fixes(id))[0]).toMatchObject({ state: "rolled_back" });
});
