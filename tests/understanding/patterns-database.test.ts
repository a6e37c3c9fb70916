import { afterAll, beforeAll, expect, test } from "vitest";
import { learnFromFix } from "../../supabase/functions/_shared/heal/learn-from-fix.ts";
import { reviewPatterns } from "../../supabase/functions/_shared/heal/review-patterns.ts";
import { fixStore } from "../../supabase/functions/_shared/heal/fix.ts";
import { storeRelapse } from "../../supabase/functions/_shared/learn/store.ts";
import { loadStats } from "../../supabase/functions/_shared/learn/patterns/standing.ts";
import { activePatterns, publishBuiltIns } from "../../supabase/functions/_shared/diagnose/patterns/store.ts";
import type { Job } from "../../supabase/functions/_shared/platform/jobs.ts";
import type { RpcClient } from "../../supabase/functions/_shared/platform/rpc.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { endFix } from "./heal.ts";
import { serviceClient } from "./support.ts";

let db: TestDatabase;
let client: RpcClient;
beforeAll(async () => {
  db = await testDatabase();
  client = serviceClient(db);
  await publishBuiltIns(client);
});
afterAll(() => db.close());

const now = () => new Date();
const DAY_MS = 86_400_000;

async function learn(fixId: number): Promise<void> {
  const job = { id: 1, kind: "learn", fixId } as Job;
  await learnFromFix({
    client,
    now,
    fixes: fixStore(client),
    targetsOf: () => {
      throw new Error("learning touches nothing");
    },
  }, job);
}

const patternsLike = (words: string) =>
  db.query("select * from universal_error_patterns where title like $1 order by id", [`%${words}%`]);
const historyOf = (id: unknown) =>
  db.query("select version, status, reason from pattern_history where pattern_id = $1 order by version", [
    id,
  ]);

test("similar fixes of two projects become a pattern that is in force, with examples, outcomes and history", async () => {
  const error = (detail: string) => ({
    type: "LedgerError",
    message: `Ledger for ${detail} is out of balance after closing`,
  });
  await learn((await endFix(db, { ...error("account 17 of alice@acme.example"), outcome: "succeeded" })).fix);
  expect(await patternsLike("ledger")).toEqual([]);

  const second = await endFix(db, { ...error("account 99 on db7.initech.internal"), outcome: "succeeded" });
  await learn(second.fix);
  const [pattern, ...more] = await patternsLike("ledger");
  expect(more).toEqual([]);
  expect(pattern).toMatchObject({
    source: "learnt",
    status: "active",
    success_count: 2,
    failure_count: 0,
    project_count: 2,
    match: {
      anyOf: [{
        types: ["LedgerError"],
        messages: [expect.stringContaining("is out of balance after closing")],
      }],
    },
    actions: [{ action: "configuration.revert" }],
  });
  const inForce = await activePatterns(client, now)();
  expect(inForce.some(({ slug }) => slug === pattern!.slug)).toBe(true);

  const examples = await db.query("select * from pattern_examples where pattern_id = $1", [pattern!.id]);
  expect(examples.map(({ action, success_count }) => [action, success_count])).toEqual([
    ["configuration.revert", 1],
    ["configuration.revert", 1],
  ]);
  expect(await historyOf(pattern!.id)).toMatchObject([{ version: 1, status: "active" }]);
  expect((await db.rpc("pattern_outcomes", { p_slug: pattern!.slug }))[0]!.pattern_outcomes).toEqual([
    { action: "configuration.revert", success_count: 2, failure_count: 0, project_count: 2 },
  ]);
  expect(JSON.stringify([pattern, examples])).not.toMatch(/alice|acme|initech|db7/);
});

test("learning the same end twice changes nothing the second time", async () => {
  const error = { type: "QuorumError", message: "Quorum of the voters was lost while electing" };
  const first = await endFix(db, { ...error, outcome: "succeeded" });
  await learn(first.fix);
  await learn(first.fix);
  await learn(first.fix);
  expect(await patternsLike("uorum")).toEqual([]);
  const second = await endFix(db, { ...error, outcome: "succeeded" });
  await learn(second.fix);
  const [before] = await patternsLike("uorum");
  await learn(second.fix);
  expect(await patternsLike("uorum")).toEqual([before]);
  expect(before).toMatchObject({ success_count: 2, project_count: 2 });
});

test("fixes that failed make no pattern, and two fixes of one project neither", async () => {
  const error = { type: "TurbineError", message: "Turbine blade pitch does not answer the controller" };
  await learn((await endFix(db, { ...error, outcome: "not_resolved" })).fix);
  await learn((await endFix(db, { ...error, outcome: "not_resolved" })).fix);
  const first = await endFix(db, { ...error, outcome: "succeeded" });
  await learn(first.fix);
  await learn((await endFix(db, { ...error, project: first.project, outcome: "succeeded" })).fix);
  expect(await patternsLike("urbine")).toEqual([]);
});

