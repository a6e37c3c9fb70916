import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "@hono/zod-openapi";
import type { Env as HonoEnv } from "hono";
import { FAILURES } from "./errors.ts";
import type { FailureCode } from "./errors.ts";

/** Version of the HTTP interface; raised when a route changes so that old callers would break. */
export const API_VERSION = "1.0.0";

export const failureSchema = z.object({
  error: z.object({
    code: z.enum(Object.keys(FAILURES) as [FailureCode, ...FailureCode[]]),
    message: z.string(),
    request_id: z.string().openapi({ description: "Find the request in the logs with it." }),
    retry: z.boolean().openapi({ description: "Whether the same request may succeed later." }),
    details: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  }),
}).openapi("Failure");

/** The failure that every route may answer with. */
export const failureAnswers = {
  default: { description: "A failure", content: { "application/json": { schema: failureSchema } } },
};

/** The `responses` of a route that answers JSON. */
export function answers<S extends z.ZodType>(schema: S, description: string) {
  return { 200: { description, content: { "application/json": { schema } } }, ...failureAnswers };
}

/** A required JSON body. */
export function jsonBody<S extends z.ZodType>(schema: S) {
  return { required: true, content: { "application/json": { schema } } };
}

export interface FunctionInfo {
  name: string;
  summary: string;
}

/** The OpenAPI 3.1 document of one function; the same bytes wherever it runs, so that a copy in the repo can be checked. */
export function openApiDocument<E extends HonoEnv>(app: OpenAPIHono<E>, info: FunctionInfo) {
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: `Prunella: ${info.name}`, version: API_VERSION, description: info.summary },
    servers: [{ url: `/functions/v1/${info.name}` }],
    tags: [{ name: info.name, description: info.summary }],
  });
}

/** How callers prove who they are, by the names that routes use in `security`. */
export function registerSecuritySchemes<E extends HonoEnv>(app: OpenAPIHono<E>): void {
  const register = (name: string, scheme: Parameters<typeof app.openAPIRegistry.registerComponent>[2]) =>
    app.openAPIRegistry.registerComponent("securitySchemes", name, scheme);
  register("user", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "The access token of a signed-in user. Row-level security applies.",
  });
  register("secret", {
    type: "apiKey",
    in: "header",
    name: "apikey",
    description: "A secret key of the Supabase project. For servers only.",
  });
  register("projectKey", {
    type: "http",
    scheme: "bearer",
    description: "A key of one monitored project (`pk_...`), made for one purpose.",
  });
}
