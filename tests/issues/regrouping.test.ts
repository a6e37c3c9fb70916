import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectCountsAgree } from "../grouping-shell/support.ts";
import { type IssueTenants, issueTenants, word } from "./support/issues.ts";

let t: IssueTenants;
beforeAll(async () => {
  t = await issueTenants();
});
afterAll(() => t.stop());

const reason = "for the test";
const merge = (from: number[], into: number) =>
  t.call("operator", "POST", "issues/merge", { from, into, reason });
const split = (body: Record<string, unknown>) =>
  t.call("operator", "POST", "issues/split", { reason, ...body });
const total = async () =>
  Number(
    (await t.platform.sql("select count(*) as n from error_events where project_id = $1", [t.project]))[0]!.n,
  );
const countsAgree = async () => expectCountsAgree({ query: t.platform.sql }, t.project, await total());
/** Messages of one kind that the built-in grouping keeps apart: one word differs, and it is no id. */
const kind = () => {
  const [a, b] = [word(), word()];
  return (part: string) => ({ message: `cannot ${a} the ${b} because the ${part} is closed` });
};

describe("a merge", () => {
  it("adds counts up at once, is done once, and teaches what does not matter", async () => {
    const of = kind();
    const [gate, door] = await t.send([of("gate"), of("door"), of("door")]);
    expect(gate).not.toBe(door);
    const merged = await merge([door!], gate!);
    expect(merged.json).toMatchObject({ issue: { id: gate, event_count: 3 }, merged: [door] });
    expect((await merge([door!], gate!)).json).toMatchObject({ issue: { event_count: 3 }, merged: [] });
    await t.settingsAreRead();
    // Another word in the same place: nobody merged that, the merge taught it.
    const [window, again] = await t.send([of("window"), of("door")]);
    expect([window, again]).toEqual([gate, gate]);
    expect(await t.column(gate!, "event_count")).toBe(5);
    await countsAgree();
    const why = await t.platform.sql(
      "select grouping_components as parts from detected_errors where merged_into_id = $1 and title like '%window%'",
      [gate],
    );
    expect(JSON.stringify(why[0]!.parts)).toContain("A merge taught that one part");
  });

  it("into an issue that is part of another goes to that one", async () => {
    const [a, b, c] = [await t.issue(), await t.issue(), await t.issue()];
    await merge([b], a);
    expect((await merge([c], b)).json).toMatchObject({ issue: { id: a, event_count: 3 }, merged: [c] });
    const elsewhere = await merge([b], await t.issue());
    expect([elsewhere.status, elsewhere.json.error.code]).toEqual([409, "conflict"]);
    await countsAgree();
  });

  it("says what is wrong with a request", async () => {
    const issue = await t.issue();
    expect((await merge([], issue)).status).toBe(400);
    expect((await merge([0], issue)).status).toBe(400);
    expect((await merge(Array.from({ length: 51 }, (_, n) => n + 1), issue)).status).toBe(400);
    expect((await merge([999_999], issue)).json.error.code).toBe("not_found");
    const silent = await t.call("operator", "POST", "issues/merge", { from: [issue], into: issue });
    expect(silent.json.error.details).toEqual([expect.objectContaining({ path: "json.reason" })]);
    const large = await t.call("operator", "POST", "issues/merge", " ".repeat(300_000));
    expect(large.status).toBe(413);
  });

  it("waits for a fix whose effect is being judged", async () => {
    const [a, b] = [await t.issue(), await t.issue()];
    const [decision] = await t.platform.sql(
      `insert into decisions (project_id, issue_id, verdict, threshold, explanation, record)
       values ($1, $2, 'review', 0.8, 'why', '{}') returning id`,
      [t.project, a],
    );
    await t.platform.sql(
      `insert into auto_fixes (project_id, issue_id, decision_id, action, target_key, parameters, risk, reversible, automatic,
         severity, confidence, state, approved_by, approved_at, before_state, expires_at)
       values ($1, $2, $3, 'configuration.revert', 'k', '{}', 'safe', true, false, 'low', 0.5, 'approved', 'me', now(), '{}',
         now() + interval '1 hour')`,
      [t.project, a, decision!.id],
    );
    await t.platform.sql("update auto_fixes set state = 'applying' where issue_id = $1", [a]);
    const refused = await merge([a], b);
    expect([refused.status, refused.json.error.message]).toEqual([
      409,
      expect.stringContaining("is being applied or verified"),
    ]);
    expect(await t.column(a, "merged_into_id")).toBeNull();
  });
});

