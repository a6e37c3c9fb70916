import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type IssueTenants, issueTenants, word } from "./support/issues.ts";

let t: IssueTenants;
beforeAll(async () => {
  t = await issueTenants();
});
afterAll(() => t.stop());

const list = (query: string) => t.call("viewer", "GET", `issues?project=${t.project}&${query}`);
const titles = async (query: string) =>
  (await list(query)).json.issues.map((issue: { title: string }) => issue.title);

describe("the list of issues", () => {
  it("shows open ones, the last seen first, page by page and each once", async () => {
    const sent: number[] = [];
    // Some of one batch, whose last moment is the same, and some of batches of their own.
    sent.push(...await t.send(Array.from({ length: 4 }, () => ({ message: `page ${word()}` }))));
    for (let n = 0; n < 3; n++) sent.push(...await t.send([{ message: `page ${word()}` }]));
    const seen: number[] = [];
    for (let next: string | null = ""; next !== null;) {
      const { json } = await list(`text=page&limit=2${next && `&after=${next}`}`);
      seen.push(...json.issues.map((issue: { id: number }) => issue.id));
      next = json.next;
    }
    expect(seen).toHaveLength(sent.length);
    expect(new Set(seen)).toEqual(new Set(sent));
    expect(seen.slice(0, 3)).toEqual(sent.slice(4).reverse());
  });

  it("is narrowed by status, severity, release and text", async () => {
    const name = word();
    const [first, second] = await t.send([
      { message: `${name} alpha`, release: 'shop@"1",0' },
      { message: `${name} beta`, level: "fatal" },
    ]);
    expect(await titles(`text=${name.toUpperCase()}`)).toHaveLength(2);
    expect(await titles(`text=${name}&release=${encodeURIComponent('shop@"1",0')}`)).toEqual([
      `${name} alpha`,
    ]);
    expect(await titles(`text=${name}&severity=high`)).toEqual([`${name} beta`]);
    await t.call("operator", "PATCH", `issues/${second}`, { status: "ignored" });
    expect(await titles(`text=${name}`)).toEqual([`${name} alpha`]);
    expect(await titles(`text=${name}&status=ignored`)).toEqual([`${name} beta`]);
    expect(await titles(`text=${name}&status=any`)).toHaveLength(2);
    expect(await t.column(first!, "status")).toBe("new");
  });

  it("takes a text as it is, whatever it means to the database", async () => {
    const name = word();
    await t.send([{ message: `${name} 100% of a_b, "c" (d).e*` }, { message: `${name} other` }]);
    for (const text of ["100%", "a_b", '"c"', "(d).e", ", ", '"c" (d)']) {
      expect(await titles(`text=${encodeURIComponent(`${name} `)}`)).toHaveLength(2);
      expect(await titles(`text=${encodeURIComponent(text)}`), text).toEqual([
        expect.stringContaining(`${name} 100%`),
      ]);
    }
    for (const text of ["%", "_", "\\", "title.eq.x),id.gt.0", "*"]) {
      const { status, json } = await list(`text=${encodeURIComponent(`${name}${text}`)}`);
      expect([status, json.issues], text).toEqual([200, []]);
    }
  });

  it("says what is wrong with a request", async () => {
    for (const query of ["limit=0", "limit=101", "status=fine", "after=nonsense", "after=MX4x", "text="]) {
      const { status, json } = await list(query);
      expect(status, query).toBe(400);
      expect(json.error.details[0].path, query).toContain(query.split("=")[0]);
    }
    expect((await t.call("viewer", "GET", "issues")).status).toBe(400);
  });
});

describe("an issue", () => {
  it("tells why it is one, its latest event, and what is part of it", async () => {
    const stack =
      "TypeError: x is not a function\n    at pay (/app/src/pay.ts:12:7)\n    at main (/app/src/shop.ts:3:1)";
    const [issue] = await t.send([{ stack, release: "1.0.0" }]);
    await t.send([{ stack, release: "1.1.0" }]);
    const child = await t.issue();
    await t.call("operator", "POST", "issues/merge", { from: [child], into: issue, reason: "the same" });
    const { status, json } = await t.call("viewer", "GET", `issues/${issue}`);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      id: issue,
      project_id: t.project,
      type: "TypeError",
      culprit: "pay (/app/src/pay.ts)",
      event_count: 3,
      first_release: "1.0.0",
      fingerprint_version: 1,
      merged: [{ id: child, merged_event_count: 1 }],
      decisions: [],
      fixes: [],
      latest_event: { symbolicated: false },
    });
    const stackPart = json.grouping_components.find(({ kind }: { kind: string }) => kind === "stack");
    expect(stackPart).toMatchObject({
      contributes: true,
      values: expect.arrayContaining([expect.any(String)]),
    });
    expect(json.latest_event.event.exceptions ?? json.latest_event.event.message).not.toBeNull();
  });

  it("that does not exist, or is no number, is said to be none", async () => {
    expect((await t.call("admin", "GET", "issues/999999")).json.error.code).toBe("not_found");
    for (const id of ["0", "-1", "x", "1.5", "99999999999999999999"]) {
      expect((await t.call("admin", "GET", `issues/${id}`)).status, id).toBe(400);
    }
  });
});

