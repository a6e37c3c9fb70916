import { z } from "@hono/zod-openapi";
import { CATEGORIES, SEVERITIES } from "../_shared/diagnose/diagnosis.ts";
import { patternMatchSchema } from "../_shared/diagnose/patterns/pattern.ts";
import { idSchema, jsonSchema, timestampSchema } from "../_shared/platform/http-schemas.ts";

export const slugSchema = z.string().max(120).regex(/^[a-z0-9][a-z0-9-]*$/).openapi({
  description: "The pattern's name, the same in every installation.",
  example: "configuration-pool-exhausted",
});
export const slugParams = z.object({ slug: slugSchema });

export const categorySchema = z.enum(CATEGORIES).openapi("Category");
export const severitySchema = z.enum(SEVERITIES).openapi("Severity");
export const sourceSchema = z.enum(["builtin", "learnt", "imported"]).openapi("PatternSource", {
  description:
    "builtin: it comes with Prunella; learnt: fixes of several projects agreed; imported: somebody brought it.",
});
export const standingSchema = z.enum(["candidate", "active", "deprecated"]).openapi("PatternStanding", {
  description: "Only active patterns are matched.",
});

const priorSchema = z.object({
  alpha: z.number().positive().max(1_000),
  beta: z.number().positive().max(1_000),
});
export const patternActionSchema = z.object({
  action: z.string().max(100),
  prior: priorSchema,
  reason: z.string().max(1_000).default(""),
}).openapi("PatternAction");

export const summarySchema = z.object({
  slug: z.string(),
  title: z.string(),
  category: categorySchema,
  severity: severitySchema,
  source: sourceSchema,
  status: standingSchema,
  confidence: z.number().openapi({ description: "0..1, cautious: few outcomes give a low one." }),
  success_count: z.number().int(),
  failure_count: z.number().int(),
  project_count: z.number().int(),
  last_used_at: timestampSchema.nullable(),
}).openapi("PatternSummary");

export const SUMMARY_COLUMNS =
  "slug, title, category, severity, source, status, confidence, success_count, failure_count, project_count, last_used_at";

export const patternSchema = summarySchema.extend({
  version: z.number().int(),
  explanation: z.string(),
  documentation_url: z.string().nullable(),
  match: jsonSchema,
  actions: z.array(patternActionSchema),
  created_at: timestampSchema,
  updated_at: timestampSchema,
}).openapi("Pattern");

export const PATTERN_COLUMNS =
  `id, ${SUMMARY_COLUMNS}, version, explanation, documentation_url, match, actions, created_at, updated_at`;

/** A pattern as it travels between installations: what it says, without what became of it here. */
export const portableSchema = z.strictObject({
  slug: slugSchema,
  category: z.enum(CATEGORIES),
  severity: z.enum(SEVERITIES),
  title: z.string().trim().min(3).max(300),
  explanation: z.string().trim().min(3).max(4_000),
  documentation_url: z.url({ protocol: /^https?$/ }).max(1_000).nullable(),
  match: patternMatchSchema,
  actions: z.array(patternActionSchema).max(32),
}).openapi("PortablePattern");

/** One import or export is one answer of PostgREST, which has at most so many rows. */
export const MAX_PORTABLE = 1_000;

export const portableFileSchema = z.strictObject({
  format: z.literal("prunella-patterns"),
  version: z.literal(1),
  patterns: z.array(portableSchema).max(MAX_PORTABLE),
}).openapi("PatternFile");

export const issueIdSchema = idSchema.openapi({ description: "The issue's id.", example: 3 });
