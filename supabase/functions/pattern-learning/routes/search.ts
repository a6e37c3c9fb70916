import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { callRpc } from "../../_shared/platform/rpc.ts";
import { categorySchema, sourceSchema, standingSchema, summarySchema } from "../schemas.ts";

const MAX_PAGE = 200;

const pageSchema = z.object({
  patterns: z.array(summarySchema),
  next: z.string().nullable().openapi({
    description: "Give it as `after` for the next page; null on the last.",
  }),
}).openapi("PatternPage");

const route = createRoute({
  method: "get",
  path: "/patterns",
  operationId: "searchPatterns",
  summary: "Find patterns by words, category, source and standing",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: {
    query: z.object({
      text: z.string().trim().max(200).default("").openapi({
        description: "Words that must all be in its name, title, explanation or conditions.",
        example: "pool exhausted",
      }),
      category: categorySchema.optional(),
      status: standingSchema.optional(),
      source: sourceSchema.optional(),
      after: z.string().max(120).default("").openapi({ description: "`next` of the page before." }),
      limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(50),
    }),
  },
  responses: answers(pageSchema, "Sorted by name"),
});

export function searchPatterns(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { text, category, status, source, after, limit } = c.req.valid("query");
    // One more than asked for tells whether there is a next page.
    const rows = await callRpc(callerClient(c), "search_patterns", {
      p_text: text,
      p_category: category ?? null,
      p_status: status ?? null,
      p_source: source ?? null,
      p_after: after,
      p_limit: limit + 1,
    }, z.array(summarySchema));
    const patterns = rows.slice(0, limit);
    return c.json({ patterns, next: rows.length > limit ? patterns.at(-1)?.slug ?? null : null }, 200);
  });
}
