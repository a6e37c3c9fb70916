import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { projectIdSchema } from "../../_shared/platform/http-schemas.ts";
import { parseAnswer } from "../../_shared/platform/rpc.ts";
import type { ErrorEvent } from "../../_shared/signals/event.ts";
import { previewRules as preview } from "../../_shared/signals/fingerprint/preview.ts";
import type { PageCursor } from "../../_shared/signals/grouping/page-cursor.ts";
import { type Client, eventsBefore } from "../../_shared/signals/grouping/store.ts";
import { projectRules, requireProject, rulesInput, rulesOf } from "../rules.ts";
import { smallBody } from "../schemas.ts";

/** Events that a preview looks at: each costs up to 0.1 ms of CPU, twice, and up to 50 KB of memory. */
const MAX_EVENTS = 1_000;
const PAGE = 100;
/** Moves shown; the counts are of all. */
const MAX_MOVES = 100;

const body = z.strictObject({
  project: projectIdSchema,
  ...rulesInput,
  events: z.int().min(1).max(MAX_EVENTS).default(500).openapi({
    description: "How many of the last events to try.",
  }),
});

const issueId = z.number().int().nullable().openapi({
  description: "Null: no issue has this fingerprint yet.",
});
const previewSchema = z.object({
  event_count: z.number().int(),
  moved_count: z.number().int(),
  issue_count_before: z.number().int(),
  issue_count_after: z.number().int(),
  moves: z.array(z.object({
    from: z.object({ fingerprint: z.string(), issue: issueId, title: z.string() }),
    to: z.object({ fingerprint: z.string(), issue: issueId, title: z.string() }),
    rule: z.string().nullable().openapi({ description: "new 1 is the first rule of the request." }),
    event_count: z.number().int(),
    examples: z.array(z.string()),
  })),
  merges: z.array(z.object({ fingerprint: z.string(), from: z.array(z.string()) })),
  splits: z.array(z.object({ fingerprint: z.string(), to: z.array(z.string()) })),
  matches_by_rule: z.record(z.string(), z.number().int()),
}).openapi("RulePreview");

const route = createRoute({
  method: "post",
  path: "/rules/preview",
  operationId: "previewRules",
  summary: "What rules would regroup, before they are saved",
  description:
    "Tries the rules, in place of all that the project has, on its last events. Nothing is stored.",
  security: security.userOrSecret,
  middleware: [smallBody, auth.userOrSecret] as const,
  request: { body: jsonBody(body) },
  responses: answers(previewSchema, "What would change"),
});

export function previewRules(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project, events: limit, ...input } = c.req.valid("json");
    const rules = rulesOf(input);
    const client = callerClient(c);
    await requireProject(client, project);
    const result = preview(
      rules,
      await lastEvents(client, project, limit),
      (await projectRules(client, project)).filter((rule) => rule.enabled),
    );
    const moves = result.moves.slice(0, MAX_MOVES);
    const issues = await issuesByFingerprint(client, project, moves.flatMap((move) => [move.from, move.to]));
    return c.json({
      event_count: result.eventCount,
      moved_count: result.movedCount,
      issue_count_before: result.issueCountBefore,
      issue_count_after: result.issueCountAfter,
      moves: moves.map((move) => ({
        from: { fingerprint: move.from, issue: issues.get(move.from) ?? null, title: move.titleBefore },
        to: { fingerprint: move.to, issue: issues.get(move.to) ?? null, title: move.titleAfter },
        rule: move.ruleId,
        event_count: move.eventCount,
        examples: move.examples,
      })),
      merges: result.merges,
      splits: result.splits,
      matches_by_rule: result.matchesByRule,
    }, 200);
  });
}

async function lastEvents(client: Client, projectId: number, limit: number): Promise<ErrorEvent[]> {
  const events: ErrorEvent[] = [];
  let cursor: PageCursor | null = null;
  while (events.length < limit) {
    const size: number = Math.min(PAGE, limit - events.length);
    const page = await eventsBefore(client, { projectId }, cursor, size);
    events.push(...page.map((event) => event.payload));
    const last = page.at(-1);
    if (page.length < size || !last) break;
    cursor = { at: last.receivedAt, id: last.id };
  }
  return events;
}

const issueRows = z.array(z.object({ id: z.number().int(), fingerprint: z.string() }));

async function issuesByFingerprint(
  client: Client,
  projectId: number,
  fingerprints: readonly string[],
): Promise<Map<string, number>> {
  if (fingerprints.length === 0) return new Map();
  const rows = await client.from("detected_errors").select("id, fingerprint")
    .eq("project_id", projectId).in("fingerprint", [...new Set(fingerprints)]);
  return new Map(parseAnswer(rows, issueRows, "detected_errors").map((row) => [row.fingerprint, row.id]));
}
