import { createRoute, z } from "@hono/zod-openapi";
import { matchPatterns } from "../../_shared/diagnose/match.ts";
import { eventOfExample } from "../../_shared/diagnose/patterns/example.ts";
import { PATTERNS } from "../../_shared/diagnose/patterns/catalogue.ts";
import { type KnownPattern, patternMatchSchema } from "../../_shared/diagnose/patterns/pattern.ts";
import { guessCategory } from "../../_shared/diagnose/patterns/guess-category.ts";
import { shapeOf } from "../../_shared/diagnose/patterns/shape.ts";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import { failures } from "../../_shared/platform/errors.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { parseAnswer } from "../../_shared/platform/rpc.ts";
import type { ErrorEvent } from "../../_shared/signals/event.ts";
import {
  categorySchema,
  issueIdSchema,
  MAX_PORTABLE,
  patternActionSchema,
  severitySchema,
  sourceSchema,
  standingSchema,
} from "../schemas.ts";

const text = (max: number) => z.string().max(max);

const eventSchema = z.strictObject({
  type: text(200).optional(),
  message: text(8_000),
  module: text(200).optional(),
  platform: text(50).optional(),
  status: z.number().int().min(100).max(599).optional(),
  url: text(2_000).optional(),
  extra: z.record(z.string(), z.json()).optional().openapi({
    type: "object",
    additionalProperties: {},
    description: "Own properties of the error, such as its code.",
    example: { code: "53300" },
  }),
}).openapi("ErrorInShort");

const bodySchema = z.strictObject({
  issue: issueIdSchema.optional(),
  event: eventSchema.optional(),
  include_candidates: z.boolean().default(false).openapi({
    description: "Also match patterns that are not in force, to try them out.",
  }),
}).refine(
  ({ issue, event }) => (issue === undefined) !== (event === undefined),
  "Give an issue or an event.",
);

const explanationSchema = z.object({
  matches: z.array(z.object({
    slug: z.string(),
    title: z.string(),
    category: categorySchema,
    severity: severitySchema,
    source: sourceSchema,
    status: standingSchema,
    strength: z.number().openapi({ description: "0..1: how surely the pattern is the cause." }),
    why: z.string(),
    actions: z.array(patternActionSchema),
  })),
  shape: z.object({
    types: z.array(z.string()),
    codes: z.array(z.string()),
    statuses: z.array(z.string()),
    words: z.array(z.string()),
  }).openapi({ description: "What learning would compare of this error." }),
  likely_category: categorySchema.openapi({
    description: "By the words alone, for errors that no pattern knows.",
  }),
}).openapi("MatchExplanation");

const route = createRoute({
  method: "post",
  path: "/explain",
  operationId: "explainMatch",
  summary: "Which patterns fit an error, and why",
  description:
    "Nothing is stored. Findings in the database, which diagnosis also looks at, are not part of it.",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: { body: jsonBody(bodySchema) },
  responses: answers(explanationSchema, "The fitting patterns, best first"),
});

const eventRows = z.array(z.object({
  payload: z.custom<ErrorEvent>((value) =>
    typeof value === "object" && value !== null && "exceptions" in value
  ),
}));

const storedRows = z.array(z.object({
  slug: z.string(),
  title: z.string(),
  category: categorySchema,
  severity: severitySchema,
  source: sourceSchema,
  status: standingSchema,
  match: z.json(),
  actions: z.array(patternActionSchema),
}));

type Client = ReturnType<typeof callerClient>;
type Stored = z.output<typeof storedRows>[number];

export function explainMatch(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const body = c.req.valid("json");
    const client = callerClient(c);
    const event = body.event ? eventOfExample(body.event) : await latestEvent(client, body.issue ?? 0);
    const stored = await storedPatterns(client);
    const known = new Map<string, Stored & KnownPattern>();
    for (const pattern of candidatesOf(stored, body.include_candidates)) known.set(pattern.slug, pattern);
    const { types, codes, statuses, words } = shapeOf(event, { category: "unknown", severity: "medium" });
    return c.json({
      matches: matchPatterns(event, [...known.values()]).flatMap(({ slug, strength, why }) => {
        const pattern = known.get(slug);
        if (!pattern) return [];
        const { title, category, severity, source, status, actions } = pattern;
        return [{ slug, title, category, severity, source, status, strength, why, actions }];
      }),
      shape: { types, codes, statuses, words },
      likely_category: guessCategory([...types, ...codes, ...words]),
    }, 200);
  });
}

async function latestEvent(client: Client, issue: number): Promise<ErrorEvent> {
  const rows = await client.from("error_events").select("payload").eq("issue_id", issue)
    .order("received_at", { ascending: false }).limit(1);
  const [row] = parseAnswer(rows, eventRows, "error_events");
  if (!row) {
    throw failures.notFound(`There is no event of issue ${issue}, or you are no member of its project.`);
  }
  return row.payload;
}

async function storedPatterns(client: Client): Promise<Stored[]> {
  const rows = await client.from("universal_error_patterns")
    .select("slug, title, category, severity, source, status, match, actions")
    .order("slug").limit(MAX_PORTABLE);
  return parseAnswer(rows, storedRows, "universal_error_patterns");
}

/** Built-in patterns as the code has them, for the database may not have this version's yet; the others as they are stored. */
function candidatesOf(stored: readonly Stored[], all: boolean): (Stored & KnownPattern)[] {
  const builtIn = PATTERNS.map((pattern) => ({
    ...pattern,
    source: "builtin" as const,
    status: stored.find(({ slug }) => slug === pattern.slug)?.status ?? "active" as const,
  }));
  const others = stored.filter(({ source }) => source !== "builtin").flatMap((row) => {
    const match = patternMatchSchema.safeParse(row.match);
    return match.success ? [{ ...row, match: match.data }] : [];
  });
  return [...builtIn, ...others].filter(({ status }) => all || status === "active");
}
