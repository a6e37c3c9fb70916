import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { dieAt, effectsOf, history, interrupted, poolProject, runbookProject } from "./support/scenarios.ts";
import { openWard, type Ward } from "./support/ward.ts";

let ward: Ward;
beforeAll(async () => ward = await openWard());
beforeEach(() => void (ward.apps.length = 0));
afterAll(() => ward.stop());

it("a fix that does not help is taken back, and the next candidate helps", async () => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: false }, {
    name: "purge",
    helps: true,
  }]);
  await ward.heal(150_000);
  expect(await ward.fixes(id)).toMatchObject([
    { action: "webhook.restart", state: "rolled_back", outcome: "not_resolved" },
    { action: "webhook.purge", state: "succeeded", outcome: "succeeded" },
  ]);
  expect(effectsOf(ward, id)).toEqual(["restart apply", "restart rollback", "purge apply"]);
  expect(await ward.issue(id)).toMatchObject({ status: "resolved" });
  const lessons = await ward.sql("select outcome from lessons where project_id = $1 order by id", [id]);
  expect(lessons).toEqual([{ outcome: "not_resolved" }, { outcome: "succeeded" }]);
});

it("up to three different fixes are tried, each verified, and then no more", async () => {
  const names = ["a", "b", "c", "d"];
  const { id } = await runbookProject(ward, names.map((name) => ({ name, helps: false })));
  await ward.heal(5 * 60_000);
  const fixes = await ward.fixes(id);
  expect(fixes.map(({ state }) => state)).toEqual(["rolled_back", "rolled_back", "rolled_back"]);
  expect(new Set(fixes.map(({ action }) => action)).size).toBe(3);
  expect(effectsOf(ward, id)).toHaveLength(6);
});

it("silence without traffic proves nothing: the fix is inconclusive and taken back", async () => {
  const { id, app, breakIt } = await poolProject(ward);
  await breakIt();
  await ward.healUntil("select from auto_fixes where project_id = $1 and state = 'verifying'", [id]);
  app.requestsPerBeat = 0;
  await ward.heal(6 * 60_000);
  expect((await ward.fixes(id))[0]).toMatchObject({ state: "rolled_back", outcome: "inconclusive" });
  expect(await history(ward, id), "the value is what it was before the fix").toEqual([20, 1, 20, 1]);
  const [lesson] = await ward.sql(
    "select outcome, counts_for_calibration from lessons where project_id = $1",
    [id],
  );
  expect(lesson).toEqual({ outcome: "inconclusive", counts_for_calibration: false });
});

it("a fix that makes it worse is taken back long before its window ends", async () => {
  const { id, app } = await runbookProject(ward, [{
    name: "restart",
    helps: false,
    configuration: { window_ms: 900_000 },
  }]);
  await ward.healUntil("select from auto_fixes where project_id = $1 and state = 'verifying'", [id]);
  app.errorsPerBeat = app.requestsPerBeat;
  await ward.heal(90_000);
  const [fix] = await ward.fixes(id);
  expect(fix).toMatchObject({ state: "rolled_back", outcome: "not_resolved" });
  expect(Date.parse(fix!.finished_at as string) - Date.parse(fix!.applied_at as string)).toBeLessThan(20_000);
});

it("an issue that comes back soon teaches that the fix only hid it", async () => {
  const { id, breakIt } = await poolProject(ward);
  await breakIt();
  await ward.healUntil("select from lessons where project_id = $1", [id]);
  await ward.heal(150_000);
  await breakIt();
  await ward.heal(10_000);
  expect(await ward.issue(id)).toMatchObject({ status: "regressed" });
  const lessons = await ward.sql(
    "select fix_id, outcome, success from lessons where project_id = $1 order by id",
    [id],
  );
  expect(lessons).toMatchObject([{ outcome: "succeeded", success: true }, {
    outcome: "relapsed",
    success: false,
  }]);
  expect(lessons[0]!.fix_id).toBe(lessons[1]!.fix_id);
  const forecasts = await ward.sql(
    "select success from calibration_forecasts() where confidence = (select confidence from lessons where project_id = $1 limit 1)",
    [id],
  );
  expect(forecasts.filter(({ success }) => success), "the correction replaces the success").toEqual([]);
});

