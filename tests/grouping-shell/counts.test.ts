import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { bareEvent, expectCountsAgree } from "./support.ts";

let db: TestDatabase;
let projects = 0;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.close());

async function addProject(): Promise<number> {
  const [row] = await db.query("insert into projects (slug, name) values ($1, $1) returning id", [
    `counts-${++projects}`,
  ]);
  return Number(row!.id);
}

/** What people and machines may do to the issues of a project. */
type Step =
  | { do: "events"; fingerprints: number[]; minute: number; release: number }
  | { do: "merge"; from: number[]; into: number }
  | { do: "unmerge"; issue: number }
  | { do: "split"; issue: number; events: number[]; fingerprint: number }
  | { do: "settle" };

const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("events" as const),
        fingerprints: fc.array(fc.nat(5), { minLength: 1, maxLength: 6 }),
        minute: fc.nat(4),
        release: fc.nat(2),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("merge" as const),
        from: fc.array(fc.nat(7), { minLength: 1, maxLength: 3 }),
        into: fc.nat(7),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("unmerge" as const), issue: fc.nat(7) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("split" as const),
        issue: fc.nat(7),
        events: fc.array(fc.nat(40), { minLength: 1, maxLength: 5 }),
        fingerprint: fc.nat(2),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("settle" as const) }) },
  ),
  { minLength: 1, maxLength: 14 },
);

/** Refusals that belong to the rules: merging what is part of something else, splitting what is merged. */
const REFUSED = new Set(["55000", "P0002"]);

async function attempt(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!REFUSED.has((error as { code?: string }).code ?? "")) throw error;
  }
}

async function run(projectId: number, step: Step, events: string[]): Promise<void> {
  const issues =
    (await db.query("select id from detected_errors where project_id = $1 order by id", [projectId]))
      .map((row) => Number(row.id));
  const [{ version } = { version: 0 }] = await db.query(
    "select version from grouping_learning where project_id = $1",
    [projectId],
  );
  const issue = (index: number) => issues[index % issues.length]!;
  const change = { p_learning: null, p_expected_version: version, p_reason: "a test", p_actor: "test" };
  if (step.do === "events") {
    const batch = step.fingerprints.map((n) =>
      bareEvent(projectId, `f${n}`, { release: step.release ? `r${step.release}` : null })
    );
    events.push(...batch.map((event) => event.event_id));
    await db.rpc("record_batch", { p_batch: { events: batch }, p_now: `2026-03-01T12:0${step.minute}:30Z` });
  } else if (step.do === "settle") {
    await db.rpc("settle_events", { p_limit: 3 });
  } else if (issues.length === 0) {
    return;
  } else if (step.do === "merge") {
    await attempt(() =>
      db.rpc("merge_issues", {
        p_project_id: projectId,
        p_from: [...new Set(step.from.map(issue))],
        p_into: issue(step.into),
        ...change,
      })
    );
  } else if (step.do === "unmerge") {
    await attempt(() =>
      db.rpc("unmerge_issues", { p_project_id: projectId, p_issue_ids: [issue(step.issue)], ...change })
    );
  } else {
    const chosen = [...new Set(step.events.map((index) => events[index % Math.max(1, events.length)]))]
      .filter(Boolean);
    await attempt(() =>
      db.rpc("split_issue", {
        p_issue_id: issue(step.issue),
        p_groups: [{ fingerprint: `s${step.fingerprint}`, title: "split off", events: chosen }],
        ...change,
      })
    );
  }
}

async function settleAll(): Promise<void> {
  for (let left = 1; left > 0;) {
    const [row] = await db.rpc("settle_events", { p_limit: 1000 });
    left = Number(row!.settle_events);
  }
}

/** Rows of events that lie elsewhere than where they count. */
function misplacedRows(projectId: number) {
  return db.query(
    `select e.event_id from error_events as e
     join detected_errors as o on o.id = coalesce(e.origin_issue_id, e.issue_id)
     where e.project_id = $1 and e.issue_id <> coalesce(o.merged_into_id, o.id)`,
    [projectId],
  );
}

/** Runs a plan and expects the laws of counting after each step, and all rows at rest in the end. */
async function expectPlanCounts(plan: Step[]): Promise<void> {
  const projectId = await addProject();
  const events: string[] = [];
  for (const step of plan) {
    await run(projectId, step, events);
    await expectCountsAgree(db.database, projectId, events.length);
  }
  await settleAll();
  await expectCountsAgree(db.database, projectId, events.length);
  expect(await misplacedRows(projectId), "rows of events come to rest where they count").toEqual([]);
}

const oneEventEach = (fingerprints: number[]): Step => ({
  do: "events",
  fingerprints,
  minute: 0,
  release: 0,
});

