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
