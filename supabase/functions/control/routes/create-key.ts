import { createRoute, z } from "@hono/zod-openapi";
import { auth, callerClient, security, sha256Hex } from "../../_shared/platform/auth.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers, jsonBody } from "../../_shared/platform/http-openapi.ts";
import { projectIdSchema } from "../../_shared/platform/http-schemas.ts";
import { parseAnswer } from "../../_shared/platform/rpc.ts";

/** 256 bits: nobody guesses it, so a plain hash is enough to store it by. */
const KEY_BYTES = 32;

const body = z.strictObject({
  project: projectIdSchema,
  purpose: z.enum(["configuration", "deployments", "sdk"]),
  label: z.string().trim().min(1).max(100).default("default"),
});

const keySchema = z.object({
  id: z.number().int(),
  key: z.string().openapi({ description: "Told once: only its hash is kept.", example: "pk_..." }),
}).openapi("NewKey");

const route = createRoute({
  method: "post",
  path: "/keys",
  operationId: "createKey",
  summary: "Make a key for one purpose of a project",
  description: "For admins. To revoke it, set revoked_at of its row in api_keys.",
  security: security.userOrSecret,
  middleware: [auth.userOrSecret] as const,
  request: { body: jsonBody(body) },
  responses: answers(keySchema, "The key"),
});

export function createKey(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project, purpose, label } = c.req.valid("json");
    const key = `pk_${hex(crypto.getRandomValues(new Uint8Array(KEY_BYTES)))}`;
    const row = await callerClient(c).from("api_keys")
      .insert({ project_id: project, purpose, label, key_hash: await sha256Hex(key) }).select("id").single();
    const { id } = parseAnswer(row, z.object({ id: z.number().int() }), "api_keys");
    return c.json({ id, key }, 200, { "cache-control": "no-store" });
  });
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
