import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { projectIdSchema } from "../../_shared/platform/http-schemas.ts";
import { callRpc } from "../../_shared/platform/rpc.ts";
import { cursorSchema, printCursor } from "../../_shared/signals/grouping/page-cursor.ts";
import { requireProject } from "../rules.ts";
import { ISSUE_STATUSES, issueSchema, SEVERITIES } from "../schemas.ts";

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

/** As the database prints it, to the microsecond: the answer's own form of a moment is too coarse for a cursor. */
const rows = z.array(issueSchema.extend({ last_seen_at: z.string() }));

export function listIssues(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project, status, severity, text, release, after, limit } = c.req.valid("query");
    const client = callerClient(c);
    await requireProject(client, project);
    const found = await callRpc(client, "search_issues", {
      p_project_id: project,
      p_statuses: status === "any" ? null : status === "open" ? [...OPEN] : [status],
      p_severity: severity ?? null,
      p_text: text ?? null,
      p_release: release ?? null,
      p_after_at: after?.at ?? null,
      p_after_id: after ? Number(after.id) : null,
      p_limit: limit + 1,
    }, rows);
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    return c.json({
      issues: page.map((issue) => ({
        ...issue,
        last_seen_at: issueSchema.shape.last_seen_at.parse(issue.last_seen_at),
      })),
      next: last ? printCursor({ at: last.last_seen_at, id: String(last.id) }) : null,
    }, 200);
  });
}
