import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import {
  addFix,
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

const jobsOf = (fix: number) =>
  db.query("select kind, state from public.jobs where fix_id = $1 and state <> 'done' order by id", [fix]);
const stateOf = async (fix: number) =>
  (await one(db, "select state from public.auto_fixes where id = $1", [fix])).state;
const advance = (
  fix: number,
  from: string,
  to: string,
  changes: Record<string, unknown> = {},
  now = at(60),
) =>
  call<boolean>(db, "advance_fix", { p_fix_id: fix, p_from: from, p_to: to, p_changes: changes, p_now: now });

async function applying(): Promise<number> {
  const fix = await addFix(db, subject, APPROVED);
  await db.rpc("begin_fix", { p_fix_id: fix, p_before: {}, p_now: at(0) });
  return fix;
}

describe("a fix's progress", () => {
  it("is a compare-and-set: who expects another state changes nothing", async () => {
    const fix = await applying();
    expect(await advance(fix, "verifying", "succeeded", { outcome: "succeeded" })).toBe(false);
    expect(
      await advance(fix, "applying", "verifying", {
        applied_at: at(1),
        verify_from: at(2),
        apply_result: { ok: true },
      }),
    )
      .toBe(true);
    expect(await advance(fix, "applying", "verifying", { apply_result: { ok: false } })).toBe(false);
    const row = await one(db, "select state, apply_result from public.auto_fixes where id = $1", [fix]);
    expect(row).toEqual({ state: "verifying", apply_result: { ok: true } });
  });

  it("queues the work of each state: apply, verify, roll back, learn", async () => {
    const fix = await applying();
    await db.script("delete from public.jobs");
    await advance(fix, "applying", "verifying", { applied_at: at(1), verify_from: at(30) });
    const [verify] = await db.query(
      "select kind, run_at = $2 as is_later from public.jobs where fix_id = $1",
      [fix, at(30)],
    );
    expect(verify).toEqual({ kind: "verify", is_later: true });
    await advance(fix, "verifying", "rolling_back", { outcome: "not_resolved" });
    await advance(fix, "rolling_back", "rolled_back");
    expect((await jobsOf(fix)).map((job) => job.kind)).toEqual(["verify", "roll_back", "learn"]);
  });

  it("resolves the issue when, and only when, it is verified to have succeeded", async () => {
    const status = async () =>
      (await one(db, "select status from public.detected_errors where id = $1", [subject.issueId])).status;
    const unsure = await applying();
    await advance(unsure, "applying", "verifying", { applied_at: at(1) });
    await advance(unsure, "verifying", "succeeded", { outcome: "inconclusive" });
    expect(await status()).toBe("ongoing");
    const sure = await applying();
    await advance(sure, "applying", "verifying", { applied_at: at(1) });
    await advance(sure, "verifying", "succeeded", { outcome: "succeeded" }, at(90));
    expect(await status()).toBe("resolved");
    const row = await one(
      db,
      "select resolved_at = $2 as is_then from public.detected_errors where id = $1",
      [
        subject.issueId,
        at(90),
      ],
    );
    expect(row.is_then).toBe(true);
  });

  it("keeps the outcome that a person gave it", async () => {
    const fix = await applying();
    await advance(fix, "applying", "verifying", { applied_at: at(1) });
    await db.query("update public.auto_fixes set state = 'rolling_back' where id = $1", [fix]);
    await advance(fix, "rolling_back", "rolled_back", { outcome: "not_resolved" });
    expect((await one(db, "select outcome from public.auto_fixes where id = $1", [fix])).outcome).toBe(
      "overridden",
    );
  });

  it("keeps the state of a verification while it runs, and not after", async () => {
    const fix = await applying();
    const save = () =>
      call<boolean>(db, "save_verification", { p_fix_id: fix, p_verification: { looks: 1 } });
    expect(await save()).toBe(false);
    await advance(fix, "applying", "verifying", { applied_at: at(1) });
    expect(await save()).toBe(true);
  });
});

describe("a decision", () => {
  const decision = (jobId: number) => ({
    issue_id: subject.issueId,
    job_id: jobId,
    verdict: "apply",
    action: "configuration.revert",
    target_key: "configuration:app.limit",
    parameters: { key: "app.limit" },
    confidence: 0.9,
    threshold: 0.85,
    explanation: "The change came before the errors.",
    record: { candidates: [] },
    diagnosis: { category: "configuration", severity: "high" },
    fixes: [{
      action: "configuration.revert",
      target_key: "configuration:app.limit",
      parameters: { key: "app.limit" },
      risk: "safe",
      reversible: true,
      informational: false,
      automatic: true,
      confidence: 0.9,
      state: "approved",
    }],
  });
  let jobId = 1000;
  const store = (job: number) =>
    call<{ decision_id: number; fix_ids: number[]; stored_before: boolean }>(db, "store_decision", {
      p_decision: decision(job),
      p_now: at(0),
    });

  it("is stored with its diagnosis and its fix, whose work is queued", async () => {
    const stored = await store(++jobId);
    expect(stored).toMatchObject({ stored_before: false, fix_ids: [expect.any(Number)] });
    const fix = stored.fix_ids[0]!;
    expect(await jobsOf(fix)).toEqual([{ kind: "apply", state: "queued" }]);
    const row = await one(
      db,
      "select severity, automatic, approved_by, decision_id from public.auto_fixes where id = $1",
      [fix],
    );
    expect(row).toEqual({
      severity: "high",
      automatic: true,
      approved_by: "engine",
      decision_id: stored.decision_id,
    });
    const issue = await one(db, "select category, severity from public.detected_errors where id = $1", [
      subject.issueId,
    ]);
    expect(issue).toEqual({ category: "configuration", severity: "high" });
  });

  it("is made once per job: who asks again gets what was made", async () => {
    const first = await store(++jobId);
    expect(await store(jobId)).toEqual({ ...first, stored_before: true });
    const rows = await db.query("select id from public.auto_fixes where decision_id = $1", [
      first.decision_id,
    ]);
    expect(rows).toHaveLength(1);
  });

  it("about an issue that is gone says so", async () => {
    const stored = db.rpc("store_decision", { p_decision: { ...decision(++jobId), issue_id: 0 } });
    await expect(stored).rejects.toThrow(/there is no issue 0/);
  });

  it("is stored whole or not at all", async () => {
    const broken = {
      ...decision(++jobId),
      fixes: [...decision(jobId).fixes, { action: "x", state: "healed" }],
    };
    await expect(db.rpc("store_decision", { p_decision: broken })).rejects.toThrow();
    expect(await db.query("select 1 from public.decisions where job_id = $1", [jobId])).toEqual([]);
    const issue = await one(db, "select category from public.detected_errors where id = $1", [
      subject.issueId,
    ]);
    expect(issue.category).toBe("unknown");
  });

  it.skipIf(!ON_POSTGRES)("is made once when two workers have the job at once", async () => {
    const job = ++jobId;
    const stored = await withSessions(db, 6, (sessions) =>
      Promise.all(sessions.map(async (session) => {
        const [row] = await session.query("select public.store_decision($1, $2) as stored", [
          decision(job),
          at(0),
        ]);
        return row?.stored as { decision_id: number; stored_before: boolean };
      })));
    expect(new Set(stored.map((each) => each.decision_id)).size).toBe(1);
    expect(stored.filter((each) => !each.stored_before)).toHaveLength(1);
  });
});

describe("a lesson", () => {
  async function ended(): Promise<number> {
    const fix = await applying();
    await advance(fix, "applying", "failed", { outcome: "not_applied" });
    return fix;
  }
  const lesson = (expected: number, successes: number, outcome = "succeeded") => ({
    outcome,
    explanation: "It worked.",
    forecast: { confidence: 0.9, success: true },
    updates: [{
      scope: "project",
      cause_key: "category:configuration",
      action: "configuration.revert",
      successes,
      failures: 0,
      projects: 1,
      updated_at: at(0),
      expected_version: expected,
    }],
  });
  const learn = (fix: number, of: ReturnType<typeof lesson>) =>
    call<boolean>(db, "store_lesson", { p_fix_id: fix, p_lesson: of, p_now: at(0) });
  const records = () =>
    db.query("select success_weight, version from public.action_records where project_id = $1", [
      subject.projectId,
    ]);

  it("is learnt once per fix and outcome", async () => {
    const fix = await ended();
    expect(await learn(fix, lesson(0, 1))).toBe(true);
    expect(await learn(fix, lesson(1, 2))).toBe(false);
    expect(await records()).toEqual([{ success_weight: 1, version: 1 }]);
    // The relapse of a success is another lesson of the same fix.
    expect(await learn(fix, lesson(1, 0, "relapsed"))).toBe(true);
    expect(await records()).toEqual([{ success_weight: 0, version: 2 }]);
  });

  it("that was worked out from older records is refused whole, and can be worked out again", async () => {
    const [first, second] = [await ended(), await ended()];
    await learn(first, lesson(0, 1));
    await expect(learn(second, lesson(0, 1))).rejects.toMatchObject({ code: "40001" });
    expect(await db.query("select 1 from public.lessons where fix_id = $1", [second])).toEqual([]);
    expect(await learn(second, lesson(1, 2))).toBe(true);
    expect(await records()).toEqual([{ success_weight: 2, version: 2 }]);
  });

  it.skipIf(!ON_POSTGRES)(
    "of many that end at once is lost to none: each is worked out until it fits",
    async () => {
      const fixes = await Promise.all(Array.from({ length: 10 }, () => ended()));
      await withSessions(db, fixes.length, (sessions) =>
        Promise.all(sessions.map(async (session, index) => {
          for (let tries = 0; tries < 50; tries++) {
            const [known] = await session.query(
              "select success_weight, version from public.action_records where project_id = $1",
              [subject.projectId],
            );
            const next = lesson(Number(known?.version ?? 0), Number(known?.success_weight ?? 0) + 1);
            try {
              await session.query("select public.store_lesson($1, $2, $3)", [fixes[index], next, at(0)]);
              return;
            } catch (error) {
              if ((error as { code?: string }).code !== "40001") throw error;
            }
          }
          throw new Error("fifty tries were not enough");
        })));
      expect(await records()).toEqual([{ success_weight: 10, version: 10 }]);
    },
  );
});

describe("the sweep", () => {
  const sweep = (now: string) => db.query("select prunella.sweep_fixes($1) as count", [now]);

  it("gives fixes on their way a job again, whatever became of it", async () => {
    const waiting = await addFix(db, subject, APPROVED);
    const begun = await applying();
    const verified = await applying();
    await advance(verified, "applying", "verifying", { applied_at: at(1) });
    const back = await applying();
    await advance(back, "applying", "rolling_back", { outcome: "not_applied" });
    await db.script("delete from public.jobs");
    await sweep(at(60));
    expect(await jobsOf(waiting)).toEqual([{ kind: "apply", state: "queued" }]);
    expect(await jobsOf(begun)).toEqual([{ kind: "apply", state: "queued" }]);
    expect(await jobsOf(verified)).toEqual([{ kind: "verify", state: "queued" }]);
    expect(await jobsOf(back)).toEqual([{ kind: "roll_back", state: "queued" }]);
    await sweep(at(61));
    expect(await jobsOf(waiting)).toHaveLength(1);
  });

  it("gives a fix whose job died another one", async () => {
    const fix = await applying();
    await db.query("update public.jobs set state = 'dead', finished_at = now() where fix_id = $1", [fix]);
    await sweep(at(60));
    expect(await jobsOf(fix)).toEqual([{ kind: "apply", state: "dead" }, { kind: "apply", state: "queued" }]);
  });

  describe("asks anew for a diagnosis that was given up", () => {
    const diagnoses = async () =>
      (await db.query("select state from public.jobs where issue_id = $1 and kind = 'diagnose' order by id", [
        subject.issueId,
      ])).map(({ state }) => state);
    const sweepDiagnoses = async (now: string) =>
      (await one(db, "select prunella.sweep_diagnoses($1) as count", [now])).count;
    const giveUp = (now: string) =>
      db.query(
        "update public.jobs set state = 'dead', finished_at = $2 where issue_id = $1 and kind = 'diagnose' and state = 'queued'",
        [subject.issueId, now],
      );
    beforeEach(async () => {
      await db.script("delete from public.jobs");
      await db.query("select prunella.enqueue('diagnose', $1, $2, null, $3)", [
        subject.projectId,
        subject.issueId,
        at(0),
      ]);
    });

    it("after ever longer pauses", async () => {
      await giveUp(at(0));
      expect(await sweepDiagnoses(at(299))).toBe(0);
      expect(await sweepDiagnoses(at(300))).toBe(1);
      expect(await sweepDiagnoses(at(301))).toBe(0);
      expect(await diagnoses()).toEqual(["dead", "queued"]);
      await giveUp(at(310));
      expect(await sweepDiagnoses(at(310 + 599))).toBe(0);
      expect(await sweepDiagnoses(at(310 + 600))).toBe(1);
      expect(await diagnoses()).toEqual(["dead", "dead", "queued"]);
    });

    it("unless the issue has ended", async () => {
      await giveUp(at(0));
      await db.query("update public.detected_errors set status = 'resolved' where id = $1", [
        subject.issueId,
      ]);
      expect(await sweepDiagnoses(at(900))).toBe(0);
      await db.query("update public.detected_errors set status = 'ongoing' where id = $1", [subject.issueId]);
      expect(await sweepDiagnoses(at(900))).toBe(1);
    });

    it("unless it was looked at since", async () => {
      await giveUp(at(0));
      await db.query(
        "insert into public.jobs (kind, project_id, issue_id, state, finished_at) values ('diagnose', $1, $2, 'done', $3)",
        [subject.projectId, subject.issueId, at(10)],
      );
      expect(await sweepDiagnoses(at(900))).toBe(0);
      expect(await diagnoses()).toEqual(["dead", "done"]);
    });
  });

  it("expires what nobody decided in time, and what is approved and did not begin", async () => {
    const proposal = await addFix(db, subject, { expires_at: at(100) });
    const late = await addFix(db, subject, { ...APPROVED, expires_at: at(100) });
    await sweep(at(99));
    expect([await stateOf(proposal), await stateOf(late)]).toEqual(["in_review", "approved"]);
    await sweep(at(101));
    expect([await stateOf(proposal), await stateOf(late)]).toEqual(["expired", "expired"]);
  });

  it("does not expire a fix while a worker has it", async () => {
    const fix = await addFix(db, subject, { ...APPROVED, expires_at: at(100) });
    await db.query(
      "update public.jobs set state = 'running', lease_owner = 'w', leased_until = $2 where fix_id = $1",
      [fix, at(200)],
    );
    await sweep(at(150));
    expect(await stateOf(fix)).toBe("approved");
  });

  it("is part of the minute that pg_cron runs, with everything else", async () => {
    const fix = await applying();
    await db.script("delete from public.jobs");
    await db.query("select prunella.run_minute($1)", [at(60)]);
    expect(await jobsOf(fix)).toHaveLength(1);
  });
});

describe("the watch", () => {
  it("is held by one run, kept by it, and taken by another when it was let go or ran out", async () => {
    const hold = (holder: string, seconds: number, now: string) =>
      call<boolean>(db, "hold_watch", { p_holder: holder, p_seconds: seconds, p_now: now });
    expect(await hold("one", 60, at(0))).toBe(true);
    expect(await hold("two", 60, at(30))).toBe(false);
    expect(await hold("one", 60, at(30))).toBe(true);
    expect(await hold("two", 60, at(91))).toBe(true);
    expect(await hold("two", 0, at(92))).toBe(true);
    expect(await hold("one", 60, at(93))).toBe(true);
  });
});
