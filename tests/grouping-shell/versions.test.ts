import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callRpc } from "../../supabase/functions/_shared/platform/rpc.ts";
import type { ErrorEvent } from "../../supabase/functions/_shared/signals/event.ts";
import { fingerprintEvent } from "../../supabase/functions/_shared/signals/fingerprint/fingerprint-event.ts";
import { hashParts } from "../../supabase/functions/_shared/signals/fingerprint/hash.ts";
import { EMPTY_LEARNING } from "../../supabase/functions/_shared/signals/fingerprint/learning.ts";
import { routeEvent } from "../../supabase/functions/_shared/signals/grouping/route-event.ts";
import {
  DEFAULT_SETTINGS,
  type GroupingSettings,
  settingsAnswerSchema,
} from "../../supabase/functions/_shared/signals/grouping/settings.ts";
import { planSplitBy } from "../../supabase/functions/_shared/signals/grouping/split-plan.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { serviceClient } from "../understanding/support.ts";
import { bareEvent, errorEvent, expectCountsAgree } from "./support.ts";

let db: TestDatabase;
let projects = 0;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.close());

async function addProject(): Promise<number> {
  const [row] = await db.query("insert into projects (slug, name) values ($1, $1) returning id", [
    `versions-${++projects}`,
  ]);
  return Number(row!.id);
}

/** What the version before made of an event: other fingerprints for everything. */
const before = (event: ErrorEvent) => hashParts(["the version before", fingerprintEvent(event).fingerprint]);

type Version = "before" | "window" | "after";

/** Sends an event as the code of a version does: before, during and after the window in which both are known. */
async function send(
  projectId: number,
  version: Version,
  event: ErrorEvent,
  settings: GroupingSettings = DEFAULT_SETTINGS,
): Promise<number> {
  const { grouping, fingerprint, joins } = version === "before"
    ? { ...routeEvent(event, settings), fingerprint: before(event), joins: [] }
    : routeEvent(event, settings, version === "window" ? [before] : []);
  const row = bareEvent(projectId, fingerprint, {
    fingerprint_version: version === "before" ? grouping.version : grouping.version + 1,
    title: grouping.title,
    joins,
    payload: event,
  });
  await db.rpc("record_batch", { p_batch: { events: [row] } });
  const [stored] = await db.query("select issue_id from error_events where event_id = $1", [row.event_id]);
  return Number(stored!.issue_id);
}

const loadSettings = async (projectId: number) =>
  (await callRpc(
    serviceClient(db),
    "grouping_settings",
    { p_known: { [projectId]: null } },
    settingsAnswerSchema,
  ))
    .get(projectId)!;

describe("another version of the fingerprint", () => {
  it("moves an issue with its first event in the window; afterwards it needs the old version no more", async () => {
    const project = await addProject();
    const of = (message: string) => errorEvent({ message });
    const old = await send(project, "before", of("the queue is full"));
    const silent = await send(project, "before", of("nobody hears of this again"));
    expect(await send(project, "window", of("the queue is full"))).toBe(old);
    // Isolates of both versions run side by side for a while.
    expect(await send(project, "before", of("the queue is full"))).toBe(old);
    expect(await send(project, "after", of("the queue is full"))).toBe(old);
    expect(await send(project, "window", of("something new"))).not.toBe(old);
    expect(await send(project, "after", of("nobody hears of this again"))).not.toBe(silent);
    const [issue] = await db.query(
      "select event_count, fingerprint_version from detected_errors where id = $1",
      [old],
    );
    expect(issue).toMatchObject({ event_count: 4, fingerprint_version: 1 });
    await expectCountsAgree(db.database, project, 7);
  });

  it("follows merges that people made before it", async () => {
    const project = await addProject();
    const [a, b] = [
      errorEvent({ message: "the left side broke" }),
      errorEvent({ message: "the right side broke" }),
    ];
    const [left, right] = [await send(project, "before", a), await send(project, "before", b)];
    await db.rpc("merge_issues", {
      p_project_id: project,
      p_from: [right],
      p_into: left,
      p_learning: null,
      p_expected_version: 0,
      p_reason: "a test",
      p_actor: "test",
    });
    expect(await send(project, "window", b)).toBe(left);
    expect(await send(project, "after", b)).toBe(left);
    await expectCountsAgree(db.database, project, 4);
  });

  it("keeps apart what people split before it, in the window and ever after", async () => {
    const project = await addProject();
    const of = (region: string) => errorEvent({ message: "the region is down", tags: { region } });
    const issue = await send(project, "before", of("eu"));
    const us = of("us");
    await send(project, "before", us);
    const plan = planSplitBy(
      { rules: [], learning: EMPTY_LEARNING },
      before(us),
      [],
      "tags.region",
      of("eu"),
      [{ id: us.eventId, payload: us }],
    );
    const [split] = await db.rpc("split_issue", {
      p_issue_id: issue,
      p_groups: plan.groups,
      p_learning: plan.learning,
      p_expected_version: 0,
      p_reason: "a test",
      p_actor: "test",
    });
    const american = (split!.split_issue as { issue: number }[])[0]!.issue;
    expect(american).not.toBe(issue);

    const settings = await loadSettings(project);
    expect(await send(project, "window", of("us"), settings)).toBe(american);
    expect(await send(project, "window", of("eu"), settings)).toBe(issue);
    const later = await loadSettings(project);
    expect(await send(project, "after", of("us"), later)).toBe(american);
    expect(await send(project, "after", of("eu"), later)).toBe(issue);
    const asia = await send(project, "after", of("asia"), later);
    expect([issue, american]).not.toContain(asia);
    await expectCountsAgree(db.database, project, 7);
  });
});
