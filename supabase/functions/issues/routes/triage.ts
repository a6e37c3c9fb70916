import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import { failures } from "../../_shared/platform/errors.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { parseAnswer } from "../../_shared/platform/rpc.ts";
import { ISSUE_COLUMNS, issueParams, issueSchema, smallBody } from "../schemas.ts";

const body = z.strictObject({
  status: z.enum(["resolved", "resolved_in_next_release", "archived", "ignored", "ongoing"]).openapi({
    description:
      "resolved: back with the next event; resolved_in_next_release: events of the release that it was last " +
      "seen in do not bring it back; archived: quiet until it escalates; ignored: quiet; ongoing: open again.",
  }),
});

const route = createRoute({
  method: "patch",
  path: "/{issue}",
  operationId: "triageIssue",
  summary: "Resolve, archive, ignore or reopen an issue",
  description: "For operators. The same as setting its status in Studio or over REST.",
  security: security.userOrSecret,
  middleware: [smallBody, auth.userOrSecret] as const,
  request: { params: issueParams, body: jsonBody(body) },
  responses: answers(issueSchema, "The issue in its new state"),
});

export function triage(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { issue: id } = c.req.valid("param");
    const { status } = c.req.valid("json");
    const client = callerClient(c);
    const found = await client.from("detected_errors").select(ISSUE_COLUMNS).eq("id", id);
    const [issue] = parseAnswer(found, z.array(issueSchema), "detected_errors");
    if (!issue) throw failures.notFound(`There is no issue ${id}, or you are no member of its project.`);
    if (issue.merged_into_id !== null) {
      throw failures.conflict(`Issue ${id} is part of issue ${issue.merged_into_id}. Change that one.`);
    }
    const inNext = status === "resolved_in_next_release";
    if (inNext && issue.last_release === null) {
      throw failures.unprocessable("The events of this issue name no release: resolve it without one.");
    }
    const changed = await client.from("detected_errors").update({
      status: inNext ? "resolved" : status,
      resolved_in_release: inNext ? issue.last_release : null,
    }).eq("id", id).select(ISSUE_COLUMNS);
    const [row] = parseAnswer(changed, z.array(issueSchema), "detected_errors");
    if (!row) {
      throw failures.forbidden("Only operators and admins of the project change the state of its issues.");
    }
    return c.json(row, 200);
  });
}
