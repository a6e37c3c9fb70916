import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type IssueTenants, issueTenants, word } from "./support/issues.ts";

let t: IssueTenants;
beforeAll(async () => {
  t = await issueTenants();
});
afterAll(() => t.stop());

const put = (body: Record<string, unknown>) =>
  t.call("operator", "PUT", "issues/rules", { project: t.project, reason: "for the test", ...body });
const preview = (body: Record<string, unknown>) =>
  t.call("viewer", "POST", "issues/rules/preview", { project: t.project, ...body });

describe("rules of a project", () => {
  it("are replaced whole, given as text or as JSON, read as both, and written to the timeline", async () => {
    const text =
      'type:DatabaseError path:src/billing/* -> billing, {{ default }} title="Billing database"\n' +
      "off !environment:production -> not-production\n";
    const written = await put({ text });
    expect(written.status).toBe(200);
    expect(written.json.text).toBe(text);
    expect(written.json.rules).toMatchObject([
      {
        enabled: true,
        matchers: [{ field: "type", pattern: "DatabaseError" }, { field: "path", pattern: "src/billing/*" }],
        fingerprint: ["billing", "{{ default }}"],
        title: "Billing database",
      },
      { enabled: false, matchers: [{ field: "environment", pattern: "production", negate: true }] },
    ]);
    const read = await t.call("viewer", "GET", `issues/rules?project=${t.project}`);
    expect(read.json).toEqual(written.json);
    const rules = read.json.rules.map(({ id: _, ...rule }: { id: string }) => rule);
    expect((await put({ rules })).json.text).toBe(text);
    expect((await put({ rules: [] })).json).toEqual({ rules: [], text: "" });
    const points = await t.platform.sql(
      "select actor, summary from turning_points where project_id = $1 and kind = 'fingerprint_rule_added'",
      [t.project],
    );
    expect(points).toHaveLength(4);
    expect(points[0]).toMatchObject({
      actor: `user:${t.ids.operator}`,
      summary: expect.stringContaining("for the test"),
    });
  });

  it("that are wrong change nothing; the answer names the line", async () => {
    await put({ text: "type:Kept -> kept" });
    const of = async (body: Record<string, unknown>) => {
      const { status, json } = await put(body);
      return [status, json.error.message + JSON.stringify(json.error.details ?? "")];
    };
    expect(await of({ text: "type:A -> a\n\nnonsense" })).toEqual([400, expect.stringContaining("Line 3")]);
    expect(await of({ text: "nosuch:A -> a" })).toEqual([400, expect.stringContaining("nosuch is no field")]);
    expect(await of({ text: `type:${"x".repeat(401)} -> a` })).toEqual([
      400,
      expect.stringContaining("json.text.0"),
    ]);
    expect(await of({ text: "type:A -> a\n".repeat(201) })).toEqual([400, expect.stringContaining("200")]);
    expect(await of({ text: "type:A -> a", rules: [] })).toEqual([400, expect.stringContaining("either")]);
    expect(await of({})).toEqual([400, expect.stringContaining("either")]);
    expect(await of({ rules: [{ matchers: [], fingerprint: ["a"] }] })).toEqual([400, expect.any(String)]);
    expect(await of({ rules: [{ matchers: [{ field: "type", pattern: "A" }], fingerprint: [] }] })).toEqual([
      400,
      expect.any(String),
    ]);
    const read = await t.call("viewer", "GET", `issues/rules?project=${t.project}`);
    expect(read.json.text).toBe("type:Kept -> kept\n");
  });

  it("come before the application's own fingerprint and the built-in one, from the next events on", async () => {
    await put({ text: "" });
    const [a, b] = [word(), word()];
    const event = (message: string) => ({
      type: "QuotaError",
      message,
      fingerprint: ["own", message],
      tags: { team: "billing" },
    });
    await t.settingsAreRead();
    const [before] = await t.send([event(a)]);
    await put({ text: 'tags.team:bill* -> {{ tags.team }} title="All of {{ tags.team }}"' });
    await t.settingsAreRead();
    const [first, second] = await t.send([event(a), event(b)]);
    expect(first).toBe(second);
    expect(first).not.toBe(before);
    const { json } = await t.call("viewer", "GET", `issues/${first}`);
    expect(json).toMatchObject({ title: "All of billing", event_count: 2 });
    expect(json.grouping_components[0]).toMatchObject({
      kind: "rule",
      contributes: true,
      values: ["billing"],
    });
  });
});

describe("the preview", () => {
  it("tells what rules would move, merge and split, and stores nothing", async () => {
    await put({ text: "" });
    await t.settingsAreRead();
    const name = word();
    const events = [
      ...["eu", "us"].map((region) => ({ type: "LoadError", message: `${name} is gone`, tags: { region } })),
      { type: "LoadError", message: `${name} was never there` },
    ];
    const [one, same, other] = await t.send(events);
    expect([same === one, other === one]).toEqual([true, false]);
    const counts = await t.platform.sql("select id, event_count from detected_errors order by id");
    const merged = (await preview({ text: `message:*${name}* -> ${name}` })).json;
    expect(merged).toMatchObject({ moved_count: 3, matches_by_rule: { "new 1": 3 } });
    expect(merged.issue_count_before - merged.issue_count_after).toBe(1);
    expect(merged.merges).toEqual([{ fingerprint: expect.any(String), from: expect.any(Array) }]);
    expect(merged.moves.map((move: { from: { issue: number } }) => move.from.issue).sort()).toEqual(
      [one, other].sort(),
    );
    expect(merged.moves.every((move: { to: { issue: null } }) => move.to.issue === null)).toBe(true);
    const split = (await preview({ text: `message:*${name}* -> {{ default }}, {{ tags.region }}` })).json;
    expect(split.splits).toHaveLength(1);
    expect(split.issue_count_after - split.issue_count_before).toBe(1);
    expect((await t.call("viewer", "GET", `issues/rules?project=${t.project}`)).json.rules).toEqual([]);
    expect(await t.platform.sql("select id, event_count from detected_errors order by id")).toEqual(counts);
  });

  it("shows what the rules would really do once they are saved", async () => {
    await put({ text: "" });
    await t.settingsAreRead();
    const name = word();
    const event = { type: "TruthError", message: `${name} again` };
    await t.send([event]);
    const text = `message:*${name}* -> all-of-${name}`;
    const [move] = (await preview({ text })).json.moves;
    await put({ text });
    await t.settingsAreRead();
    const [issue] = await t.send([event]);
    expect(await t.column(issue!, "fingerprint")).toBe(move.to.fingerprint);
  });

  it("says what is wrong with the rules, and is bounded", async () => {
    expect((await preview({ text: "-> x" })).json.error.message).toContain("Line 1");
    expect((await preview({ text: "type:A -> a", events: 100_000 })).status).toBe(400);
    expect((await preview({ text: "x".repeat(100_001) })).status).toBe(400);
    const hostile = `message:"${"*a".repeat(190)}" -> x\n`.repeat(200);
    const began = performance.now();
    expect((await preview({ text: hostile })).status).toBe(200);
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