describe("triage", () => {
  const patch = (issue: number, body: unknown) => t.call("operator", "PATCH", `issues/${issue}`, body);

  it("resolves, archives, ignores and reopens, and says who did", async () => {
    const issue = await t.issue();
    for (const status of ["resolved", "ongoing", "archived", "ignored", "ongoing"]) {
      expect((await patch(issue, { status })).json).toMatchObject({ id: issue, status });
    }
    const points = await t.platform.sql(
      "select actor, summary from turning_points where issue_id = $1 and summary like '%ignored%'",
      [issue],
    );
    expect(points[0]).toMatchObject({ actor: `user:${t.ids.operator}` });
  });

  it("resolves for the next release only where a release is known", async () => {
    const [named] = await t.send([{ message: `of ${word()}`, release: "shop@2.0.0" }]);
    expect((await patch(named!, { status: "resolved_in_next_release" })).json).toMatchObject({
      status: "resolved",
      resolved_in_release: "shop@2.0.0",
    });
    const nameless = await t.issue();
    const refused = await patch(nameless, { status: "resolved_in_next_release" });
    expect(refused.status).toBe(422);
    expect(await t.column(nameless, "status")).toBe("new");
  });

  it("is refused for issues that are part of another, and for states that only events bring about", async () => {
    const [child, whole] = [await t.issue(), await t.issue()];
    await t.call("operator", "POST", "issues/merge", { from: [child], into: whole, reason: "the same" });
    const refused = await patch(child, { status: "resolved" });
    expect([refused.status, refused.json.error.message]).toEqual([
      409,
      expect.stringContaining(`part of issue ${whole}`),
    ]);
    for (
      const body of [{ status: "regressed" }, { status: "new" }, {}, { status: "resolved", more: 1 }, "{"]
    ) {
      expect((await patch(whole, body)).status, JSON.stringify(body)).toBe(400);
    }
  });

  it("lets a resolved issue come back with its next event, and a new release decide where one was named", async () => {
    const message = `again ${word()}`;
    const [issue] = await t.send([{ message, release: "shop@1.4.0" }]);
    // What was seen in this release a minute ago is not news.
    await t.platform.sql(
      "update error_minutes set minute_at = minute_at - interval '5 minutes' where issue_id = $1",
      [
        issue,
      ],
    );
    await patch(issue!, { status: "resolved_in_next_release" });
    const later = { message, timestamp: new Date(Date.now() + 1000).toISOString() };
    await t.send([{ ...later, release: "shop@1.4.0" }, { ...later, release: "shop@1.3.9" }]);
    expect(await t.column(issue!, "status")).toBe("resolved");
    await t.send([{ ...later, release: "shop@1.10.0" }]);
    expect(await t.column(issue!, "status")).toBe("regressed");
  });
});

describe("templates", () => {
  it("are listed once they were mined, the most frequent first", async () => {
    const [name, other] = [word(), word()];
    await t.send([
      ...Array.from(
        { length: 30 },
        (_, n) => ({ message: `worker ${name} finished job ${n} in ${n * 7} ms` }),
      ),
      { message: `the ${other} cache is cold` },
    ]);
    await t.platform.sql("update error_events set received_at = received_at - interval '10 seconds'");
    // Diagnoses that wait are no part of this.
    await t.platform.sql("delete from jobs");
    await t.platform.sql("select public.queue_template_mining(now())");
    const run = await t.platform.call("healing-engine/run?wait=true", {
      method: "POST",
      headers: { apikey: t.platform.automationsKey, "content-type": "application/json" },
      body: "{}",
    });
    expect((await run.json()).run).toMatchObject({ failed: 0 });
    const { json } = await t.call("viewer", "GET", `issues/templates?project=${t.project}&limit=1000`);
    const texts: string[] = json.templates.map((one: { template: string }) => one.template);
    expect(texts).toContainEqual(expect.stringContaining(`worker ${name} finished job <*> in <*>`));
    expect(texts).toContain(`the ${other} cache is cold`);
    const counts = json.templates.map((one: { line_count: number }) => one.line_count);
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    expect((await t.call("viewer", "GET", `issues/templates?project=${t.project}&limit=1001`)).status).toBe(
      400,
    );
  });
});
