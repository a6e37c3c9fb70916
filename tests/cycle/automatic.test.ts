import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { OUT_OF_MEMORY, POOL_EXHAUSTED } from "./support/events.ts";
import { effectsOf, history, poolProject, PROVEN, runbookProject } from "./support/scenarios.ts";
import { openWard, type Ward } from "./support/ward.ts";

let ward: Ward;
beforeAll(async () => ward = await openWard());
beforeEach(() => void (ward.apps.length = 0));
afterAll(() => ward.stop());

it("a bad configuration change is reverted, verified, resolved and learnt without anybody's help", async () => {
  const { id, breakIt } = await poolProject(ward);
  await ward.heal(2_000);
  await breakIt();
  const brokenAt = ward.clock.now().getTime();
  const lesson = await ward.healUntil("select * from lessons where project_id = $1", [id]);
  expect(await ward.fixes(id)).toMatchObject([{
    action: "configuration.revert",
    state: "succeeded",
    outcome: "succeeded",
    automatic: true,
    approved_by: "engine",
  }]);
  expect(await history(ward, id)).toEqual([20, 1, 20]);
  expect(lesson).toMatchObject({ outcome: "succeeded", success: true, counts_for_calibration: true });
  expect(await ward.issue(id)).toMatchObject({ status: "resolved" });
  expect(ward.clock.now().getTime() - brokenAt, "milliseconds from the fault to its lesson").toBeLessThan(
    20_000,
  );
  const kinds = await ward.sql("select kind from turning_points where project_id = $1 order by sequence", [
    id,
  ]);
  const order = [
    "issue_found",
    "decision_apply",
    "fix_approved",
    "fix_applying",
    "fix_verifying",
    "fix_succeeded",
  ];
  expect(kinds.map(({ kind }) => kind).filter((kind) => order.includes(kind as string))).toEqual(order);
  expect(await ward.one("select verify_turning_points($1) as chain", [id])).toMatchObject({
    chain: { valid: true },
  });
});

it("a fix waits until there are enough errors to show that it helped", async () => {
  const id = await ward.project();
  await ward.runbook(id, "restart");
  await ward.record(id, "category:resource", "webhook.restart", PROVEN);
  await ward.errors(id, OUT_OF_MEMORY, 2);
  await ward.work();
  expect(await ward.fixes(id)).toEqual([]);
  const [first] = await ward.sql(
    "select verdict, record -> 'reasons' -> 0 as reason from decisions where project_id = $1",
    [id],
  );
  expect(first).toMatchObject({
    verdict: "observe",
    reason: expect.stringContaining("Only 2 of the 5 errors"),
  });
  await ward.errors(id, OUT_OF_MEMORY, 8);
  await ward.heal(5_000);
  expect(await ward.fixes(id)).toHaveLength(1);
});

it.each([
  ["dangerous", { risk: "dangerous" }],
  ["irreversible", { rollback_url: undefined }],
])("a proven runbook that is %s waits for a human", async (_name, configuration) => {
  const { id } = await runbookProject(ward, [{ name: "restart", helps: true, configuration }]);
  await ward.heal(20_000);
  expect(await ward.fixes(id)).toMatchObject([{ state: "in_review", automatic: false }]);
  expect(effectsOf(ward, id)).toEqual([]);
});

it("a critical issue waits for a human however sure the fix is", async () => {
  const id = await ward.project();
  await ward.runbook(id, "restore", { when: { categories: ["database"] } });
  await ward.record(id, "category:database", "webhook.restore", PROVEN);
  const error = {
    type: "PostgresError",
    message: "invalid page in block 4 of relation base/16384/2619",
    extra: { code: "XX001" },
  };
  ward.app({ projectId: id, error, isBroken: () => true });
  await ward.heal(10_000);
  expect(await ward.fixes(id)).toMatchObject([{
    severity: "critical",
    state: "in_review",
    automatic: false,
  }]);
  expect(effectsOf(ward, id)).toEqual([]);
});

it("the database refuses an automatic fix of a critical issue, whoever asks for it", async () => {
  const { id } = await poolProject(ward);
  await ward.errors(id, POOL_EXHAUSTED, 1);
  await ward.work();
  const { id: decisionId, issue_id } = await ward.one(
    "select id, issue_id from decisions where project_id = $1",
    [id],
  );
  const insert = (risk: string, reversible: boolean, severity: string) =>
    ward.sql(
      `insert into auto_fixes (project_id, issue_id, decision_id, action, target_key, parameters, risk, reversible, automatic, severity,
         confidence, state, approved_by, approved_at, expires_at)
       values ($1, $2, $3, 'x.y', 'x:y', '{}', $4, $5, true, $6, 1, 'approved', 'engine', now(), now() + interval '1 hour')`,
      [id, issue_id, decisionId, risk, reversible, severity],
    );
  await expect(insert("safe", true, "critical")).rejects.toThrow("fix_automatic_only_when_harmless");
  await expect(insert("dangerous", true, "low")).rejects.toThrow("fix_automatic_only_when_harmless");
  await expect(insert("safe", false, "low")).rejects.toThrow("fix_automatic_only_when_harmless");
});

it("people are told once about an issue that nothing can heal", async () => {
  const id = await ward.project();
  await ward.sql("insert into integrations (project_id, kind, name) values ($1, 'slack', 'default')", [id]);
  await ward.sql("select set_integration_secret($1, 'slack', 'default', $2)", [
    id,
    `${ward.runbooks.url}/chat-${id}/apply`,
  ]);
  ward.app({
    projectId: id,
    error: { type: "TypeError", message: "x is not a function" },
    isBroken: () => true,
  });
  await ward.heal(120_000);
  expect(await ward.sql("select state, outcome, informational from auto_fixes where project_id = $1", [id]))
    .toEqual([
      { state: "succeeded", outcome: "informed", informational: true },
    ]);
  expect(ward.runbooks.requests.filter(({ runbook }) => runbook === `chat-${id}`)).toHaveLength(1);
  expect(await ward.sql("select from lessons where project_id = $1", [id]), "messages teach nothing").toEqual(
    [],
  );
  expect(await ward.issue(id), "a message resolves nothing").toMatchObject({ status: "new" });
});

it("two issues with one cause are healed by one change", async () => {
  const { id, breakIt } = await poolProject(ward);
  ward.app({
    projectId: id,
    error: { ...POOL_EXHAUSTED, type: "CheckoutError", fingerprint: "other" },
    isBroken: async () => await ward.value(id, "app.pool_size") === 1,
  });
  await ward.heal(1_000);
  await breakIt();
  await ward.heal(60_000);
  expect(await history(ward, id)).toEqual([20, 1, 20]);
  expect((await ward.fixes(id)).filter(({ state }) => state === "succeeded")).toHaveLength(1);
});
