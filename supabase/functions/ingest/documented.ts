import { z } from "@hono/zod-openapi";
import type { FunctionApp } from "../_shared/platform/http.ts";

const project = z.string().regex(/^\d+$/).openapi({ description: "The id of the project.", example: "42" });
const detail = z.object({ detail: z.string() }).openapi("Rejection");

const REFUSALS = {
  400: "Malformed",
  403: "No key, an unknown or revoked one, or one of another project",
  413: "Too large, before or after decompression",
  429: "The key's rate limit is used up: see Retry-After and X-Sentry-Rate-Limits",
  503: "Not stored: try again",
} as const;

export interface Documentation {
  method: "get" | "post";
  path: string;
  summary: string;
  params?: z.ZodRawShape;
  body?: { type: string; schema: z.ZodType };
  answer: z.ZodType;
}

/**
 * Puts a route into the OpenAPI document. Only that: the routes read their bodies themselves, because these come
 * compressed, in formats that are not JSON, and from senders that name no content type.
 */
export function documented(
  app: FunctionApp,
  { method, path, summary, params, body, answer }: Documentation,
): void {
  app.openAPIRegistry.registerPath({
    method,
    path,
    summary,
    request: {
      params: z.object({ project, ...params }),
      query: z.object({
        sentry_key: z.string().optional().openapi({ description: "The public key of the DSN." }),
      }),
      ...(body ? { body: { content: { [body.type]: { schema: body.schema } } } } : {}),
    },
    responses: {
      200: { description: "Committed", content: { "application/json": { schema: answer } } },
      ...Object.fromEntries(
        Object.entries(REFUSALS).map(([status, description]) => [status, {
          description,
          content: { "application/json": { schema: detail } },
        }]),
      ),
    },
  });
}
