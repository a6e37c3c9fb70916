import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import {
  addFix,
  addIssue,
  addSubject,
  APPROVED,
  at,
  call,
  type FixSubject,
  ON_POSTGRES,
  one,
  withSessions,
} from "./support.ts";

let db: TestDatabase;
let subject: FixSubject;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  subject = await addSubject(db);
});

interface Gate {
  begun: boolean;
  final?: boolean;
  reason?: string;
}

const TARGET = "configuration:app.limit";
const begin = (fix: number, now = at(0)) =>
  call<Gate>(db, "begin_fix", { p_fix_id: fix, p_before: { version: 1 }, p_now: now });
const approved = (values: Record<string, unknown> = {}) =>
  addFix(db, subject, { ...APPROVED, target_key: TARGET, ...values });
const byPerson = (values: Record<string, unknown> = {}) =>
  approved({ automatic: false, approved_by: "user:1", ...values });
const setProject = (change: string) =>
  db.query(`update public.projects set ${change} where id = $1`, [subject.projectId]);
const configure = (key: string, value: unknown, project: number | null = subject.projectId) =>
  db.rpc("change_config", { p_project_id: project, p_key: key, p_value: JSON.stringify(value) });

/** A fix of the past on the same target, as the limits see it. */
async function past(
  state: "succeeded" | "rolled_back" | "failed",
  seconds: number,
  more = {},
): Promise<number> {
  const id = await approved(more);
  await db.database.transaction(async (tx) => {
    await tx.script("set local session_replication_role = replica");
    await tx.query(
      `update public.auto_fixes set state = $2, outcome = case $2 when 'succeeded' then 'succeeded' else 'not_resolved' end,
         before_state = '{}', applied_at = $3, finished_at = $3 where id = $1`,
      [id, state, at(seconds)],
    );
  });
  return id;
}

const closed = (reason: RegExp, final: boolean) => ({
  begun: false,
  final,
  reason: expect.stringMatching(reason),
});