describe("a split", () => {
  it("undoes a merge: what came in through the issue before and since is its own again, and stays so", async () => {
    const of = kind();
    const [one, two] = await t.send([of("first"), of("second")]);
    await merge([two!], one!);
    await t.settingsAreRead();
    await t.send([of("second"), of("first")]);
    const undone = await split({ issue: one, merged: [two] });
    expect(undone.json).toMatchObject({
      issue: { id: one, event_count: 2 },
      split: [{ issue: { id: two, event_count: 2 }, moved_count: 2 }],
      by: null,
    });
    await t.settingsAreRead();
    expect(await t.send([of("second"), of("third")])).toEqual([two, expect.not.toBeOneOf([one, two])]);
    await countsAgree();
    const other = await t.issue();
    await merge([two!], other);
    const elsewhere = await split({ issue: one, merged: [two] });
    expect([elsewhere.status, elsewhere.json.error.message]).toEqual([
      409,
      expect.stringContaining(`of ${other}`),
    ]);
  });

  it("by a tag makes an issue for each value, and later events go there", async () => {
    const message = `the ${word()} of ${word()} failed`;
    const of = (region: string) => ({ message, tags: { region } });
    const [issue] = await t.send(["eu", "eu", "us", "asia"].map(of));
    const done = (await split({ issue, by: "tags.region" })).json;
    expect(done).toMatchObject({
      issue: { event_count: 2 },
      by: "tags.region",
      examined_count: 4,
      next_before: null,
    });
    expect(done.split.map((one: { moved_count: number }) => one.moved_count)).toEqual([1, 1]);
    await t.settingsAreRead();
    const later = await t.send(["us", "asia", "eu"].map(of));
    const made = done.split.map((one: { issue: { id: number } }) => one.issue.id);
    expect(new Set(later.slice(0, 2))).toEqual(new Set(made));
    expect(later[2]).toBe(issue);
    await countsAgree();
  });

  it("of chosen events finds out what tells them apart, or takes these alone", async () => {
    const message = `the ${word()} of ${word()} stopped`;
    const events = [
      { event_id: crypto.randomUUID(), message, logger: "billing" },
      { event_id: crypto.randomUUID(), message, logger: "search" },
      { event_id: crypto.randomUUID(), message, logger: "search" },
    ];
    const [issue] = await t.send(events);
    const apart = await split({ issue, events: [events[0]!.event_id] });
    expect(apart.json).toMatchObject({
      issue: { event_count: 2 },
      by: "logger",
      split: [{ moved_count: 1 }],
    });
    const alone = await split({ issue, events: [events[1]!.event_id] });
    expect(alone.json).toMatchObject({ issue: { event_count: 1 }, by: null, split: [{ moved_count: 1 }] });
    const all = await split({ issue, events: [events[2]!.event_id] });
    expect([all.status, all.json.error.message]).toEqual([422, expect.stringContaining("all events")]);
    const gone = await split({ issue, events: [events[0]!.event_id] });
    expect(gone.status).toBe(404);
    await countsAgree();
  });

  it("that would not part anything, or would scatter the issue, is refused with the reason", async () => {
    const message = `the ${word()} of ${word()} leaked`;
    const [issue] = await t.send(
      Array.from({ length: 30 }, (_, n) => ({ message, tags: { shard: `s${n}` } })),
    );
    const same = await split({ issue, by: "logger" });
    expect([same.status, same.json.error.message]).toEqual([422, expect.stringContaining("do not differ")]);
    const scattered = await split({ issue, by: "tags.shard" });
    expect([scattered.status, scattered.json.error.message]).toEqual([
      422,
      expect.stringContaining("scatter"),
    ]);
    expect(await t.column(issue!, "event_count")).toBe(30);
    for (
      const body of [{}, { by: "payload" }, { by: "logger", events: [] }, { events: ["x"] }, { before: "x" }]
    ) {
      expect((await split({ issue, ...body })).status, JSON.stringify(body)).toBe(400);
    }
    const child = await t.issue();
    await merge([child], issue!);
    expect((await split({ issue: child, by: "logger" })).status).toBe(409);
  });

  it("of more than a thousand events goes on where it stopped", async () => {
    const message = `the ${word()} of ${word()} overflowed`;
    let issue = 0;
    for (let page = 0; page < 13; page++) {
      [issue] = await t.send(
        Array.from({ length: 100 }, (_, n) => ({ message, tags: { side: n < 10 ? "left" : "right" } })),
      ) as [number];
    }
    const first = (await split({ issue, by: "tags.side" })).json;
    expect(first).toMatchObject({ examined_count: 1000, split: [{ moved_count: 100 }] });
    expect(first.next_before).not.toBeNull();
    const second = (await split({ issue, by: "tags.side", before: first.next_before })).json;
    expect(second).toMatchObject({
      examined_count: 300,
      next_before: null,
      issue: { event_count: 1170 },
      split: [{ issue: { event_count: 130 }, moved_count: 30 }],
    });
    await countsAgree();
  });
});
