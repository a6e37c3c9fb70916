import { createRoute, z } from "@hono/zod-openapi";
import { auth, bearerToken, security, sha256Hex } from "../../_shared/platform/auth.ts";
import { failures } from "../../_shared/platform/errors.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { jsonSchema } from "../../_shared/platform/http-schemas.ts";
import { parseAnswer } from "../../_shared/platform/rpc.ts";
import { projectParams } from "../schemas.ts";

const configurationSchema = z.object({
  values: z.record(z.string(), jsonSchema).openapi({ description: "Every `app.*` key that is set." }),
  versions: z.record(z.string(), z.number().int()),
}).openapi("Configuration");

const route = createRoute({
  method: "get",
  path: "/{project}",
  operationId: "readConfiguration",
  summary: "The configuration that an application runs with",
  description:
    "For the application itself. Send back the ETag as If-None-Match: unchanged is answered with 304.",
  security: security.projectKey,
  middleware: [auth.none] as const,
  request: { params: projectParams, headers: z.object({ "if-none-match": z.string().max(500).optional() }) },
  responses: {
    ...answers(configurationSchema, "The current values"),
    304: { description: "Nothing changed" },
  },
});

const keyRows = z.array(z.object({ id: z.number() }));
const entryRows = z.array(z.object({ key: z.string(), version: z.number().int(), value: z.json() }));

export function readConfiguration(app: FunctionApp): void {
  app.openapi(route, async (c) => {
    const { project } = c.req.valid("param");
    const key = bearerToken(c.req.header("authorization"));
    if (!key?.startsWith("pk_")) {
      throw failures.unauthenticated("Send a configuration key of the project: Authorization: Bearer pk_...");
    }
    const keyHash = await sha256Hex(key);
    const database = c.var.supabaseContext.supabaseAdmin;
    // Asked side by side, because applications poll this and wait for both; the values go nowhere if the key is wrong.
    const [keys, entries] = await Promise.all([
      database.from("api_keys").select("id")
        .eq("key_hash", keyHash).eq("project_id", project).eq("purpose", "configuration").is(
          "revoked_at",
          null,
        ),
      database.from("current_config").select("key, version, value")
        .eq("project_id", project).like("key", "app.%").order("key"),
    ]);
    if (parseAnswer(keys, keyRows, "api_keys").length === 0) {
      throw failures.unauthenticated(
        "This key does not open this project's configuration, or it was revoked.",
      );
    }
    const set = parseAnswer(entries, entryRows, "current_config").filter((entry) => entry.value !== null);
    const versions = Object.fromEntries(set.map((entry) => [entry.key, entry.version]));
    const etag = `"${(await sha256Hex(JSON.stringify(versions))).slice(0, 24)}"`;
    // Revalidated each time: a revoked key must stop working, and a reverted value must arrive.
    const headers = { etag, "cache-control": "private, no-cache" };
    if (c.req.valid("header")["if-none-match"]?.split(/\s*,\s*/).includes(etag)) {
      return c.body(null, 304, headers);
    }
    return c.json(
      { values: Object.fromEntries(set.map((entry) => [entry.key, entry.value])), versions },
      200,
      headers,
    );
  });
}
