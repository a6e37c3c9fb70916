import { z } from "zod";
import type { JsonObject } from "../../platform/json.ts";

/** A fix of the project's own past that was about something alike. */
export const ownFixSchema = z.object({
  fix_id: z.number(),
  issue_id: z.number(),
  title: z.string(),
  action: z.string(),
  parameters: z.record(z.string(), z.json()),
  outcome: z.enum(["succeeded", "not_resolved", "inconclusive"]),
  finished_at: z.string().nullable(),
  similarity: z.number(),
});

export const similarFixesSchema = z.object({
  own: z.array(ownFixSchema),
  /** What all projects together know about a cause. */
  pool: z.array(z.object({
    action: z.string(),
    cause: z.string(),
    successes: z.number(),
    failures: z.number(),
    project_count: z.number(),
  })),
});
export type SimilarFixes = z.output<typeof similarFixesSchema>;

const culpritSchema = z.object({
  function: z.string().nullable(),
  filename: z.string().nullable(),
  line: z.number().nullable(),
});

const parametersSchema: z.ZodType<JsonObject> = z.record(z.string(), z.json());

/** What a model would do: checked, but not yet a candidate. */
export const modelProposalSchema = z.object({
  action: z.string(),
  parameters: parametersSchema,
  reason: z.string(),
});
export type ModelProposal = z.output<typeof modelProposalSchema>;

/** What is thought of an issue, by a model or by rules. Plain JSON. */
export const reasoningSchema = z.object({
  source: z.enum(["model", "rules"]),
  culprit: culpritSchema.nullable(),
  probableCause: z.string(),
  explanation: z.string(),
  /** How sure the model says to be, 0..1; shown to people, and used for nothing. Null for rules. */
  statedConfidence: z.number().min(0).max(1).nullable(),
  proposals: z.array(modelProposalSchema),
  /** Proposals of the model that were not taken over, and why. */
  rejected: z.array(z.object({ action: z.string(), reason: z.string() })),
});
export type Reasoning = z.output<typeof reasoningSchema>;
