import { z } from "@hono/zod-openapi";
import {
  idSchema,
  jsonSchema,
  projectIdSchema,
  reasonSchema,
  timestampSchema,
} from "../_shared/platform/http-schemas.ts";

export const modeSchema = z.enum(["observe", "suggest", "auto"]).openapi("Mode", {
  description: "observe: record only; suggest: every fix waits for review; auto: act within the limits.",
});

/** `<target>.<verb>`, as the catalogue of actions names them. */
export const actionNameSchema = z.string().max(100).regex(/^[a-z][a-z0-9-]*\.[a-zA-Z0-9_-]+$/).openapi({
  example: "configuration.revert",
});

export const fixStateSchema = z.enum([
  "proposed",
  "in_review",
  "approved",
  "applying",
  "verifying",
  "succeeded",
  "rolling_back",
  "rolled_back",
  "failed",
  "dismissed",
  "expired",
]).openapi("FixState");

export const projectQuery = z.object({ project: projectIdSchema });
export const fixParams = z.object({ fix: idSchema.openapi({ description: "The fix's id.", example: 7 }) });
export const issueParams = z.object({
  issue: idSchema.openapi({ description: "The issue's id.", example: 3 }),
});

export const reasonBody = z.strictObject({ reason: reasonSchema });

export const fixSchema = z.object({
  id: z.number().int(),
  project_id: z.number().int(),
  issue_id: z.number().int(),
  action: z.string(),
  target_key: z.string(),
  state: fixStateSchema,
  reason: z.string().nullable(),
  expires_at: timestampSchema,
}).openapi("Fix");

export const FIX_COLUMNS = "id, project_id, issue_id, action, target_key, state, reason, expires_at";

export const turningPointSchema = z.object({
  id: z.number().int(),
  sequence: z.number().int(),
  kind: z.string(),
  actor: z.string(),
  summary: z.string(),
  decision_id: z.number().int().nullable(),
  fix_id: z.number().int().nullable(),
  data: jsonSchema,
  happened_at: timestampSchema,
}).openapi("TurningPoint");

export const TURNING_POINT_COLUMNS =
  "id, sequence, kind, actor, summary, decision_id, fix_id, data, happened_at";

export const modesSchema = z.object({
  mode: modeSchema,
  actions: z.record(z.string(), modeSchema).openapi({
    description: "Actions that have a mode of their own.",
  }),
}).openapi("Modes");

export const thresholdSchema = z.object({
  threshold: z.number().openapi({
    description: "Confidence from which a fix is applied without a human.",
    example: 0.85,
  }),
  version: z.number().int().openapi({ description: "Version of the setting; 0 while it is the default." }),
}).openapi("Threshold");
