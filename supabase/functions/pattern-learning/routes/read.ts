import { createRoute, z } from "@hono/zod-openapi";
import { PATTERNS } from "../../_shared/diagnose/patterns/catalogue.ts";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { jsonSchema } from "../../_shared/platform/http-schemas.ts";
import { callRpc, parseAnswer } from "../../_shared/platform/rpc.ts";
import { requirePattern } from "../patterns.ts";
import { patternSchema, slugParams } from "../schemas.ts";

const exampleSchema = z.object({
  shape: jsonSchema.openapi({ description: "What is general about the errors; everything else is masked." }),
  action: z.string(),
  success_count: z.number().int(),
  failure_count: z.number().int(),
}).openapi("PatternExample");

const outcomeSchema = z.object({
  action: z.string(),
  success_count: z.number().int(),
  failure_count: z.number().int(),
  project_count: z.number().int(),
}).openapi("PatternOutcome");

const readSchema = patternSchema.extend({
  examples: z.array(exampleSchema),
  outcomes: z.array(outcomeSchema),
  illustrations: z.array(z.string()).openapi({
    description: "Messages of the kind that a built-in pattern knows.",
  }),
}).openapi("PatternWithReasons");

const route = createRoute({
  method: "get",
  path: "/patterns/{slug}",
  operationId: "readPattern",
  summary: "A pattern and why it exists: conditions, actions, examples, outcomes",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: { params: slugParams },
  responses: answers(readSchema, "The pattern"),
});

export function readPattern(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const client = callerClient(c);
    const { id, ...pattern } = await requirePattern(client, c.req.valid("param").slug);
    const [examples, outcomes] = await Promise.all([
      client.from("pattern_examples").select("shape, action, success_count, failure_count")
        .eq("pattern_id", id).order("position"),
      callRpc(client, "pattern_outcomes", { p_slug: pattern.slug }, z.array(outcomeSchema)),
    ]);
    const builtIn = pattern.source === "builtin"
      ? PATTERNS.find(({ slug }) => slug === pattern.slug)
      : undefined;
    return c.json({
      ...pattern,
      examples: parseAnswer(examples, z.array(exampleSchema), "pattern_examples"),
      outcomes,
      illustrations: builtIn?.examples.positive.map(({ message }) => message) ?? [],
    }, 200);
  });
}
