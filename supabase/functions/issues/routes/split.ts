import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import { failures } from "../../_shared/platform/errors.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { reasonSchema } from "../../_shared/platform/http-schemas.ts";
import { parseAnswer } from "../../_shared/platform/rpc.ts";
import { unmergeIssues } from "../../_shared/signals/grouping/merge.ts";
import { discriminatorSchema } from "../../_shared/signals/grouping/settings.ts";
import { cursorSchema } from "../../_shared/signals/grouping/page-cursor.ts";
import { splitBy, splitEvents, type SplitResult } from "../../_shared/signals/grouping/split.ts";
import { type Client, type IssueRef, issuesToRegroup } from "../../_shared/signals/grouping/store.ts";
import { actorOf } from "../actor.ts";
import { eventIdSchema, ISSUE_COLUMNS, issueIdSchema, issueSchema, smallBody } from "../schemas.ts";

/** Issues or events named in one call. */
const MAX_NAMED = 50;

const issue = issueIdSchema.openapi({ description: "The issue that is taken apart." });
const body = z.union([
  z.strictObject({
    issue,
    merged: z.array(issueIdSchema).min(1).max(MAX_NAMED).openapi({
      description: "Issues that were merged into it and shall stand for themselves again: undoes the merge.",
    }),
    reason: reasonSchema,
  }).openapi("SplitMerged"),
  z.strictObject({
    issue,
    by: z.string().pipe(discriminatorSchema).openapi({
      type: "string",
      description:
        "What tells its events apart: value, message, culprit, logger, transaction, environment, level, " +
        "release or tags.<name>.",
      example: "tags.region",
    }),
    stays: eventIdSchema.optional().openapi({
      description: "Events like this one stay. Default: those with the most frequent value.",
    }),
    before: z.string().pipe(cursorSchema).optional().openapi({
      type: "string",
      description: "The next_before of the answer before, to go on with older events.",
    }),
    reason: reasonSchema,
  }).openapi("SplitBy"),
  z.strictObject({
    issue,
    events: z.array(eventIdSchema).min(1).max(MAX_NAMED).openapi({
      description:
        "Events that do not belong to it. What tells them apart is found and learnt, where there is something.",
    }),
    reason: reasonSchema,
  }).openapi("SplitEvents"),
]);

const answerSchema = z.object({
  issue: issueSchema.openapi({ description: "The issue as it is now." }),
  split: z.array(z.object({ issue: issueSchema, moved_count: z.number().int() })).openapi({
    description: "Issues that the events went to.",
  }),
  by: z.string().nullable().openapi({
    description:
      "What tells the events apart from now on; null: an undone merge, or nothing does and only these went.",
  }),
  examined_count: z.number().int(),
  next_before: z.string().nullable().openapi({
    description: "Older events wait: call again with it. Null when all were looked at.",
  }),
}).openapi("Split");

const route = createRoute({
  method: "post",
  path: "/split",
  operationId: "splitIssue",
  summary: "Take an issue apart",
  description:
    "For operators. By issues that were merged into it, by what tells its events apart, or by events. " +
    "Counts are right in the answer, later events follow.",
  security: security.userOrSecret,
  middleware: [smallBody, auth.userOrSecret] as const,
  request: { body: jsonBody(body) },
  responses: answers(answerSchema, "The issue and what was split off"),
});

export function split(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const asked = c.req.valid("json");
    const caller = callerClient(c);
    const named = "merged" in asked ? asked.merged : [];
    const [target, ...children] = await issuesToRegroup(caller, [asked.issue, ...named]);
    if (target!.mergedIntoId !== null) {
      throw failures.conflict(
        `Issue ${target!.id} is part of issue ${target!.mergedIntoId}. Split that one.`,
      );
    }
    const admin = c.var.supabaseContext.supabaseAdmin;
    const who = { reason: asked.reason, actor: actorOf(c) };
    const result = "merged" in asked
      ? await undo(admin, target!, children, who)
      : "by" in asked
      ? await splitBy(admin, target!, asked.by, asked.stays ?? null, asked.before ?? null, who)
      : await splitEvents(admin, target!, asked.events, who);
    const ids = [asked.issue, ...result.issues.map((one) => one.issue)];
    const rows = await caller.from("detected_errors").select(ISSUE_COLUMNS).in("id", ids);
    const found = new Map(
      parseAnswer(rows, z.array(issueSchema), "detected_errors").map((row) => [row.id, row]),
    );
    return c.json({
      issue: found.get(asked.issue)!,
      split: result.issues.map((one) => ({ issue: found.get(one.issue)!, moved_count: one.moved_count })),
      by: result.by,
      examined_count: result.examined_count,
      next_before: result.next_before,
    }, 200);
  });
}

async function undo(
  admin: Client,
  target: IssueRef,
  children: IssueRef[],
  who: { reason: string; actor: string },
): Promise<SplitResult> {
  const elsewhere = children.find((child) => child.mergedIntoId !== null && child.mergedIntoId !== target.id);
  if (elsewhere) {
    throw failures.conflict(
      `Issue ${elsewhere.id} is no part of issue ${target.id}, but of ${elsewhere.mergedIntoId}.`,
    );
  }
  const undone = await unmergeIssues(admin, children, who);
  const rows = await admin.from("detected_errors").select("id, event_count").in("id", undone);
  const counts = parseAnswer(
    rows,
    z.array(z.object({ id: z.number().int(), event_count: z.number().int() })),
    "detected_errors",
  );
  return {
    by: null,
    issues: counts.map((row) => ({ issue: row.id, moved_count: row.event_count })),
    examined_count: 0,
    next_before: null,
  };
}
