import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Row } from "../../scripts/platform/database.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { addFix, addIssue, addProject, at, call, ON_POSTGRES, one, withSessions } from "./support.ts";

let db: TestDatabase;
let project: number;
beforeAll(async () => {
  db = await testDatabase();
  project = await addProject(db);
});
afterAll(() => db.close());
beforeEach(() => db.script("delete from public.jobs"));

const claim = (worker: string, now = at(0), limit = 10, lease = 60) =>
  db.rpc("claim_jobs", { p_worker: worker, p_limit: limit, p_lease_seconds: lease, p_now: now });
const finish = (job: unknown, worker: string, now = at(1)) =>
  call<boolean>(db, "finish_job", { p_job_id: job, p_worker: worker, p_now: now });
const fail = (job: unknown, worker: string, now = at(1), retry = true) =>
  call<string | null>(db, "fail_job", {
    p_job_id: job,
    p_worker: worker,
    p_error: "it broke",
    p_retry: retry,
    p_now: now,
  });
const ask = (kind: string, issue: number, runAt: string, priority = 5) =>
  db.query("select prunella.enqueue($1, $2, $3, null, $4, '{}', $5::smallint)", [
    kind,
    project,
    issue,
    runAt,
    priority,
  ]);
const jobs = () => db.query("select * from public.jobs order by id");

async function queued(runAt = at(0), kind = "diagnose"): Promise<{ id: number; issue: number }> {
  const issue = await addIssue(db, project);
  await ask(kind, issue, runAt);
  const row = await one(db, "select id from public.jobs where issue_id = $1", [issue]);
  return { id: Number(row.id), issue };
}

/** Milliseconds between two times as Postgres writes them. */
const between = (from: unknown, to: unknown) => Date.parse(String(to)) - Date.parse(String(from));

