import { z } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { failures } from "../_shared/platform/errors.ts";
import { MAX_BODY_BYTES } from "../_shared/platform/http.ts";
import { idSchema, jsonSchema, timestampSchema } from "../_shared/platform/http-schemas.ts";

export const ISSUE_STATUSES = [
  "new",
  "ongoing",
  "escalating",
  "regressed",
  "archived",
  "resolved",
  "ignored",
] as const;
export const SEVERITIES = ["critical", "high", "medium", "low"] as const;

export const issueIdSchema = idSchema.openapi({ description: "The issue's id.", example: 3 });
export const issueParams = z.object({ issue: issueIdSchema });

export const eventIdSchema = z.string().regex(/^[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$/, {
  message: "An event id has 32 hex digits",
}).transform((id) => id.replaceAll("-", "").toLowerCase()).openapi({
  type: "string",
  example: "9d1c3b0a4e5f60718293a4b5c6d7e8f9",
});

export const issueSchema = z.object({
  id: z.number().int(),
  project_id: z.number().int(),
  title: z.string(),
  type: z.string().nullable(),
  culprit: z.string().nullable(),
  platform: z.string(),
  level: z.string(),
  category: z.string(),
  severity: z.enum(SEVERITIES),
  status: z.enum(ISSUE_STATUSES),
  environment: z.string().nullable(),
  first_release: z.string().nullable(),
  last_release: z.string().nullable(),
  resolved_in_release: z.string().nullable(),
  event_count: z.number().int(),
  first_seen_at: timestampSchema,
  last_seen_at: timestampSchema,
  merged_into_id: z.number().int().nullable().openapi({
    description: "The issue that this one is part of; its events count there.",
  }),
}).openapi("Issue");

export const ISSUE_COLUMNS =
  "id, project_id, title, type, culprit, platform, level, category, severity, status, " +
  "environment, first_release, last_release, resolved_in_release, event_count, first_seen_at, last_seen_at, " +
  "merged_into_id";

export const componentSchema = z.object({
  kind: z.string(),
  contributes: z.boolean(),
  why: z.string(),
  values: z.array(z.string()),
}).openapi("GroupingComponent");

export const objectSchema = z.record(z.string(), jsonSchema).openapi({
  type: "object",
  additionalProperties: {},
});

/** The usual limit of a body, for the routes of this function that take JSON. */
export const smallBody = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw failures.payloadTooLarge(`The body is larger than ${MAX_BODY_BYTES} bytes. Send less at once.`);
  },
});
