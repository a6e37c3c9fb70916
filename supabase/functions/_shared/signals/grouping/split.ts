import { z } from "zod";
import { failures } from "../../platform/errors.ts";
import { callRpc } from "../../platform/rpc.ts";
import { type Discriminator, suggestRefinement } from "../fingerprint/refinement.ts";
import { unmergeIssues } from "./merge.ts";
import { type PageCursor, printCursor } from "./page-cursor.ts";
import { type Regrouping, settleEvents, withSettings } from "./regroup.ts";
import { planSplitBy, planSplitByHand, type SplitPlan, typicalEvent } from "./split-plan.ts";
import type { GroupingSettings } from "./settings.ts";
import {
  type Client,
  eventsBefore,
  eventsById,
  type IssueRef,
  mergedInto,
  type StoredEvent,
} from "./store.ts";

/** Events of an issue that one call looks at; a call takes about 0.1 ms of CPU for each, and 50 KB of memory for some. */
export const MAX_EXAMINED = 1_000;
/** Events that one answer of the database brings. */
const PAGE = 200;
/** Events beside those that shall go which are looked at to find what tells the two apart. */
const STAYING_SAMPLE = 100;

/** Issues that one split may make: more would scatter the issue, now and with every new value. */
const MAX_GROUPS = 25;

export interface SplitResult {
  /** What tells the events apart from now on; null: nothing does, and later ones stay in the issue. */
  by: Discriminator | null;
  issues: { issue: number; moved_count: number }[];
  examined_count: number;
  /** Older events wait: call again with this as `before`. Null when all were looked at. */
  next_before: string | null;
}

const splitSchema = z.array(z.object({ issue: z.number().int(), moved_count: z.number().int() }));

/**
 * Splits an issue by what tells its events apart. Events with the most frequent value, or with that of `stays`, stay; all
 * others get issues of their own, one per value, and so will those to come. Looks at the newest thousand events after
 * the cursor.
 *
 * @param client of the service role; the caller's rights were checked
 * @throws Failure `unprocessable` when all events have the same value.
 */
export async function splitBy(
  client: Client,
  issue: IssueRef,
  by: Discriminator,
  stays: string | null,
  after: PageCursor | null,
  who: Regrouping,
): Promise<SplitResult> {
  await settleEvents(client);
  const events = await newest(client, issue, after);
  const example = stays === null
    ? typicalEvent(events, by)
    : (await eventsById(client, issue.projectId, [stays]))[0] ?? null;
  if (stays !== null && example === null) {
    throw failures.notFound(`There is no event ${stays} in this project any more.`);
  }
  if (example === null) return { by, issues: [], examined_count: 0, next_before: null };
  const merged = (await mergedInto(client, issue)).map((one) => one.fingerprint);
  const issues = await store(client, issue, who, (settings) => {
    // Further pages go on as the first began: what stays was learnt then.
    const goesOn = after !== null && stays === null &&
      settings.learning.refinements.some((one) => one.fingerprint === issue.fingerprint && one.by === by);
    const plan = planSplitBy(
      settings,
      issue.fingerprint,
      merged,
      by,
      goesOn ? null : example.payload,
      events,
    );
    if (plan.groups.length > MAX_GROUPS) {
      throw failures.unprocessable(
        `The events have ${plan.groups.length} different values of ${by}: that would scatter the issue. ` +
          `At most ${MAX_GROUPS} are split off.`,
      );
    }
    if (after === null && plan.groups.length === 0) {
      throw failures.unprocessable(
        `The last ${events.length} events do not differ in ${by}. Choose something that tells them apart.`,
      );
    }
    return plan;
  });
  return {
    by,
    issues,
    examined_count: events.length,
    next_before: events.length < MAX_EXAMINED
      ? null
      : printCursor({ at: events.at(-1)!.receivedAt, id: events.at(-1)!.id }),
  };
}

/**
 * Takes events out of an issue. Where they came in through an issue that was merged into it, that merge is undone; where
 * something tells them apart, the grouping learns it and later events follow; else these events alone go.
 *
 * @throws Failure `not_found` unless all events are in the issue, `unprocessable` when they are all that it has.
 */
export async function splitEvents(
  client: Client,
  issue: IssueRef,
  ids: readonly string[],
  who: Regrouping,
): Promise<SplitResult> {
  await settleEvents(client);
  const leaving = await eventsById(client, issue.projectId, ids);
  const missing = ids.find((id) => !leaving.some((event) => event.id === id && event.issueId === issue.id));
  if (missing !== undefined) throw failures.notFound(`Issue ${issue.id} has no event ${missing}.`);
  const gone = new Set(ids);
  const staying = (await eventsBefore(client, { issueId: issue.id }, null, STAYING_SAMPLE + ids.length))
    .filter((event) => !gone.has(event.id)).slice(0, STAYING_SAMPLE);
  if (staying.length === 0) {
    throw failures.unprocessable("These are all events of the issue: there is nothing to split them from.");
  }

  const undone = await undoMerge(client, issue, leaving, staying, who);
  if (undone !== null) {
    return { by: null, issues: undone, examined_count: leaving.length, next_before: null };
  }
  const by = suggestRefinement(
    staying.map((event) => event.payload),
    leaving.map((event) => event.payload),
  );
  const merged = (await mergedInto(client, issue)).map((one) => one.fingerprint);
  const events = by === null ? leaving : [...leaving, ...staying];
  const issues = await store(
    client,
    issue,
    who,
    (settings) =>
      by === null
        ? planSplitByHand(settings, issue.id, leaving)
        : planSplitBy(settings, issue.fingerprint, merged, by, staying[0]!.payload, events),
  );
  return { by, issues, examined_count: events.length, next_before: null };
}

/** When the events are those, and only those, of one merged issue, splitting them means to undo its merge. */
async function undoMerge(
  client: Client,
  issue: IssueRef,
  leaving: readonly { originId: number }[],
  staying: readonly StoredEvent[],
  who: Regrouping,
): Promise<SplitResult["issues"] | null> {
  const origins = new Set(leaving.map((event) => event.originId));
  const [origin] = origins;
  if (origin === undefined || origins.size > 1 || origin === issue.id) return null;
  const stayed = await eventsById(client, issue.projectId, staying.map((event) => event.id));
  if (stayed.some((event) => event.originId === origin)) return null;
  const child = (await mergedInto(client, issue)).find((one) => one.id === origin);
  if (!child) return null;
  await unmergeIssues(client, [child], who);
  return [{ issue: child.id, moved_count: leaving.length }];
}

async function newest(client: Client, issue: IssueRef, after: PageCursor | null): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  let cursor = after;
  while (events.length < MAX_EXAMINED) {
    const page = await eventsBefore(client, { issueId: issue.id }, cursor, PAGE);
    events.push(...page);
    if (page.length < PAGE) break;
    cursor = { at: page.at(-1)!.receivedAt, id: page.at(-1)!.id };
  }
  return events;
}

function store(
  client: Client,
  issue: IssueRef,
  { reason, actor }: Regrouping,
  plan: (settings: GroupingSettings) => SplitPlan,
): Promise<SplitResult["issues"]> {
  return withSettings(client, issue.projectId, (settings) => {
    const { learning, groups } = plan(settings);
    return callRpc(client, "split_issue", {
      p_issue_id: issue.id,
      p_groups: groups,
      p_learning: learning,
      p_expected_version: settings.version,
      p_reason: reason,
      p_actor: actor,
    }, splitSchema);
  });
}
