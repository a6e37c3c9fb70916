import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { projectIdSchema } from "../../_shared/platform/http-schemas.ts";
import { parseAnswer } from "../../_shared/platform/rpc.ts";
import { cursorSchema, printCursor } from "../../_shared/signals/grouping/page-cursor.ts";
import { ISSUE_COLUMNS, ISSUE_STATUSES, issueSchema, SEVERITIES } from "../schemas.ts";

const MAX_ISSUES = 100;
const DEFAULT_ISSUES = 25;

/** Statuses of issues that wait for something to be done. */
const OPEN = ["new", "ongoing", "escalating", "regressed"] as const;

const query = z.object({
  project: projectIdSchema,
  status: z.enum([...ISSUE_STATUSES, "open", "any"]).default("open").openapi({
    description: "open: new, ongoing, escalating or regressed.",
  }),
  severity: z.enum(SEVERITIES).optional(),
  text: z.string().trim().min(1).max(200).optional().openapi({
    description: "Part of the title, type or culprit; letter case is ignored.",
  }),
  release: z.string().trim().min(1).max(250).optional().openapi({ description: "First or last seen in it." }),
  after: z.string().pipe(cursorSchema).optional().openapi({
    type: "string",
    description: "The `next` of the page before.",
  }),
  limit: z.coerce.number().int().min(1).max(MAX_ISSUES).default(DEFAULT_ISSUES),
});

const route = createRoute({
  method: "get",
  path: "/",
  operationId: "listIssues",
  summary: "Issues of a project, the last seen first",
  description: "Issues that were merged into others are not listed: their events count there.",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: { query },
  responses: answers(
    z.object({
      issues: z.array(issueSchema),
      next: z.string().nullable().openapi({ description: "Pass it as `after` for the next page." }),
    }).openapi("IssueList"),
    "A page of issues",
  ),
});

/** A text as a pattern inside PostgREST's quotes: its own wildcards are taken as they are. */
function pattern(text: string): string {
  const literal = text.replace(/[\\%_]/g, "\\$&").replaceAll("*", "_");
  return `"*${literal.replace(/[\\"]/g, "\\$&")}*"`;
}

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, "\\$&")}"`;

export function listIssues(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project, status, severity, text, release, after, limit } = c.req.valid("query");
    let issues = callerClient(c).from("detected_errors").select(`${ISSUE_COLUMNS}, seen:last_seen_at`)
      .eq("project_id", project).is("merged_into_id", null);
    if (status === "open") issues = issues.in("status", [...OPEN]);
    else if (status !== "any") issues = issues.eq("status", status);
    if (severity) issues = issues.eq("severity", severity);
    if (text) {
      const like = pattern(text);
      issues = issues.or(`title.ilike.${like},type.ilike.${like},culprit.ilike.${like}`);
    }
    if (release) issues = issues.or(`first_release.eq.${quoted(release)},last_release.eq.${quoted(release)}`);
    if (after) {
      issues = issues.lte("last_seen_at", after.at).or(
        `last_seen_at.lt."${after.at}",id.lt.${Number(after.id)}`,
      );
    }
    const rows = await issues.order("last_seen_at", { ascending: false }).order("id", { ascending: false })
      .limit(limit + 1);
    const found = parseAnswer(rows, z.array(issueSchema.extend({ seen: z.string() })), "detected_errors");
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    return c.json({
      issues: page.map(({ seen: _, ...issue }) => issue),
      next: last ? printCursor({ at: last.seen, id: String(last.id) }) : null,
    }, 200);
  });
}
