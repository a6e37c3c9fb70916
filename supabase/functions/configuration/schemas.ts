import { z } from "@hono/zod-openapi";
import { jsonSchema, projectIdSchema, timestampSchema } from "../_shared/platform/http-schemas.ts";

/** As the database's law `system_config_key_is_plain` has it. */
export const configKeySchema = z.string().max(200).regex(/^[a-z][a-z0-9_]*(\.[a-zA-Z0-9_-]+)*$/).openapi({
  description: "Dotted name. Applications read keys that begin with `app.`.",
  example: "app.database.pool_size",
});

export const versionSchema = z.number().int().min(0).openapi({
  description:
    "The version you saw. 0: the key did not exist. If it is another by now, the change is refused (409).",
});

/** One version of one value. */
export const entrySchema = z.object({
  key: z.string(),
  version: z.number().int(),
  value: jsonSchema,
  reason: z.string().nullable(),
  changed_by: z.string(),
  created_at: timestampSchema,
}).openapi("ConfigurationEntry");

export const ENTRY_COLUMNS = "key, version, value, reason, changed_by, created_at";

export const projectParams = z.object({ project: projectIdSchema });
export const keyParams = z.object({ project: projectIdSchema, key: configKeySchema });

/** A version that is in force for a share of the instances first. */
export const rolloutSchema = z.object({
  id: z.number().int(),
  key: z.string(),
  version: z.number().int(),
  previous_version: z.number().int().nullable(),
  stages: z.array(z.number()),
  share: z.number().openapi({ description: "Of the instances that have the version now." }),
  status: z.enum(["active", "completed", "ended"]).openapi({
    description: "`ended`: a newer version was written before it was in force everywhere, a revert for one.",
  }),
  started_by: z.string(),
  started_at: timestampSchema,
  stage_started_at: timestampSchema,
  ended_at: timestampSchema.nullable(),
}).openapi("ConfigurationRollout");

export const ROLLOUT_COLUMNS =
  "id, key, version, previous_version, stages, share, status, started_by, started_at, stage_started_at, ended_at";