describe("a job", () => {
  it("is given to one worker under a lease, and ended by it alone", async () => {
    const { id } = await queued();
    const [job] = await claim("one");
    expect(job).toMatchObject({ id, state: "running", lease_owner: "one", attempt_count: 1 });
    expect(between(job?.claimed_at, job?.leased_until)).toBe(60_000);
    expect(await claim("two")).toEqual([]);
    expect(await finish(id, "two")).toBe(false);
    expect(await fail(id, "two")).toBeNull();
    expect(await finish(id, "one")).toBe(true);
    expect(await finish(id, "one")).toBe(false);
    expect(await jobs()).toMatchObject([{ state: "done", lease_owner: null, leased_until: null }]);
  });

  it("waits until it is due, and the more important goes first", async () => {
    await queued(at(30));
    const late = await queued(at(-10));
    const early = await queued(at(-20));
    const important = await queued(at(-5));
    await db.query("update public.jobs set priority = 1 where id = $1", [important.id]);
    expect((await claim("w", at(0), 1))[0]?.id).toBe(important.id);
    expect((await claim("w", at(0), 1))[0]?.id).toBe(early.id);
    expect((await claim("w", at(0), 1))[0]?.id).toBe(late.id);
    expect(await claim("w")).toEqual([]);
    const next = await call<string>(db, "next_job_at");
    expect(between(at(30), next)).toBe(0);
  });

  it("is queued once per kind and subject; asking again moves it forward, never back", async () => {
    const { issue } = await queued(at(100));
    await ask("diagnose", issue, at(50), 1);
    await ask("diagnose", issue, at(200), 9);
    const [job, ...others] = await jobs();
    expect(others).toEqual([]);
    expect(between(at(50), job?.run_at)).toBe(0);
    expect(job?.priority).toBe(1);
    await ask("verify", issue, at(0));
    expect(await jobs()).toHaveLength(2);
  });

  it("that was asked for while it runs waits for the run to end", async () => {
    const { id, issue } = await queued();
    await claim("one");
    await ask("diagnose", issue, at(0));
    expect(await claim("two")).toEqual([]);
    await finish(id, "one");
    const [younger] = await claim("two");
    expect(younger).toMatchObject({ issue_id: issue, lease_owner: "two" });
    expect(younger?.id).not.toBe(id);
  });

  it("waits 1, 2, 4, ... 300 seconds between attempts, and dies after the last", async () => {
    const { id } = await queued();
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 8; attempt++) {
      // Far enough ahead that every wait is over.
      const now = at(attempt * 1000);
      expect(await claim("w", now)).toHaveLength(1);
      const state = await fail(id, "w", now);
      expect(state).toBe(attempt < 8 ? "queued" : "dead");
      const [job] = await jobs();
      if (state === "queued") waits.push(between(now, job?.run_at) / 1000);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64]);
    const [dead] = await jobs();
    expect(dead).toMatchObject({ state: "dead", last_error: "it broke", attempt_count: 8 });
    expect(dead?.finished_at).not.toBeNull();
    await db.query(
      "update public.jobs set state = 'running', attempt_count = 12, max_attempts = 20, lease_owner = 'w', leased_until = $1",
      [
        at(60),
      ],
    );
    await fail(id, "w", at(0));
    expect(between(at(0), (await jobs())[0]?.run_at)).toBe(300_000);
  });

  it("that cannot succeed dies at once", async () => {
    const { id } = await queued();
    await claim("w");
    expect(await fail(id, "w", at(1), false)).toBe("dead");
  });

  it("of a worker that died goes to another, with the attempt counted", async () => {
    const { id } = await queued();
    await claim("dead", at(0), 10, 60);
    expect(await claim("alive", at(59))).toEqual([]);
    const [job] = await claim("alive", at(61));
    expect(job).toMatchObject({
      id,
      lease_owner: "alive",
      attempt_count: 2,
      last_error: "the worker dead did not finish in time",
    });
    expect(await finish(id, "dead", at(62))).toBe(false);
    expect(await call(db, "postpone_job", { p_job_id: id, p_worker: "dead", p_run_at: at(100) })).toBe(false);
    expect(await finish(id, "alive", at(63))).toBe(true);
  });

  it("that kills every worker is given up", async () => {
    await queued();
    for (let attempt = 0; attempt < 8; attempt++) {
      expect(await claim("w", at(attempt * 100))).toHaveLength(1);
    }
    expect(await claim("w", at(900))).toEqual([]);
    expect(await jobs()).toMatchObject([{ state: "dead", attempt_count: 8 }]);
  });

  it("that is postponed begins anew, and is no failure", async () => {
    const { id } = await queued();
    await claim("w");
    await fail(id, "w", at(1));
    await claim("w", at(10));
    const postponed = await call(db, "postpone_job", {
      p_job_id: id,
      p_worker: "w",
      p_run_at: at(60),
      p_payload: { step: 2 },
    });
    expect(postponed).toBe(true);
    expect(await jobs()).toMatchObject([{
      state: "queued",
      attempt_count: 0,
      last_error: null,
      payload: { step: 2 },
    }]);
  });

  for (const way of ["fails", "is postponed", "is lost"]) {
    it(`that ${way} while a younger one waits leaves the work to it, and is over`, async () => {
      const { id, issue } = await queued();
      await claim("w");
      await ask("diagnose", issue, at(0));
      if (way === "fails") expect(await fail(id, "w")).toBe("done");
      else if (way === "is postponed") {
        await call(db, "postpone_job", { p_job_id: id, p_worker: "w", p_run_at: at(9) });
      } else await claim("other", at(1000), 1);
      const [older, younger] = await jobs();
      expect(older).toMatchObject({ id, state: "done" });
      // Without it the retention would never find the job.
      expect(older?.finished_at).not.toBeNull();
      expect(["queued", "running"]).toContain(younger?.state);
    });
  }

  it("leaves an execution behind, also of what failed before it succeeded", async () => {
    const { id } = await queued();
    await claim("w");
    await fail(id, "w");
    await claim("w", at(10));
    await finish(id, "w", at(11));
    const runs = await db.query(
      "select status, error, task_type from public.execution_history where (inputs ->> 'job_id')::bigint = $1 order by id",
      [id],
    );
    expect(runs).toEqual([
      { status: "failed", error: "it broke", task_type: "diagnose" },
      { status: "succeeded", error: null, task_type: "diagnose" },
    ]);
  });

  it("of one kind is claimed by those who ask for it", async () => {
    await queued(at(0), "diagnose");
    await queued(at(0), "verify");
    const claimed = await db.rpc("claim_jobs", {
      p_worker: "w",
      p_limit: 10,
      p_lease_seconds: 60,
      p_now: at(0),
      p_kinds: ["verify"],
    });
    expect(claimed.map((job: Row) => job.kind)).toEqual(["verify"]);
  });
});

