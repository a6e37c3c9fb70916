import { createRoute, z } from "@hono/zod-openapi";
import type { Diagnosis } from "../../_shared/diagnose/diagnosis.ts";
import { reasoningSchema, similarFixesSchema } from "../../_shared/diagnose/reasoning/reasoning.ts";
import { reasonByRules } from "../../_shared/diagnose/reasoning/rules.ts";
import { auth, callerClient, security } from "../../_shared/platform/auth.ts";
import { failures } from "../../_shared/platform/errors.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { jsonSchema, timestampSchema } from "../../_shared/platform/http-schemas.ts";
import { callRpc, parseAnswer } from "../../_shared/platform/rpc.ts";
import { issueIdSchema } from "../schemas.ts";

const toldSchema = z.object({
  reasoning: z.object({
    source: z.enum(["model", "rules"]),
    culprit: z.object({
      function: z.string().nullable(),
      filename: z.string().nullable(),
      line: z.number().nullable(),
    }).nullable(),
    probable_cause: z.string(),
    explanation: z.string(),
    stated_confidence: z.number().nullable().openapi({
      description: "A model's own claim. Nothing is decided by it.",
    }),
    proposals: z.array(z.object({ action: z.string(), parameters: jsonSchema, reason: z.string() })),
  }),
  model: z.object({
    name: z.string(),
    status: z.string(),
    reason: z.string().nullable(),
    prompt_tokens: z.number().int(),
    completion_tokens: z.number().int(),
    asked_at: timestampSchema,
  }).nullable().openapi({ description: "How it went with the model; null when none was asked." }),
  similar_fixes: z.object({
    own: z.array(z.object({
      fix_id: z.number().int(),
      issue_id: z.number().int(),
      title: z.string(),
      action: z.string(),
      parameters: jsonSchema,
      outcome: z.enum(["succeeded", "not_resolved", "inconclusive"]),
      similarity: z.number(),
    })).openapi({ description: "Of this project, most similar first." }),
    pool: z.array(z.object({
      action: z.string(),
      cause: z.string(),
      successes: z.number(),
      failures: z.number(),
      project_count: z.number().int(),
    })).openapi({ description: "What all projects together know of the cause." }),
  }),
}).openapi("Reasoning");

const route = createRoute({
  method: "get",
  path: "/issues/{issue}/reasoning",
  operationId: "readReasoning",
  summary: "What is thought of an issue: culprit, probable cause, and similar fixes with their outcomes",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: { params: z.object({ issue: issueIdSchema }) },
  responses: answers(toldSchema, "By a model where one answered, else by rules"),
});

const issueRows = z.array(z.object({
  diagnosis: z.custom<Diagnosis>((value) =>
    typeof value === "object" && value !== null && "evidence" in value
  ).nullable(),
}));

const storedRows = z.array(z.object({
  model: z.string(),
  status: z.string(),
  reason: z.string().nullable(),
  content: reasoningSchema,
  prompt_tokens: z.number(),
  completion_tokens: z.number(),
  created_at: timestampSchema,
}));

export function readReasoning(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { issue } = c.req.valid("param");
    const client = callerClient(c);
    const rows = await client.from("detected_errors").select("diagnosis").eq("id", issue);
    const [found] = parseAnswer(rows, issueRows, "detected_errors");
    if (!found) throw failures.notFound(`There is no issue ${issue}, or you are no member of its project.`);
    if (!found.diagnosis) {
      throw failures.notFound(`Issue ${issue} has not been diagnosed yet. Try again soon.`);
    }
    const [stored, similar] = await Promise.all([
      client.from("reasonings")
        .select("model, status, reason, content, prompt_tokens, completion_tokens, created_at")
        .eq("issue_id", issue).order("created_at", { ascending: false }).limit(1),
      callRpc(client, "similar_fixes", { p_issue_id: issue, p_limit: 10 }, similarFixesSchema),
    ]);
    const [said] = parseAnswer(stored, storedRows, "reasonings");
    const { probableCause, statedConfidence, source, culprit, explanation, proposals } = said?.content ??
      reasonByRules(found.diagnosis, similar);
    const told = toldSchema.parse({
      reasoning: {
        source,
        culprit,
        probable_cause: probableCause,
        explanation,
        stated_confidence: statedConfidence,
        proposals,
      },
      model: said
        ? {
          name: said.model,
          status: said.status,
          reason: said.reason,
          prompt_tokens: said.prompt_tokens,
          completion_tokens: said.completion_tokens,
          asked_at: said.created_at,
        }
        : null,
      similar_fixes: {
        own: similar.own.map(({ finished_at: _, ...fix }) => fix),
        pool: similar.pool,
      },
    });
    return c.json(told, 200);
  });
}
