import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { reasonSchema } from "../../_shared/platform/http-schemas.ts";
import { parseAnswer } from "../../_shared/platform/rpc.ts";
import { mergeIssues } from "../../_shared/signals/grouping/merge.ts";
import { issuesToRegroup } from "../../_shared/signals/grouping/store.ts";
import { actorOf } from "../actor.ts";
import { ISSUE_COLUMNS, issueIdSchema, issueSchema, smallBody } from "../schemas.ts";

/** Issues merged at once: each is one small transaction's work, and all are done in one. */
const MAX_FROM = 50;

const body = z.strictObject({
  from: z.array(issueIdSchema).min(1).max(MAX_FROM).openapi({
    description: "Issues that become part of the other.",
  }),
  into: issueIdSchema.openapi({ description: "The issue that stays." }),
  reason: reasonSchema,
});

const route = createRoute({
  method: "post",
  path: "/merge",
  operationId: "mergeIssues",
  summary: "Make issues part of another",
  description:
    "For operators. Counts, first and last seen are right in the answer; later events follow, and the " +
    "grouping learns what the issues have in common. A repeated call changes nothing. Undo it with /split.",
  security: security.userOrSecret,
  middleware: [smallBody, auth.userOrSecret] as const,
  request: { body: jsonBody(body) },
  responses: answers(
    z.object({
      issue: issueSchema.openapi({ description: "The issue that the others are part of." }),
      merged: z.array(z.number().int()).openapi({
        description: "Issues that became part of it now; not those that were part of it before.",
      }),
    }).openapi("Merge"),
    "The issue with the others in it",
  ),
});

export function merge(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { from, into, reason } = c.req.valid("json");
    const caller = callerClient(c);
    const [target, ...sources] = await issuesToRegroup(caller, [into, ...from]);
    const { supabaseAdmin } = c.var.supabaseContext;
    const merged = await mergeIssues(supabaseAdmin, sources, target!, { reason, actor: actorOf(c) });
    const row = await caller.from("detected_errors").select(ISSUE_COLUMNS).eq("id", merged.into).single();
    return c.json({ issue: parseAnswer(row, issueSchema, "detected_errors"), merged: merged.merged }, 200);
  });
}