test("outcomes move the confidence of the patterns that a fix rested on, and wrong ones are deprecated", async () => {
  const error = { type: "BeaconError", message: "Beacon signal vanished before the handshake was done" };
  for (let i = 0; i < 2; i++) await learn((await endFix(db, { ...error, outcome: "succeeded" })).fix);
  const slug = String((await patternsLike("eacon"))[0]!.slug);
  const stats = async () => (await loadStats(client, [slug]))[0]!;
  const start = await stats();

  await learn((await endFix(db, { ...error, outcome: "succeeded", pattern: slug })).fix);
  const better = await stats();
  expect(better.confidence).toBeGreaterThan(start.confidence);
  expect(better).toMatchObject({ success_count: 3, failure_count: 0, project_count: 3, status: "active" });

  await learn((await endFix(db, { ...error, outcome: "not_resolved", pattern: slug })).fix);
  const worse = await stats();
  expect(worse.confidence).toBeLessThan(better.confidence);
  expect(worse).toMatchObject({ success_count: 3, failure_count: 1 });

  await learn((await endFix(db, { ...error, outcome: "inconclusive", pattern: slug })).fix);
  expect(await stats()).toMatchObject({ success_count: 3, failure_count: 1 });

  for (let i = 0; i < 16; i++) {
    await learn((await endFix(db, { ...error, outcome: "not_resolved", pattern: slug })).fix);
  }
  expect((await stats()).status).toBe("deprecated");
  const [row] = await patternsLike("eacon");
  expect((await historyOf(row!.id)).at(-1)).toMatchObject({
    status: "deprecated",
    reason: expect.stringContaining("fail"),
  });
  expect((await activePatterns(client, now)()).some((each) => each.slug === slug)).toBe(false);
});

test("a built-in pattern that its outcomes prove wrong is no longer in force", async () => {
  const slug = "queue-webhook-delivery";
  for (let i = 0; i < 14; i++) {
    await learn(
      (await endFix(db, { type: "Error", message: `delivery ${i}`, outcome: "not_resolved", pattern: slug }))
        .fix,
    );
  }
  expect((await loadStats(client, [slug]))[0]).toMatchObject({ status: "deprecated", failure_count: 14 });
  expect((await activePatterns(client, now)()).some((each) => each.slug === slug)).toBe(false);
  // After two years nothing of it is known any more.
  await reviewPatterns({ client, now: () => new Date(Date.now() + 730 * DAY_MS) });
  expect((await loadStats(client, [slug]))[0]).toMatchObject({ status: "active" });
});

test("a learnt pattern that nothing matches for half a year is deprecated by the review", async () => {
  const error = { type: "GimbalError", message: "Gimbal lock while turning around the second axis" };
  for (let i = 0; i < 2; i++) await learn((await endFix(db, { ...error, outcome: "succeeded" })).fix);
  const slug = String((await patternsLike("imbal"))[0]!.slug);
  await reviewPatterns({ client, now: () => new Date(Date.now() + 100 * DAY_MS) });
  expect((await loadStats(client, [slug]))[0]!.status).toBe("active");
  await reviewPatterns({ client, now: () => new Date(Date.now() + 200 * DAY_MS) });
  expect((await loadStats(client, [slug]))[0]!.status).toBe("deprecated");
});

test("a relapse turns what its fix had shown", async () => {
  const error = { type: "SiphonError", message: "Siphon ran dry although the upper basin is full" };
  const { fix } = await endFix(db, { ...error, outcome: "succeeded" });
  await learn(fix);
  await storeRelapse(client, fix, now());
  expect(await db.query("select success from pattern_observations where fix_id = $1", [fix])).toEqual([{
    success: false,
  }]);
});

test("a pattern whose fixes work only with one code is split in two, and itself retired", async () => {
  const error = (code: string | null) => ({
    type: "AcquirerError",
    message: "The acquirer refused this payment for now",
    ...(code !== null && { extra: { code } }),
  });
  // The first projects tell no code, so the pattern that is learnt asks for none.
  for (let i = 0; i < 3; i++) await learn((await endFix(db, { ...error(null), outcome: "succeeded" })).fix);
  const [parent] = await patternsLike("cquirer");
  const slug = String(parent!.slug);
  for (let i = 0; i < 7; i++) {
    await learn((await endFix(db, { ...error("retry_soon"), outcome: "succeeded", pattern: slug })).fix);
    await learn((await endFix(db, { ...error("card_stolen"), outcome: "not_resolved", pattern: slug })).fix);
  }
  const [old, ...children] = await patternsLike("cquirer");
  expect(old).toMatchObject({ slug, status: "deprecated", held: true });
  expect(children).toHaveLength(2);
  expect(children.map(({ split_from_id }) => split_from_id)).toEqual([old!.id, old!.id]);
  expect(children.map(({ status }) => status).sort()).toEqual([
    "active",
    expect.stringMatching(/candidate|deprecated/),
  ]);
  expect((await historyOf(old!.id)).at(-1)!.reason).toContain("split into");
});

test("members see what their own fixes showed, everybody the patterns, and nobody writes", async () => {
  const member = await db.addUser();
  const stranger = await db.addUser();
  const { fix, project } = await endFix(db, {
    type: "VaneError",
    message: "Vane stuck in the wind",
    outcome: "succeeded",
  });
  await db.query("insert into project_members (project_id, user_id, role) values ($1, $2, 'admin')", [
    project,
    member,
  ]);
  await learn(fix);
  const count = (user: string, table: string) =>
    db.asUser(user, async (tx) => Number((await tx.query(`select count(*) as n from ${table}`))[0]!.n));
  expect(await count(member, "pattern_observations")).toBe(1);
  expect(await count(stranger, "pattern_observations")).toBe(0);
  for (const table of ["pattern_examples", "pattern_history", "universal_error_patterns"]) {
    expect(await count(stranger, table)).toBeGreaterThan(0);
  }
  for (
    const sql of [
      "update universal_error_patterns set confidence = 1",
      "delete from pattern_examples",
      "insert into pattern_feedback (pattern_id, project_id, issue_id, is_right, reason) select 1, 1, 1, true, 'x'",
      "select store_pattern('{}', 'x')",
      "select change_pattern('x', '{}', 'x')",
      "select import_patterns('[]', 'x')",
      "select similar_observations(1)",
    ]
  ) {
    await expect(db.asUser(member, (tx) => tx.query(sql)), sql).rejects.toThrow(/permission denied/);
  }
  await expect(db.query("update pattern_history set reason = 'x'")).rejects.toThrow("append-only");
});
