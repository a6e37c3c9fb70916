import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { history, poolProject, runbookProject } from "./support/scenarios.ts";
import { openPlatformWard, type PlatformWard } from "./support/ward.ts";

type Person = Awaited<ReturnType<PlatformWard["platform"]["signUp"]>>;

let ward: PlatformWard;
let people: Record<"operator" | "viewer" | "stranger", Person>;
beforeAll(async () => {
  ward = await openPlatformWard();
  const { signUp } = ward.platform;
  people = { operator: await signUp(), viewer: await signUp(), stranger: await signUp() };
});
beforeEach(() => void (ward.apps.length = 0));
afterAll(() => ward.stop());

/** A proposal that waits for a human, in a project with an operator and a viewer. */
async function proposal(): Promise<{ id: number; fixId: number }> {
  const { id, breakIt } = await poolProject(ward, { mode: "suggest" });
  for (const role of ["operator", "viewer"] as const) {
    await ward.sql("insert into project_members (project_id, user_id, role) values ($1, $2, $3)", [
      id,
      people[role].id,
      role,
    ]);
  }
  await breakIt();
  await ward.elapse(4_000);
  const { fix_id } = await ward.healUntil(
    "select id as fix_id from auto_fixes where project_id = $1 and state = 'in_review'",
    [id],
  );
  return { id, fixId: fix_id as number };
}

const move = (who: Person, fixId: number, state: string) =>
  who.client.from("auto_fixes").update({ state }).eq("id", fixId).select("id, state");

it("an operator approves as himself, over REST, and the engine applies, verifies and learns", async () => {
  const { id, fixId } = await proposal();
  expect(await history(ward, id), "nothing before the approval").toEqual([20, 1]);
  const { data, error } = await move(people.operator, fixId, "approved");
  expect(error).toBeNull();
  expect(data).toEqual([{ id: fixId, state: "approved" }]);
  await ward.heal(30_000);
  expect(await ward.fixes(id)).toMatchObject([{
    state: "succeeded",
    automatic: false,
    approved_by: `user:${people.operator.id}`,
  }]);
  expect(await history(ward, id)).toEqual([20, 1, 20]);
  expect(await ward.sql("select outcome from lessons where project_id = $1", [id])).toEqual([{
    outcome: "succeeded",
  }]);
  const turns = await ward.sql(
    "select actor from turning_points where fix_id = $1 and kind = 'fix_approved'",
    [fixId],
  );
  expect(turns).toEqual([{ actor: `user:${people.operator.id}` }]);
});

it("a viewer and a stranger approve, dismiss and take back nothing", async () => {
  const { id, fixId } = await proposal();
  for (const who of [people.viewer, people.stranger]) {
    for (const state of ["approved", "dismissed", "rolling_back"]) {
      expect((await move(who, fixId, state)).data ?? []).toEqual([]);
    }
  }
  await ward.heal(10_000);
  expect(await ward.fixes(id)).toMatchObject([{ state: "in_review" }]);
  const { data: seen } = await people.stranger.client.from("auto_fixes").select("id");
  expect(seen).toEqual([]);
});

it("an operator cannot put a fix where only the engine may, nor change what it does", async () => {
  const { id, fixId } = await proposal();
  for (const state of ["applying", "verifying", "succeeded", "failed", "expired", "rolled_back"]) {
    const { data, error } = await move(people.operator, fixId, state);
    expect(data, state).toBeNull();
    expect(error, state).not.toBeNull();
  }
  const { error } = await people.operator.client.from("auto_fixes").update({ parameters: {} }).eq(
    "id",
    fixId,
  );
  expect(error?.code).toBe("42501");
  expect(await ward.fixes(id)).toMatchObject([{ state: "in_review" }]);
});

it("a dismissed proposal is not made again, not even when the issue comes back", async () => {
  const { id, fixId } = await proposal();
  await move(people.operator, fixId, "dismissed");
  await ward.heal(30_000);
  expect(await ward.sql("select outcome from lessons where project_id = $1", [id])).toEqual([{
    outcome: "dismissed",
  }]);
  await ward.sql("update detected_errors set status = 'resolved', updated_at = $2 where project_id = $1", [
    id,
    ward.clock.now(),
  ]);
  await ward.heal(30_000);
  expect(await ward.issue(id)).toMatchObject({ status: "regressed" });
  const again = (await ward.fixes(id)).filter(({ action, parameters }) =>
    action === "configuration.revert" && (parameters as { version: number }).version === 2
  );
  expect(again).toMatchObject([{ state: "dismissed", dismissed_by: `user:${people.operator.id}` }]);
});

it("an operator takes back a fix that had succeeded, and the record says who did", async () => {
  const { id, fixId } = await proposal();
  await move(people.operator, fixId, "approved");
  await ward.healUntil("select from auto_fixes where id = $1 and state = 'succeeded'", [fixId]);
  expect((await move(people.viewer, fixId, "rolling_back")).data).toEqual([]);
  expect((await move(people.operator, fixId, "rolling_back")).data).toEqual([{
    id: fixId,
    state: "rolling_back",
  }]);
  await ward.heal(10_000);
  expect((await ward.fixes(id))[0]).toMatchObject({ state: "rolled_back", outcome: "overridden" });
  expect(await history(ward, id)).toEqual([20, 1, 20, 1]);
});

it("two people who approve at once apply it once", async () => {
  const { id, fixId } = await proposal();
  await Promise.all([move(people.operator, fixId, "approved"), move(people.operator, fixId, "approved")]);
  await ward.heal(30_000);
  expect(await history(ward, id)).toEqual([20, 1, 20]);
});

it("a person may approve what is never automatic", async () => {
  const { id } = await runbookProject(ward, [{
    name: "restart",
    helps: true,
    configuration: { risk: "dangerous" },
  }]);
  await ward.sql("insert into project_members (project_id, user_id, role) values ($1, $2, 'operator')", [
    id,
    people.operator.id,
  ]);
  const { fix_id } = await ward.healUntil(
    "select id as fix_id from auto_fixes where project_id = $1 and state = 'in_review'",
    [id],
  );
  await move(people.operator, fix_id as number, "approved");
  await ward.heal(30_000);
  expect(await ward.fixes(id)).toMatchObject([{ state: "succeeded", automatic: false }]);
});
