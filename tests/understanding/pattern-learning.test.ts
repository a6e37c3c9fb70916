import { afterAll, beforeAll, expect, test } from "vitest";
import { PATTERNS } from "../../supabase/functions/_shared/diagnose/patterns/catalogue.ts";
import { publishBuiltIns } from "../../supabase/functions/_shared/diagnose/patterns/store.ts";
import { type Tenants, tenants } from "../http/support/tenants.ts";
import { event } from "./support.ts";

let t: Tenants;
beforeAll(async () => {
  t = await tenants();
  await publishBuiltIns(t.platform.service);
});
afterAll(() => t.stop());

const reason = "for the test";
const portable = (more: Record<string, unknown> = {}) => ({
  slug: "valve-stuck",
  category: "dependency",
  severity: "high",
  title: "The valve is stuck",
  explanation: "A valve that nobody moved for a year does not move.",
  documentation_url: null,
  match: { anyOf: [{ types: ["ValveError"], messages: ["valve is stuck"] }] },
  actions: [{ action: "configuration.revert", prior: { alpha: 3, beta: 2 }, reason: "It moved before." }],
  ...more,
});
const importFile = (who: Parameters<Tenants["call"]>[0], patterns: unknown[]) =>
  t.call(who, "POST", "pattern-learning/import", {
    format: "prunella-patterns",
    version: 1,
    patterns,
    reason,
  });
const setStanding = (who: Parameters<Tenants["call"]>[0], slug: string, status: string) =>
  t.call(who, "PUT", `pattern-learning/patterns/${slug}/standing`, { status, reason });

/** An issue of a project with one event, diagnosed with a pattern. */
async function addIssue(project: number, pattern: string): Promise<number> {
  const fingerprint = crypto.randomUUID();
  const payload = event({
    type: "PostgresError",
    message: "sorry, too many clients already",
    extra: { code: "53300" },
  });
  const { error } = await t.platform.service.rpc("record_batch", {
    p_batch: {
      events: [{
        project_id: project,
        event_id: crypto.randomUUID(),
        fingerprint,
        fingerprint_version: 1,
        title: "too many clients",
        platform: "node",
        level: "error",
        occurred_at: new Date().toISOString(),
        payload,
      }],
    },
  });
  if (error) throw error;
  const [row] = await t.platform.sql(
    `update detected_errors set diagnosed_at = now(), pattern_id = (select id from universal_error_patterns where slug = $2)
     where fingerprint = $1 returning id`,
    [fingerprint, pattern],
  );
  return Number(row!.id);
}

test("patterns are found by words, category and standing, page by page", async () => {
  const search = (query: string) => t.call("viewer", "GET", `pattern-learning/patterns?${query}`);
  const found = (await search("text=TOO%20many%20clients")).json;
  expect(found.patterns.map(({ slug }: { slug: string }) => slug)).toContain("postgres-too-many-connections");
  expect((await search("text=zebra%25")).json).toEqual({ patterns: [], next: null });
  const storage = (await search("category=storage")).json.patterns;
  expect(storage.length).toBe(PATTERNS.filter(({ category }) => category === "storage").length);
  expect((await search("status=deprecated")).json.patterns).toEqual([]);

  const slugs: string[] = [];
  let after: string | null = "";
  while (after !== null) {
    const page = (await search(`source=builtin&limit=60&after=${after}`)).json as {
      patterns: { slug: string }[];
      next: string | null;
    };
    slugs.push(...page.patterns.map(({ slug }) => slug));
    after = page.next;
  }
  expect(slugs).toEqual(PATTERNS.map(({ slug }) => slug).sort());
  expect((await search("category=love")).status).toBe(400);
});

test("a pattern is read with what it rests on and its history", async () => {
  const { json } = await t.call("viewer", "GET", "pattern-learning/patterns/postgres-deadlock");
  expect(json).toMatchObject({ source: "builtin", status: "active", examples: [], outcomes: [] });
  expect(json.illustrations.length).toBeGreaterThan(0);
  const history = await t.call("viewer", "GET", "pattern-learning/patterns/postgres-deadlock/history");
  expect(history.json.versions).toMatchObject([{ version: 1, status: "active" }]);
  expect((await t.call("viewer", "GET", "pattern-learning/patterns/no-such-pattern")).status).toBe(404);
});

