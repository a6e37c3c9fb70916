import { z } from "@hono/zod-openapi";
import { auth } from "../_shared/platform/auth.ts";
import type { FunctionApp } from "../_shared/platform/http.ts";
import { answers, jsonBody } from "../_shared/platform/http-openapi.ts";
import { type Platform, receive } from "./receive.ts";
import { receivedSchema } from "./schemas.ts";

interface SignedRoute {
  path: "/vercel" | "/github";
  operationId: string;
  summary: string;
  description: string;
  /** The header that carries the signature, and what stands in it. */
  signature: { scheme: string; header: string; description: string };
  platform: Platform;
}

/**
 * A route for signed webhooks. The signature covers the body as it was sent, so nothing may read the body before it was checked: the
 * route is described for the document, and handled without the document's validation.
 */
export function signedRoute(app: FunctionApp, { path, signature, platform, ...about }: SignedRoute): void {
  app.openAPIRegistry.registerComponent("securitySchemes", signature.scheme, {
    type: "apiKey",
    in: "header",
    name: signature.header,
    description: signature.description,
  });
  app.openAPIRegistry.registerPath({
    method: "post",
    path,
    ...about,
    security: [{ [signature.scheme]: [] }],
    request: { body: jsonBody(z.looseObject({})) },
    responses: answers(receivedSchema, "What became of it"),
  });
  app.post(path, auth.none, async (c) => c.json(await receive(platform, c.req.raw, new Date()), 200));
}
