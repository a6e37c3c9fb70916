import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { effectsOf, history, POOL_SIZE, poolProject, runbookProject } from "./support/scenarios.ts";
import { openWard, type Ward } from "./support/ward.ts";

const MINUTE = 60_000;

let ward: Ward;
beforeAll(async () => ward = await openWard());
beforeEach(() => void (ward.apps.length = 0));
afterAll(() => ward.stop());

const times = async (id: number) =>
  (await ward.fixes(id)).map(({ applied_at, finished_at }) => ({
    applied: Date.parse(applied_at as string),
    finished: Date.parse(finished_at as string),
  }));

it("a target that was just healed cools down for five minutes before it is touched again", async () => {
  const { id, breakIt } = await poolProject(ward);
  await breakIt();
  await ward.healUntil("select from auto_fixes where project_id = $1 and state = 'succeeded'", [id]);
  await breakIt();
  await ward.heal(7 * MINUTE);
  const [first, second] = await times(id);
  expect(second!.applied - first!.finished).toBeGreaterThanOrEqual(5 * MINUTE);
  expect(await history(ward, id)).toEqual([20, 1, 20, 1, 20]);
});

it("after three automatic fixes on a target within an hour the next one waits for a human", async () => {
  const { id, breakIt } = await poolProject(ward, {
    limits: { cool_down_ms: MINUTE, recurrences_before_review: 20 },
  });
  for (let round = 1; round <= 3; round++) {
    await breakIt();
    await ward.healUntil(
      "select from (select count(*) as n from auto_fixes where project_id = $1 and state = 'succeeded') as s where n = $2",
      [id, round],
    );
    await ward.heal(2 * MINUTE);
  }
  await breakIt();
  await ward.heal(4 * MINUTE);
  const fixes = await ward.fixes(id);
  expect(fixes.map(({ state }) => state)).toEqual(["succeeded", "succeeded", "succeeded", "in_review"]);
  const { reasons } = await ward.one("select record -> 'reasons' as reasons from decisions where id = $1", [
    fixes[3]!.decision_id,
  ]);
  expect(JSON.stringify(reasons)).toContain("3 is the limit");
});

it("three failures in a row on a target hand the fourth to a human", async () => {
  const names = ["a", "b", "c", "d"];
  const { id } = await runbookProject(
    ward,
    names.map((name) => ({ name, helps: false, configuration: { subject: "cache" } })),
    {
      limits: {
        cool_down_ms: MINUTE,
        proposals_per_issue: 10,
        automatic_fixes_per_target_and_hour: 10,
        threshold_shift_per_failure: 0,
      },
    },
  );
  await ward.heal(12 * MINUTE);
  expect((await ward.fixes(id)).map(({ state }) => state)).toEqual([
    "rolled_back",
    "rolled_back",
    "rolled_back",
    "in_review",
  ]);
  expect(effectsOf(ward, id)).toHaveLength(6);
});

it("a decision that waited at the gate does not slip past failures that came meanwhile", async () => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: true }], {
    limits: { automatic_fixes_per_target_and_hour: 10 },
  });
  // Three failures on the same target, the last one six minutes ago: the cool-down is over and the block is not.
  await ward.sql("update projects set mode = 'observe' where id = $1", [id]);
  await ward.work();
  await ward.sql("update projects set mode = 'auto' where id = $1", [id]);
  const { decision_id, issue_id } = await ward.one(
    "select id as decision_id, issue_id from decisions where project_id = $1 limit 1",
    [id],
  );
  const insert = async (state: string) => {
    const { id: fixId } = await ward.one(
      `insert into auto_fixes (project_id, issue_id, decision_id, action, target_key, parameters, risk, reversible, automatic, severity,
         confidence, state, approved_by, approved_at, expires_at, before_state)
       values ($1, $2, $3, 'webhook.restart', 'webhook:restart', '{"runbook":"restart"}', 'safe', true, true, 'high', 1, 'approved', 'engine',
         $4::timestamptz, $4::timestamptz + interval '1 hour', '{}') returning id`,
      [id, issue_id, decision_id, ward.clock.now()],
    );
    if (state === "failed") {
      await ward.sql(
        "update auto_fixes set state = 'failed', outcome = 'inconclusive', applied_at = $2::timestamptz, finished_at = $2::timestamptz where id = $1",
        [
          fixId,
          new Date(ward.clock.now().getTime() - 6 * MINUTE),
        ],
      );
    }
    return fixId;
  };
  for (let count = 0; count < 3; count++) await insert("failed");
  const waiting = await insert("approved");
  const { data } = await ward.client.rpc("begin_fix", { p_fix_id: waiting, p_before: {} });
  expect(data).toEqual({ begun: false, final: true, reason: "too many fixes in a row failed on the target" });
});

it("a proposal that nobody answers expires after a day", async () => {
  const { id, breakIt } = await poolProject(ward, { mode: "suggest" });
  await breakIt();
  await ward.healUntil("select from auto_fixes where project_id = $1 and state = 'in_review'", [id]);
  ward.apps.length = 0;
  await ward.clock.advance(24 * 60 * MINUTE + 1);
  await ward.sql("select prunella.run_minute()");
  expect(await ward.fixes(id)).toMatchObject([{ state: "expired", reason: "nobody decided in time" }]);
  expect(await ward.value(id, POOL_SIZE)).toBe(1);
});

it("a fix whose gate stays closed by the cool-down of its target leads to another decision, not to silence", async () => {
  const { id, breakIt } = await poolProject(ward);
  await breakIt();
  await ward.elapse(6_000);
  await ward.healUntil("select from auto_fixes where project_id = $1 and state = 'verifying'", [id]);
  // A second issue was decided at the same moment, for the same target: it stands at the gate.
  const { id: issueId } = await ward.issue(id);
  await ward.sql(
    `insert into auto_fixes (project_id, issue_id, decision_id, action, target_key, parameters, risk, reversible, automatic, severity,
       confidence, state, approved_by, approved_at, expires_at)
     select project_id, issue_id, decision_id, 'configuration.set-flag', target_key, '{"key":"app.pool_size"}', 'safe', true, true, 'high', 1,
       'approved', 'engine', $2::timestamptz, $2::timestamptz + interval '10 minutes' from auto_fixes where project_id = $1`,
    [id, ward.clock.now()],
  );
  await ward.sql(
    "update jobs set state = 'done', finished_at = $2 where issue_id = $1 and kind = 'apply' and state = 'queued'",
    [issueId, ward.clock.now()],
  );
  const { id: waiting } = await ward.one(
    "select id from auto_fixes where project_id = $1 order by id desc limit 1",
    [id],
  );
  await ward.sql("update auto_fixes set state = 'expired' where id = $1", [waiting]);
  expect(
    await ward.sql("select kind from jobs where issue_id = $1 and state = 'queued' and kind = 'diagnose'", [
      issueId,
    ]),
  ).toEqual([{ kind: "diagnose" }]);
});