describe("whatever is merged and split, in whatever order", () => {
  it("every event counts exactly once, in one issue, and for the issue that it came in through", async () => {
    await db.query("select prunella.ensure_event_partitions('2026-03-01 12:00:00+00', 1)");
    await fc.assert(
      fc.asyncProperty(steps, expectPlanCounts),
      { numRuns: 40 },
    );
  }, 120_000);

  it("rows that an undone merge left elsewhere follow their issue into the next merge", async () => {
    await expectPlanCounts([
      oneEventEach([0, 1, 2]),
      { do: "merge", from: [2], into: 0 },
      { do: "settle" },
      { do: "unmerge", issue: 2 },
      { do: "merge", from: [2], into: 1 },
    ]);
  });

  it("rows follow an issue that its first whole left behind, when that went to another and came back", async () => {
    await expectPlanCounts([
      oneEventEach([0, 1, 2]),
      { do: "merge", from: [2], into: 1 },
      { do: "settle" },
      { do: "merge", from: [1], into: 0 },
      { do: "unmerge", issue: 1 },
    ]);
  });

  it("a merge that is undone leaves both issues as they were, and gives back what came since", async () => {
    const projectId = await addProject();
    const send = (fingerprints: string[], at: string) =>
      db.rpc("record_batch", {
        p_batch: {
          events: fingerprints.map((one) => bareEvent(projectId, one, { release: `release of ${one}` })),
        },
        p_now: at,
      });
    await send(["early"], "2026-03-01T12:00:10Z");
    await send(["late", "late"], "2026-03-01T12:03:20Z");
    const issues = () =>
      db.query(
        `select id, fingerprint, event_count, merged_event_count, merged_into_id, first_seen_at, last_seen_at, first_release,
           own_first_seen_at from detected_errors where project_id = $1 order by id`,
        [projectId],
      );
    const before = await issues();
    const [early, late] = before.map((row) => Number(row.id)) as [number, number];
    const change = { p_learning: null, p_reason: "a test", p_actor: "test", p_project_id: projectId };
    await db.rpc("merge_issues", { ...change, p_from: [early], p_into: late, p_expected_version: 0 });
    expect((await issues())[1]).toMatchObject({
      event_count: 3,
      first_seen_at: before[0]!.first_seen_at,
      first_release: "release of early",
      last_seen_at: before[1]!.last_seen_at,
    });
    await send(["early", "late"], "2026-03-01T12:04:00Z");
    expect((await issues())[1]).toMatchObject({ event_count: 5 });
    await db.rpc("unmerge_issues", { ...change, p_issue_ids: [early], p_expected_version: 1 });
    const after = await issues();
    expect(after[0]).toMatchObject({ ...before[0], event_count: 2, last_seen_at: "2026-03-01 12:04:00+00" });
    expect(after[1]).toMatchObject({ ...before[1], event_count: 3, last_seen_at: "2026-03-01 12:04:00+00" });
  });

  it("an issue of which the grouping says that it is part of another comes into being as such", async () => {
    const projectId = await addProject();
    await db.rpc("record_batch", { p_batch: { events: [bareEvent(projectId, "known")] } });
    const joining = bareEvent(projectId, "newer", { joins: ["nowhere", "known"] });
    await db.rpc("record_batch", {
      p_batch: { events: [joining, bareEvent(projectId, "other", { joins: ["nowhere"] })] },
    });
    const rows = await db.query(
      "select id, fingerprint, event_count, merged_into_id from detected_errors where project_id = $1 order by id",
      [projectId],
    );
    const named = Object.fromEntries(rows.map((row) => [row.fingerprint, row]));
    expect(named.known).toMatchObject({ event_count: 2 });
    expect(named.newer).toMatchObject({ event_count: 0, merged_into_id: named.known!.id });
    expect(named.other).toMatchObject({ event_count: 1, merged_into_id: null });
    await expectCountsAgree(db.database, projectId, 3);
  });

  it("issues whose counts a fix is being judged by are not regrouped", async () => {
    const projectId = await addProject();
    await db.rpc("record_batch", {
      p_batch: { events: [bareEvent(projectId, "a"), bareEvent(projectId, "b")] },
    });
    const [a, b] =
      (await db.query("select id from detected_errors where project_id = $1 order by id", [projectId]))
        .map((row) => Number(row.id)) as [number, number];
    const [decision] = await db.query(
      `insert into decisions (project_id, issue_id, verdict, threshold, explanation, record)
       values ($1, $2, 'apply', 0.8, 'why', '{}') returning id`,
      [projectId, a],
    );
    const addFix = (state: string) =>
      db.query(
        `insert into auto_fixes (project_id, issue_id, decision_id, action, target_key, parameters, risk, reversible, automatic,
           severity, confidence, state, approved_by, approved_at, expires_at)
         values ($1, $2, $3, 'configuration.revert', 'k', '{}', 'safe', true, false, 'low', 0.5, $4, 'me', now(), now() + interval '1 hour')
         returning id`,
        [projectId, a, decision!.id, state],
      );
    const [applying] = await addFix("approved");
    await db.query("update auto_fixes set state = 'applying', before_state = '{}' where id = $1", [
      applying!.id,
    ]);
    const [waiting] = await addFix("in_review");
    const merge = () =>
      db.rpc("merge_issues", {
        p_project_id: projectId,
        p_from: [a],
        p_into: b,
        p_learning: null,
        p_expected_version: 0,
        p_reason: "a test",
        p_actor: "test",
      });
    await expect(merge()).rejects.toMatchObject({ code: "55000" });
    await db.query(
      "update auto_fixes set state = 'failed', outcome = 'not_applied', finished_at = now() where id = $1",
      [applying!.id],
    );
    await merge();
    const [fix] = await db.query("select state, reason from auto_fixes where id = $1", [waiting!.id]);
    expect(fix).toMatchObject({ state: "expired", reason: `Its issue was merged into issue ${b}: a test` });
  });
});