test("a match is explained for an error in short and for an issue of one's own", async () => {
  const explain = (who: "viewer" | "stranger", body: unknown) =>
    t.call(who, "POST", "pattern-learning/explain", body);
  const short = await explain("viewer", {
    event: { type: "PostgresError", message: "sorry, too many clients already", extra: { code: "53300" } },
  });
  expect(short.json.matches[0]).toMatchObject({ slug: "postgres-too-many-connections", source: "builtin" });
  expect(short.json.matches[0].why).toContain("53300");
  expect(short.json.shape.codes).toContain("53300");

  const issue = await addIssue(t.project, "postgres-too-many-connections");
  expect((await explain("viewer", { issue })).json.matches).toEqual(short.json.matches);
  expect((await explain("stranger", { issue })).status).toBe(404);
  expect((await explain("viewer", {})).status).toBe(400);
  expect((await explain("viewer", { issue, event: { message: "x" } })).status).toBe(400);
});

test("an imported pattern waits as a candidate until it is put in force, and is judged then", async () => {
  expect((await importFile("machine", [portable()])).json).toEqual({ imported: ["valve-stuck"], kept: [] });
  const explain = async (include_candidates: boolean) =>
    (await t.call("viewer", "POST", "pattern-learning/explain", {
      event: { type: "ValveError", message: "The valve is stuck again" },
      include_candidates,
    })).json.matches;
  expect(await explain(false)).toEqual([]);
  expect(await explain(true)).toMatchObject([{ slug: "valve-stuck", status: "candidate" }]);
  const active = async () => JSON.stringify((await t.platform.service.rpc("active_patterns")).data);
  expect(await active()).not.toContain("valve-stuck");

  expect((await setStanding("machine", "valve-stuck", "active")).json).toMatchObject({ status: "active" });
  expect(await explain(false)).toHaveLength(1);
  expect(await active()).toContain("valve-stuck");
  const { versions } = (await t.call("viewer", "GET", "pattern-learning/patterns/valve-stuck/history")).json;
  expect(versions).toMatchObject([{ version: 2, status: "active", reason }, {
    version: 1,
    status: "candidate",
    reason,
  }]);
});

test("an import replaces no built-in and no learnt pattern, and says so", async () => {
  await t.platform.sql(
    `insert into universal_error_patterns (slug, source, category, title, explanation, match)
     values ('learnt-here', 'learnt', 'unknown', 'Ours', 'Ours', '{"anyOf":[{"types":["Ours"]}]}')`,
  );
  const before = await t.platform.sql(
    "select slug, title, match from universal_error_patterns where slug = 'postgres-deadlock'",
  );
  const { json } = await importFile("machine", [
    portable({ slug: "postgres-deadlock" }),
    portable({ slug: "learnt-here" }),
    portable({ slug: "brand-new", title: "Key sk_live_51H8acmeZxYwVuTsRqPoNm leaks" }),
  ]);
  expect(json).toEqual({ imported: ["brand-new"], kept: ["learnt-here", "postgres-deadlock"] });
  expect(
    await t.platform.sql(
      "select slug, title, match from universal_error_patterns where slug = 'postgres-deadlock'",
    ),
  )
    .toEqual(before);
  const [row] = await t.platform.sql("select title from universal_error_patterns where slug = 'brand-new'");
  expect(row!.title).not.toContain("51H8acme");
});

test("what is exported can be imported", async () => {
  await importFile("machine", [portable({ slug: "round-trip" })]);
  await setStanding("machine", "round-trip", "active");
  const { json } = await t.call("viewer", "GET", "pattern-learning/export");
  expect(json.patterns.find(({ slug }: { slug: string }) => slug === "round-trip")).toEqual(
    portable({ slug: "round-trip" }),
  );
  const again = await t.call("machine", "POST", "pattern-learning/import", { ...json, reason });
  expect(again.json.imported).toEqual([]);
  const all = await t.call("viewer", "GET", "pattern-learning/export?builtin=true");
  expect(all.json.patterns.length).toBeGreaterThan(PATTERNS.length);
});

test("faulty imports are refused whole, with the reason", async () => {
  const refused = async (more: Record<string, unknown>) =>
    (await importFile("machine", [portable(more)])).status;
  expect(await refused({ match: { anyOf: [] } })).toBe(400);
  expect(await refused({ match: { anyOf: [{ platforms: ["node"] }] } })).toBe(400);
  expect(await refused({ match: { anyOf: [{ messages: ["*"] }] } })).toBe(400);
  expect(await refused({ slug: "Not A Slug" })).toBe(400);
  expect(await refused({ documentation_url: "javascript:alert(1)" })).toBe(400);
  expect(await refused({ actions: [{ action: "shell.run", prior: { alpha: 1, beta: 1 }, reason: "" }] }))
    .toBe(422);
  expect(
    await refused({
      actions: [{ action: "configuration.revert", prior: { alpha: -1, beta: 1 }, reason: "" }],
    }),
  ).toBe(400);
  expect((await importFile("machine", [portable(), portable()])).status).toBe(400);
});

