import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import { failures } from "../../_shared/platform/errors.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { jsonSchema, timestampSchema } from "../../_shared/platform/http-schemas.ts";
import { parseAnswer } from "../../_shared/platform/rpc.ts";
import { Symbolicator } from "../../_shared/signals/grouping/source-maps.ts";
import { type Client, eventsBefore } from "../../_shared/signals/grouping/store.ts";
import { componentSchema, ISSUE_COLUMNS, issueParams, issueSchema, objectSchema } from "../schemas.ts";

/** Decisions and fixes shown, the youngest first. */
const MAX_SHOWN = 50;

const decisionSchema = z.object({
  id: z.number().int(),
  issue_id: z.number().int(),
  verdict: z.string(),
  action: z.string().nullable(),
  target_key: z.string().nullable(),
  confidence: z.number(),
  threshold: z.number(),
  explanation: z.string(),
  created_at: timestampSchema,
});
const fixSchema = z.object({
  id: z.number().int(),
  issue_id: z.number().int(),
  decision_id: z.number().int(),
  action: z.string(),
  target_key: z.string(),
  state: z.string(),
  outcome: z.string().nullable(),
  reason: z.string().nullable(),
  automatic: z.boolean(),
  created_at: timestampSchema,
});
const detailsSchema = issueSchema.extend({
  fingerprint: z.string(),
  fingerprint_version: z.number().int(),
  grouping_components: z.array(componentSchema),
  diagnosis: objectSchema.nullable(),
  diagnosed_at: timestampSchema.nullable(),
  symbolicated_at: timestampSchema.nullable(),
});
const mergedSchema = z.object({
  id: z.number().int(),
  title: z.string(),
  fingerprint: z.string(),
  merged_event_count: z.number().int(),
  merged_at: timestampSchema.nullable(),
});

const answerSchema = detailsSchema.extend({
  merged: z.array(mergedSchema).openapi({
    description: "Issues that are part of it: /split takes them out.",
  }),
  decisions: z.array(decisionSchema).openapi({
    description: "Of the issue and of those that are part of it.",
  }),
  fixes: z.array(fixSchema),
  latest_event: z.object({
    event_id: z.string(),
    received_at: timestampSchema,
    symbolicated: z.boolean().openapi({ description: "Whether source maps were found for its frames." }),
    event: jsonSchema,
  }).nullable(),
}).openapi("IssueDetails");

const DETAIL_COLUMNS =
  `${ISSUE_COLUMNS}, fingerprint, fingerprint_version, grouping_components, diagnosis, diagnosed_at, symbolicated_at`;

const route = createRoute({
  method: "get",
  path: "/{issue}",
  operationId: "readIssue",
  summary: "An issue: why it is one, what is wrong, what was decided, and its latest event",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: { params: issueParams },
  responses: answers(answerSchema, "The issue"),
});

const symbolicator = new Symbolicator();

export function readIssue(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { issue: id } = c.req.valid("param");
    const client = callerClient(c);
    const found = await client.from("detected_errors").select(DETAIL_COLUMNS).eq("id", id);
    const [issue] = parseAnswer(found, z.array(detailsSchema), "detected_errors");
    if (!issue) throw failures.notFound(`There is no issue ${id}, or you are no member of its project.`);
    const children = await client.from("detected_errors")
      .select("id, title, fingerprint, merged_event_count, merged_at").eq("merged_into_id", id).order("id");
    const merged = parseAnswer(children, z.array(mergedSchema), "detected_errors");
    const family = [id, ...merged.map((child) => child.id)];
    const [decisions, fixes, latest] = await Promise.all([
      client.from("decisions")
        .select("id, issue_id, verdict, action, target_key, confidence, threshold, explanation, created_at")
        .in("issue_id", family).order("created_at", { ascending: false }).limit(MAX_SHOWN),
      client.from("auto_fixes")
        .select(
          "id, issue_id, decision_id, action, target_key, state, outcome, reason, automatic, created_at",
        )
        .in("issue_id", family).order("created_at", { ascending: false }).limit(MAX_SHOWN),
      // That the caller may see the event was checked; only machines may read source maps.
      latestEvent(client, c.var.supabaseContext.supabaseAdmin, issue),
    ]);
    return c.json({
      ...issue,
      merged,
      decisions: parseAnswer(decisions, z.array(decisionSchema), "decisions"),
      fixes: parseAnswer(fixes, z.array(fixSchema), "auto_fixes"),
      latest_event: latest,
    }, 200);
  });
}

const eventSchema = answerSchema.shape.latest_event;

async function latestEvent(
  client: Client,
  admin: Client,
  issue: { id: number; project_id: number },
): Promise<z.output<typeof eventSchema>> {
  const [stored] = await eventsBefore(client, { issueId: issue.id }, null, 1);
  if (!stored) return null;
  const seen = await symbolicator.symbolicate(admin, issue.project_id, stored.payload);
  return eventSchema.parse({
    event_id: stored.id,
    received_at: stored.receivedAt,
    symbolicated: seen !== null,
    event: seen ?? stored.payload,
  });
}
