import { z } from "@hono/zod-openapi";

/** Ids are bigints in the database; those that fit a JavaScript number exactly are all that will ever be made. */
export const idSchema = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER);

export const projectIdSchema = idSchema.openapi({ description: "The project's id.", example: 42 });

/** Why a person or machine did it; kept with the change for whoever asks later. */
export const reasonSchema = z.string().trim().min(3).max(500).openapi({
  description: "Why. Kept with the change, shown in the timeline.",
  example: "Raised the pool size before the sale",
});

/** A value that JSON can carry. */
export const jsonSchema = z.json().openapi({
  type: ["object", "array", "string", "number", "boolean", "null"],
});

/** A moment as Postgres or PostgREST write it, given on as ISO 8601 in UTC. */
export const timestampSchema = z.string().transform(isoTime).openapi({
  type: "string",
  format: "date-time",
  example: "2026-01-01T00:00:00.000Z",
});

// Postgres writes a space for the T and leaves the minutes of a whole-hour offset out; JavaScript wants both.
function isoTime(text: string): string {
  return new Date(text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00")).toISOString();
}
