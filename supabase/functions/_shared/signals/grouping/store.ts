import type { SupabaseContext } from "@supabase/server";
import { z } from "zod";
import { failures } from "../../platform/errors.ts";
import { callRpc, parseAnswer } from "../../platform/rpc.ts";
import type { ErrorEvent } from "../event.ts";
import type { PageCursor } from "./page-cursor.ts";
import { DEFAULT_SETTINGS, type GroupingSettings, settingsAnswerSchema } from "./settings.ts";

export type Client = SupabaseContext["supabase"];

/** What regrouping needs to know of an issue. */
export interface IssueRef {
  id: number;
  projectId: number;
  fingerprint: string;
  mergedIntoId: number | null;
}

/** An event with the key that pages go by. */
export interface StoredEvent {
  id: string;
  receivedAt: string;
  payload: ErrorEvent;
}

const refRows = z.array(z.object({
  id: z.number().int(),
  project_id: z.number().int(),
  fingerprint: z.string(),
  merged_into_id: z.number().int().nullable(),
  may_operate: z.boolean(),
}));

/** Stored by ingest in this shape, which is the contract between the two. */
export const payloadSchema = z.custom<ErrorEvent>((value) =>
  typeof value === "object" && value !== null && "exceptions" in value
);
const eventRows = z.array(z.object({
  event_id: z.string(),
  received_at: z.string(),
  payload: payloadSchema,
}));

/** `PostgREST`'s columns of a stored event. */
const EVENT_COLUMNS = "event_id, received_at, payload";

/**
 * The issues that the caller asks to regroup, in the order asked for.
 *
 * @throws Failure `not_found` unless the caller sees all of them, `forbidden` below operator, `invalid_request` when they
 * are of several projects.
 */
export async function issuesToRegroup(caller: Client, ids: readonly number[]): Promise<IssueRef[]> {
  const rows = await callRpc(caller, "issues_of", { p_issue_ids: [...new Set(ids)] }, refRows);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const missing = ids.find((id) => !byId.has(id));
  if (missing !== undefined) {
    throw failures.notFound(`There is no issue ${missing}, or you are no member of its project.`);
  }
  if (rows.some((row) => !row.may_operate)) {
    throw failures.forbidden("Only operators and admins of the project change how its issues are grouped.");
  }
  if (new Set(rows.map((row) => row.project_id)).size > 1) {
    throw failures.invalidRequest(
      "The issues belong to several projects. Only issues of one project can be one.",
    );
  }
  return ids.map((id) => refOf(byId.get(id)!));
}

function refOf(row: z.output<typeof refRows>[number]): IssueRef {
  return {
    id: row.id,
    projectId: row.project_id,
    fingerprint: row.fingerprint,
    mergedIntoId: row.merged_into_id,
  };
}

/** Issues that were merged into this one. */
export async function mergedInto(client: Client, issue: IssueRef): Promise<IssueRef[]> {
  const answer = await client.from("detected_errors").select("id, project_id, fingerprint, merged_into_id")
    .eq("merged_into_id", issue.id).eq("project_id", issue.projectId).order("id").limit(MAX_MERGED);
  return parseAnswer(answer, refRows.element.omit({ may_operate: true }).array(), "detected_errors")
    .map((row) => refOf({ ...row, may_operate: true }));
}

/** Merged issues that are looked at; PostgREST answers no more rows at once. */
const MAX_MERGED = 1_000;

/** Rules and learning of a project as they are now. */
export async function loadSettings(client: Client, projectId: number): Promise<GroupingSettings> {
  const changed = await callRpc(client, "grouping_settings", {
    p_known: { [String(projectId)]: null },
  }, settingsAnswerSchema);
  return changed.get(projectId) ?? DEFAULT_SETTINGS;
}

/** The newest events of an issue, or of a whole project, after a place in them. */
export async function eventsBefore(
  client: Client,
  of: { issueId: number } | { projectId: number },
  after: PageCursor | null,
  limit: number,
): Promise<StoredEvent[]> {
  const events = client.from("error_events").select(EVENT_COLUMNS);
  let query = "issueId" in of ? events.eq("issue_id", of.issueId) : events.eq("project_id", of.projectId);
  if (after !== null) {
    query = query.lte("received_at", after.at)
      .or(`received_at.lt."${after.at}",event_id.gt.${after.id}`);
  }
  const answer = await query.order("received_at", { ascending: false }).order("event_id").limit(limit);
  return storedEvents(answer);
}

/** The newest event that came in through an issue itself, wherever it counts; null when none is kept any more. */
export async function latestEventThrough(client: Client, issue: IssueRef): Promise<StoredEvent | null> {
  const events = client.from("error_events").select(EVENT_COLUMNS).eq("project_id", issue.projectId);
  const moved = events.eq("origin_issue_id", issue.id);
  const [event] = storedEvents(await moved.order("received_at", { ascending: false }).limit(1));
  if (event) return event;
  const own = client.from("error_events").select(EVENT_COLUMNS).eq("issue_id", issue.id).is(
    "origin_issue_id",
    null,
  );
  return storedEvents(await own.order("received_at", { ascending: false }).limit(1))[0] ?? null;
}

/** Those of the events that exist in a project. */
export async function eventsById(
  client: Client,
  projectId: number,
  ids: readonly string[],
): Promise<(StoredEvent & { issueId: number; originId: number })[]> {
  const answer = await client.from("error_events").select(`${EVENT_COLUMNS}, issue_id, origin_issue_id`)
    .eq("project_id", projectId).in("event_id", [...ids]);
  const rows = parseAnswer(
    answer,
    z.array(eventRows.element.extend({
      issue_id: z.number().int(),
      origin_issue_id: z.number().int().nullable(),
    })),
    "error_events",
  );
  return rows.map((row) => ({
    ...stored(row),
    issueId: row.issue_id,
    originId: row.origin_issue_id ?? row.issue_id,
  }));
}

function storedEvents(answer: Parameters<typeof parseAnswer>[0]): StoredEvent[] {
  return parseAnswer(answer, eventRows, "error_events").map(stored);
}

function stored(row: z.output<typeof eventRows>[number]): StoredEvent {
  return { id: row.event_id.replaceAll("-", ""), receivedAt: row.received_at, payload: row.payload };
}
