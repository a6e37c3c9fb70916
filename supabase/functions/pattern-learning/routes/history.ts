import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { jsonSchema, timestampSchema } from "../../_shared/platform/http-schemas.ts";
import { parseAnswer } from "../../_shared/platform/rpc.ts";
import { requirePattern } from "../patterns.ts";
import { slugParams, standingSchema } from "../schemas.ts";

const MAX_VERSIONS = 200;
/** The largest integer of Postgres. */
const MAX_VERSION = 2_147_483_647;

const versionSchema = z.object({
  version: z.number().int(),
  status: standingSchema,
  reason: z.string().openapi({ description: "Why this version was made." }),
  title: z.string(),
  category: z.string(),
  match: jsonSchema,
  actions: jsonSchema,
  confidence: z.number(),
  success_count: z.number().int(),
  failure_count: z.number().int(),
  created_at: timestampSchema,
}).openapi("PatternVersion");

const route = createRoute({
  method: "get",
  path: "/patterns/{slug}/history",
  operationId: "readPatternHistory",
  summary: "Every version of a pattern, newest first, and why it was made",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: {
    params: slugParams,
    query: z.object({
      before: z.coerce.number().int().min(1).optional().openapi({
        description: "The last version of the page before.",
      }),
      limit: z.coerce.number().int().min(1).max(MAX_VERSIONS).default(50),
    }),
  },
  responses: answers(z.object({ versions: z.array(versionSchema) }), "What it said, how it stood and why"),
});

export function readHistory(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const client = callerClient(c);
    const { before, limit } = c.req.valid("query");
    const { id } = await requirePattern(client, c.req.valid("param").slug);
    const rows = await client.from("pattern_history")
      .select(
        "version, status, reason, title, category, match, actions, confidence, success_count, failure_count, created_at",
      )
      .eq("pattern_id", id).lt("version", before ?? MAX_VERSION)
      .order("version", { ascending: false }).limit(limit);
    return c.json({ versions: parseAnswer(rows, z.array(versionSchema), "pattern_history") }, 200);
  });
}