it.each(["before", "after"] as const)(
  "a lesson is learnt once although the worker dies %s storing it",
  async (phase) => {
    const { id } = await runbookProject(ward, [{ name: `reload-${phase}`, helps: false }, {
      name: `flush-${phase}`,
      helps: true,
    }]);
    await dieAt(ward, "store_lesson", phase);
    await ward.heal(150_000);
    const lessons = await ward.sql("select outcome from lessons where project_id = $1 order by id", [id]);
    expect(lessons).toEqual([{ outcome: "not_resolved" }, { outcome: "succeeded" }]);
    const { failure_weight } = await ward.one(
      "select failure_weight from action_records where project_id = $1 and action = $2",
      [id, `webhook.reload-${phase}`],
    );
    expect(failure_weight).toBeGreaterThan(0);
    expect(failure_weight).toBeLessThanOrEqual(1);
  },
);

it("two outcomes that are learnt at the same moment both count", async () => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: false }]);
  const worker = interrupted(ward, "store_lesson", "before", async () => {
    // What another worker's lesson does to the same record.
    await ward.sql(
      "update action_records set failure_weight = failure_weight + 5, version = version + 1 where project_id = $1",
      [id],
    );
  });
  await ward.heal(150_000, worker);
  expect(await ward.sql("select outcome from lessons where project_id = $1", [id])).toEqual([{
    outcome: "not_resolved",
  }]);
  const { failure_weight } = await ward.one(
    "select failure_weight from action_records where project_id = $1",
    [id],
  );
  expect(failure_weight, "the other's five and this one's share").toBeGreaterThan(5);
  expect(await ward.sql("select from jobs where project_id = $1 and state = 'dead'", [id])).toEqual([]);
});

it("a lesson whose job was given up while the database was in trouble is learnt later", async () => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: true }]);
  await ward.healUntil("select from jobs where project_id = $1 and kind = 'learn'", [id]).catch(() => {});
  await ward.healUntil("select from lessons where project_id = $1", [id]);
  const other = await runbookProject(ward, [{ name: "restart", helps: true }]);
  await dieAt(ward, "store_lesson", "before");
  await ward.sql(
    "update jobs set state = 'dead', finished_at = $2, lease_owner = null where project_id = $1 and kind = 'learn'",
    [
      other.id,
      ward.clock.now(),
    ],
  );
  await ward.heal(70_000);
  expect(await ward.sql("select outcome from lessons where project_id = $1", [other.id])).toEqual([{
    outcome: "succeeded",
  }]);
});

it("confidence is calibrated again after every fifth outcome", async () => {
  const count = async () => (await ward.one("select count(*) as n from calibration_forecasts()")).n as number;
  const versions = async () =>
    (await ward.one("select count(*) as n from system_config where key = 'learning.calibration'"))
      .n as number;
  const before = await versions();
  while (await count() % 5 !== 4) {
    const { id } = await runbookProject(ward, [{ name: "restart", helps: true }]);
    await ward.healUntil("select from lessons where project_id = $1", [id]);
  }
  expect(await versions()).toBe(before);
  const { id } = await runbookProject(ward, [{ name: "restart", helps: true }]);
  await ward.healUntil("select from lessons where project_id = $1", [id]);
  await ward.work();
  expect(await versions()).toBe(before + 1);
});

it("a fix is verified although its issue was resolved by hand and came back before the first look", async () => {
  const { id } = await runbookProject(ward, [{
    name: "again",
    helps: false,
    configuration: { recovery_ms: 30_000 },
  }]);
  await ward.healUntil("select from auto_fixes where project_id = $1 and state = 'verifying'", [id]);
  await ward.sql("update detected_errors set status = 'resolved', updated_at = $2 where project_id = $1", [
    id,
    ward.clock.now(),
  ]);
  await ward.elapse(10_000);
  expect(await ward.issue(id)).toMatchObject({ status: "regressed" });
  await ward.heal(150_000);
  expect((await ward.fixes(id))[0]).toMatchObject({ state: "rolled_back", outcome: "not_resolved" });
  expect(ward.worker.failures.filter((failure) => failure.startsWith("verify"))).toEqual([]);
});