describe("many workers", () => {
  it.skipIf(!ON_POSTGRES)("never get the same job, and together get all", async () => {
    const issues = 300;
    for (let n = 0; n < issues; n++) await queued();
    const claimed = await withSessions(
      db,
      12,
      (sessions) =>
        Promise.all(sessions.map(async (session, worker) => {
          const mine: number[] = [];
          for (;;) {
            const rows = await session.query("select id from public.claim_jobs($1, 7, 60, $2)", [
              `worker-${worker}`,
              at(0),
            ]);
            if (rows.length === 0) return mine;
            mine.push(...rows.map((row) => Number(row.id)));
          }
        })),
    );
    const all = claimed.flat();
    expect(new Set(all).size).toBe(all.length);
    // Who comes while others hold locks goes away empty-handed; nobody is forgotten.
    const left = await claim("last", at(0), 1000);
    expect(all.length + left.length).toBe(issues);
    expect(claimed.filter((mine) => mine.length > 0).length).toBeGreaterThan(1);
  });

  it.skipIf(!ON_POSTGRES)("who fail, claim and are asked anew at once break nothing", async () => {
    const subjects: number[] = [];
    for (let n = 0; n < 20; n++) subjects.push((await queued()).issue);
    await withSessions(db, 8, (sessions) =>
      Promise.all(sessions.map(async (session, worker) => {
        for (let round = 0; round < 30; round++) {
          const now = at(round * 100);
          const [job] = await session.query("select id from public.claim_jobs($1, 1, $2, $3)", [
            `w${worker}`,
            round % 3 === 0 ? 1 : 50,
            now,
          ]);
          await session.query("select prunella.enqueue('diagnose', $1, $2, null, $3)", [
            project,
            subjects[(worker + round) % subjects.length],
            now,
          ]);
          if (!job) continue;
          const end = round % 2 === 0 ? "fail_job($1, $2, 'broken', true, $3)" : "postpone_job($1, $2, $3)";
          await session.query(`select public.${end}`, [job.id, `w${worker}`, now]);
        }
      })));
    const twice = await db.query(
      "select dedupe_key from public.jobs where state in ('queued', 'running') group by dedupe_key, state having count(*) > 1",
    );
    expect(twice).toEqual([]);
    const waiting = await one(
      db,
      "select count(distinct issue_id) as count from public.jobs where state in ('queued', 'running', 'dead')",
    );
    expect(waiting.count).toBe(subjects.length);
  });
});

describe("the wake-up", () => {
  async function requests(): Promise<Row[]> {
    return await db.query(
      "select method, url, headers ->> 'apikey' as key from net.http_request_queue order by id",
    );
  }
  const secret = (name: string, value: string) =>
    db.query("select vault.create_secret($1, $2)", [value, name]);

  it("is no matter while nobody has said where the engine is", async () => {
    await queued(at(-1e9));
    expect(await requests()).toEqual([]);
  });

  it("calls the engine with the key from Vault, when work is due and only then", async () => {
    await secret("prunella_functions_url", "http://127.0.0.1:9/functions/v1");
    await secret("prunella_automations_key", "sb_secret_test");
    await queued(at(1e9));
    expect(await requests()).toEqual([]);
    const { issue } = await queued(new Date().toISOString());
    const wanted = {
      method: "POST",
      url: "http://127.0.0.1:9/functions/v1/healing-engine/run",
      key: "sb_secret_test",
    };
    expect(await requests()).toEqual([wanted]);
    await db.script("delete from net.http_request_queue");

    // Moved forward: the same job, nothing new.
    await db.query("update public.jobs set run_at = $2 where issue_id = $1", [issue, at(1e9)]);
    await ask("diagnose", issue, new Date().toISOString());
    expect(await requests()).toEqual([wanted]);
    await ask("diagnose", issue, new Date().toISOString());
    expect(await requests()).toEqual([wanted]);
    await db.script("delete from net.http_request_queue");
  });

  it("comes with an approval, whoever gives it", async () => {
    const issueId = await addIssue(db, project);
    const decision = await one(
      db,
      `insert into public.decisions (project_id, issue_id, verdict, threshold, explanation, record)
       values ($1, $2, 'review', 0.85, 'Because', '{}') returning id`,
      [project, issueId],
    );
    const fix = await addFix(db, { projectId: project, issueId, decisionId: Number(decision.id) });
    await db.script("delete from net.http_request_queue");
    await db.query("update public.auto_fixes set state = 'approved' where id = $1", [fix]);
    expect(await requests()).toHaveLength(1);
  });

  it("that cannot be sent does not undo the work that asked for it", async () => {
    await db.script("delete from net.http_request_queue");
    await db.query(
      "select vault.update_secret(id, 'no address') from vault.secrets where name = 'prunella_functions_url'",
    );
    const { id } = await queued(new Date().toISOString());
    expect(await requests()).toEqual([]);
    expect((await jobs()).map((job) => job.id)).toContain(id);
  });
});