test("an operator's word moves the confidence once for each issue", async () => {
  const slug = "postgres-too-many-connections";
  const issue = await addIssue(t.project, slug);
  const say = (who: "operator" | "viewer" | "stranger", about: number, right: boolean) =>
    t.call(who, "POST", `pattern-learning/patterns/${slug}/feedback`, { issue: about, right, reason });
  const start = (await t.call("viewer", "GET", `pattern-learning/patterns/${slug}`)).json.confidence;
  const first = await say("operator", issue, true);
  expect(first.json).toMatchObject({ recorded: true, status: "active" });
  const second = await say("operator", issue, false);
  expect(second.json).toEqual({ ...first.json, recorded: false });
  const wrong = await say("operator", await addIssue(t.project, slug), false);
  expect(wrong.json.confidence).toBeLessThan(first.json.confidence);
  expect(start).toBeDefined();
  expect((await say("viewer", issue, true)).status).toBe(403);
  expect((await say("stranger", issue, true)).status).toBe(404);
  const unrelated = await addIssue(t.project, "postgres-deadlock");
  expect((await say("operator", unrelated, true)).status).toBe(404);
});

test("what is taken out of force by hand stays out", async () => {
  expect((await setStanding("machine", "postgres-deadlock", "deprecated")).status).toBe(200);
  const [row] = await t.platform.sql(
    "select status, held from universal_error_patterns where slug = 'postgres-deadlock'",
  );
  expect(row).toEqual({ status: "deprecated", held: true });
  expect((await setStanding("machine", "postgres-deadlock", "active")).json.status).toBe("active");
});

test("a member reads what is thought of an issue, by rules where no model was asked", async () => {
  const issue = await addIssue(t.project, "postgres-too-many-connections");
  const read = (who: "viewer" | "stranger") =>
    t.call(who, "GET", `pattern-learning/issues/${issue}/reasoning`);
  expect((await read("viewer")).status).toBe(404);
  const diagnosis = {
    category: "resource",
    severity: "high",
    culprit: null,
    probableCause: "Too many connections are open.",
    patterns: [],
    changes: [],
    facts: {},
    evidence: [{ kind: "history", statement: "It began a minute ago." }],
  };
  await t.platform.sql("update detected_errors set diagnosis = $2 where id = $1", [issue, diagnosis]);
  expect((await read("viewer")).json).toEqual({
    reasoning: {
      source: "rules",
      culprit: null,
      probable_cause: "Too many connections are open.",
      explanation: "It began a minute ago.",
      stated_confidence: null,
      proposals: [],
    },
    model: null,
    similar_fixes: { own: [], pool: [] },
  });
  expect((await read("stranger")).status).toBe(404);

  const content = {
    source: "model",
    culprit: null,
    probableCause: "A leak.",
    explanation: "Connections are never closed.",
    statedConfidence: 0.6,
    proposals: [],
    rejected: [],
  };
  await t.platform.service.rpc("store_reasoning", {
    p_reasoning: {
      issue_id: issue,
      model: "m",
      prompt_version: 1,
      status: "answered",
      reason: null,
      content,
      prompt_tokens: 10,
      completion_tokens: 5,
      cost_micros: 1,
      fresh_until: new Date().toISOString(),
    },
  });
  expect((await read("viewer")).json).toMatchObject({
    reasoning: { source: "model", probable_cause: "A leak.", stated_confidence: 0.6 },
    model: { name: "m", status: "answered", prompt_tokens: 10 },
  });
});

test("people read, machines change, and nobody comes in without a key", async () => {
  expect((await importFile("admin", [portable()])).status).toBe(401);
  expect((await setStanding("admin", "valve-stuck", "active")).status).toBe(401);
  for (
    const [method, path] of [
      ["GET", "patterns"],
      ["GET", "patterns/postgres-deadlock"],
      ["GET", "patterns/postgres-deadlock/history"],
      ["POST", "patterns/postgres-deadlock/feedback"],
      ["PUT", "patterns/postgres-deadlock/standing"],
      ["POST", "explain"],
      ["GET", "export"],
      ["POST", "import"],
      ["GET", "issues/1/reasoning"],
    ] as const
  ) {
    expect((await t.call("nobody", method, `pattern-learning/${path}`)).status, path).toBe(401);
  }
});