describe("the gate before a side effect", () => {
  it("opens for an approved fix, and keeps what was there before", async () => {
    const fix = await approved();
    expect(await begin(fix)).toEqual({ begun: true });
    const row = await one(
      db,
      "select state, before_state, apply_attempt_count from public.auto_fixes where id = $1",
      [fix],
    );
    expect(row).toEqual({ state: "applying", before_state: { version: 1 }, apply_attempt_count: 1 });
  });

  it("opens once", async () => {
    const fix = await approved();
    await begin(fix);
    expect(await begin(fix)).toEqual(closed(/the fix is applying/, true));
  });

  it("stays closed to what is not approved, or not there", async () => {
    expect(await begin(await addFix(db, subject))).toEqual(closed(/the fix is in_review/, true));
    expect(await begin(999_999)).toEqual(closed(/the fix is gone/, true));
  });

  it("stays closed when the approval has expired", async () => {
    const fix = await approved({ expires_at: at(60) });
    expect(await begin(fix, at(60))).toEqual(closed(/expired/, true));
    expect(await begin(fix, at(59))).toEqual({ begun: true });
  });

  for (const who of ["a machine", "a person"]) {
    const fixOf = () => who === "a machine" ? approved() : byPerson();

    it(`closes for ${who} while healing is off, and opens when it is on again`, async () => {
      const fix = await fixOf();
      await configure("healing.disabled", true, null);
      expect(await begin(fix)).toEqual(closed(/disabled everywhere/, false));
      await configure("healing.disabled", false, null);
      await setProject("healing_enabled = false");
      expect(await begin(fix)).toEqual(closed(/disabled for this project/, false));
      await setProject("healing_enabled = true, dry_run = true");
      expect(await begin(fix)).toEqual(closed(/dry run/, false));
      await setProject("dry_run = false");
      expect(await begin(fix)).toEqual({ begun: true });
    });

    for (const ended of ["resolved", "ignored", "archived", "merged"]) {
      it(`closes for ${who} when the issue was ${ended}`, async () => {
        const fix = await fixOf();
        await db.query(
          ended === "merged"
            ? "update public.detected_errors set merged_into_id = $2 where id = $1"
            : "update public.detected_errors set status = $2 where id = $1",
          [subject.issueId, ended === "merged" ? await addIssue(db, subject.projectId) : ended],
        );
        expect(await begin(fix)).toEqual(closed(/issue ended/, true));
        expect(await begin(await approved({ informational: true }))).toEqual({ begun: true });
      });
    }
  }

  it("closes to machines when the mode is no longer auto, of the project or of the action", async () => {
    await setProject("mode = 'suggest'");
    expect(await begin(await approved())).toEqual(closed(/mode is no longer auto/, true));
    await setProject("mode = 'auto'");
    await configure("healing.action_modes", { "configuration.revert": "observe" });
    expect(await begin(await approved())).toEqual(closed(/mode is no longer auto/, true));
    expect(await begin(await byPerson())).toEqual({ begun: true });
  });

  it("lets a target cool down for five minutes after any fix, or as long as is configured", async () => {
    await past("succeeded", 0);
    expect(await begin(await approved(), at(299))).toEqual(closed(/cools down/, true));
    await configure("healing.limits", { cool_down_ms: 10_000 });
    expect(await begin(await approved(), at(9))).toEqual(closed(/cools down/, true));
    expect(await begin(await approved(), at(11))).toEqual({ begun: true });
  });

  it("lets another target, another project and a person begin meanwhile", async () => {
    await past("succeeded", 0);
    expect(await begin(await approved({ target_key: "configuration:app.other" }), at(1))).toEqual({
      begun: true,
    });
    expect(await begin(await byPerson(), at(1))).toEqual({ begun: true });
    subject = await addSubject(db);
    expect(await begin(await approved(), at(1))).toEqual({ begun: true });
  });

  it("allows three automatic fixes of a target an hour, not counting those of people", async () => {
    await configure("healing.limits", { cool_down_ms: 0 });
    for (const seconds of [0, 600, 1200]) await past("succeeded", seconds);
    expect(await begin(await approved(), at(1800))).toEqual(closed(/hourly limit/, true));
    expect(await begin(await approved({ expires_at: at(9000) }), at(3601))).toEqual({ begun: true });
    subject = await addSubject(db);
    await configure("healing.limits", { cool_down_ms: 0 });
    for (const seconds of [0, 600, 1200]) await past("succeeded", seconds, { automatic: false });
    expect(await begin(await approved(), at(1800))).toEqual({ begun: true });
  });

  it("closes for an hour when three fixes in a row failed, until one succeeds", async () => {
    await configure("healing.limits", { cool_down_ms: 0, automatic_fixes_per_target_and_hour: 100 });
    await past("rolled_back", 0);
    await past("failed", 100);
    expect(await begin(await approved({ target_key: "configuration:app.free" }), at(101))).toEqual({
      begun: true,
    });
    await past("rolled_back", 200);
    expect(await begin(await approved(), at(201))).toEqual(closed(/in a row failed/, true));
    expect(await begin(await byPerson({ state: "approved" }), at(202))).toEqual({ begun: true });
    await db.query(
      "update public.auto_fixes set state = 'failed', outcome = 'not_applied' where state = 'applying'",
    );
    await past("succeeded", 300);
    expect(await begin(await approved(), at(301))).toEqual({ begun: true });
  });

  it("opens again when the block is over", async () => {
    await configure("healing.limits", { cool_down_ms: 0, automatic_fixes_per_target_and_hour: 100 });
    for (const seconds of [0, 1, 2]) await past("rolled_back", seconds);
    expect(await begin(await approved(), at(3600))).toEqual(closed(/in a row failed/, true));
    expect(await begin(await approved(), at(3603))).toEqual({ begun: true });
  });

  it("closes, for now, while another fix of the target is under way", async () => {
    await begin(await byPerson());
    expect(await begin(await byPerson(), at(1))).toEqual(closed(/under way/, false));
  });

  it("stays closed when a limit is no number: what cannot be read is no permission", async () => {
    await configure("healing.limits", { cool_down_ms: "soon" });
    await past("succeeded", 0);
    await expect(begin(await approved(), at(1000))).rejects.toThrow(/invalid input syntax/);
  });

  it.skipIf(!ON_POSTGRES)("lets one of many through who come for the same target at once", async () => {
    const fixes = await Promise.all(
      Array.from({ length: 10 }, (_, n) => n % 2 === 0 ? approved() : byPerson()),
    );
    const gates = await withSessions(
      db,
      fixes.length,
      (sessions) =>
        Promise.all(sessions.map(async (session, index) => {
          const [row] = await session.query("select public.begin_fix($1, '{}', $2) as gate", [
            fixes[index],
            at(0),
          ]);
          return row?.gate as Gate;
        })),
    );
    expect(gates.filter((gate) => gate.begun)).toHaveLength(1);
    expect(gates.filter((gate) => /under way/.test(gate.reason ?? ""))).toHaveLength(9);
  });

  it.skipIf(!ON_POSTGRES)("is opened by one of many workers who have the same fix", async () => {
    const fix = await approved();
    const gates = await withSessions(db, 8, (sessions) =>
      Promise.all(sessions.map(async (session) => {
        const [row] = await session.query("select public.begin_fix($1, '{}', $2) as gate", [fix, at(0)]);
        return (row?.gate as Gate).begun;
      })));
    expect(gates.filter((begun) => begun)).toHaveLength(1);
  });
});
