import { z } from "@hono/zod-openapi";
import { MIGRATION_KINDS, STATUSES, TARGETS } from "../_shared/deployments/deployment.ts";
import { jsonSchema, timestampSchema } from "../_shared/platform/http-schemas.ts";

export const deploymentStatusSchema = z.enum(STATUSES).openapi("DeploymentStatus");

export const rollbackCapabilitySchema = z.object({
  possible: z.boolean(),
  requires_human: z.boolean(),
  method: z.string().nullable(),
  to_id: z.number().int().nullable(),
  to_external_id: z.string().nullable(),
  expected_seconds: z.number().nullable(),
  reasons: z.array(z.string()),
}).openapi("RollbackCapability");

export const deploymentSchema = z.object({
  id: z.number().int(),
  target: z.enum(TARGETS),
  external_id: z.string(),
  service: z.string(),
  environment: z.string(),
  status: deploymentStatusSchema,
  release: z.string().nullable(),
  commit_sha: z.string().nullable(),
  branch: z.string().nullable(),
  author: z.string().nullable(),
  url: z.string().nullable(),
  file_count: z.number().int().nullable(),
  migration: z.enum(MIGRATION_KINDS).nullable(),
  created_at: timestampSchema,
  promoted_at: timestampSchema.nullable(),
  superseded_at: timestampSchema.nullable(),
  previous_id: z.number().int().nullable(),
  rolled_back_at: timestampSchema.nullable(),
  repeats_id: z.number().int().nullable(),
  risk: z.number().nullable().openapi({
    description: "Probability, before it went out, that it breaks something.",
  }),
  risk_reasons: jsonSchema,
  health_score: z.number().int().nullable().openapi({
    description: "0-100; null while too little was served.",
  }),
  health: jsonSchema.openapi({
    description: "Status, counts, and what costs points against the deployment before.",
  }),
  health_checked_at: timestampSchema.nullable(),
  rollback_capability: rollbackCapabilitySchema.nullable(),
}).openapi("Deployment");

export const DEPLOYMENT_COLUMNS =
  "id, target, external_id, service, environment, status, release, commit_sha, branch, author, url, " +
  "file_count, migration, created_at, promoted_at, superseded_at, previous_id, rolled_back_at, repeats_id, risk, risk_reasons, " +
  "health_score, health, health_checked_at, rollback_capability";

export const correlationSchema = z.object({
  subject: z.string().openapi({
    description: "`issue:<id>`, or `rate:<service>` for failures of requests.",
    example: "issue:7",
  }),
  candidate: z.string().openapi({ example: "deployment:12" }),
  probability: z.number(),
  verdict: z.enum(["blame", "wait", "none", "acquitted"]),
  rollback: z.boolean().openapi({ description: "Sure enough to be taken back without a human." }),
  factors: jsonSchema,
  episode_at: timestampSchema,
  decided_at: timestampSchema,
}).openapi("DeploymentCorrelation");

export const CORRELATION_COLUMNS =
  "subject, candidate, probability, verdict, rollback, factors, episode_at, decided_at";

/** What became of a webhook. */
export const receivedSchema = z.object({
  outcome: z.enum(["recorded", "ignored", "duplicate"]),
  deployments: z.array(z.number().int()),
}).openapi("ReceivedWebhook");

const servedSchema = z.object({
  labels: z.array(z.string()),
  requests: z.number(),
  failures: z.number(),
  errors: z.number(),
  sessions: z.number(),
  crashed_sessions: z.number(),
  duration_ms: z.number().nullable(),
});

/** What is thought of one stage of a gradual rollout. */
export const judgementSchema = z.object({
  id: z.number().int(),
  subject: z.string().openapi({
    description: "`deployment:<id>`, or `configuration:<key>@<version>`.",
    example: "deployment:12",
  }),
  deployment_id: z.number().int().nullable(),
  service: z.string(),
  stage: z.number().int().nullable(),
  share: z.number().openapi({ description: "Of the traffic or the instances that have the new version." }),
  started_at: timestampSchema,
  stage_started_at: timestampSchema,
  verdict: z.enum(["hold", "pass", "roll_back"]),
  reasons: z.array(z.string()).openapi({ description: "The decisive one first." }),
  score: z.number().nullable().openapi({
    description: "Of the judge, 0-100; null while nothing was compared.",
  }),
  classification: z.enum(["Pass", "Marginal", "Fail"]).nullable(),
  harm_e_value: z.number().openapi({ description: "From 100 on it is taken back." }),
  safety_e_value: z.number().openapi({ description: "From 20 on it passes before its time is over." }),
  canary: servedSchema,
  control: servedSchema,
  metrics: jsonSchema,
  issue_id: z.number().int().nullable().openapi({ description: "Where taking it back is decided." }),
  advance_state: z.enum(["advancing", "advanced", "withheld"]).nullable(),
  advance_reason: z.string().nullable(),
  judged_at: timestampSchema,
  verdict_at: timestampSchema,
}).openapi("RolloutJudgement");

export const JUDGEMENT_COLUMNS =
  "id, subject, deployment_id, service, stage, share, started_at, stage_started_at, verdict, reasons, score, classification, " +
  "harm_e_value, safety_e_value, canary, control, metrics, issue_id, advance_state, advance_reason, judged_at, verdict_at";
