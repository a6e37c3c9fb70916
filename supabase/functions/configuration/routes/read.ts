import { createRoute, z } from "@hono/zod-openapi";
import { auth, bearerToken, security, sha256Hex } from "../../_shared/platform/auth.ts";
import { failures } from "../../_shared/platform/errors.ts";
import type { FunctionApp } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { jsonSchema } from "../../_shared/platform/http-schemas.ts";
import { isAmongFirst } from "../../_shared/deployments/canary/assign.ts";
import { callRpc, parseAnswer } from "../../_shared/platform/rpc.ts";
import { projectParams } from "../schemas.ts";

const configurationSchema = z.object({
  values: z.record(z.string(), jsonSchema).openapi({ description: "Every `app.*` key that is set." }),
  versions: z.record(z.string(), z.number().int()),
  rollouts: z.record(z.string(), z.number().int()).openapi({
    description: "Keys whose value this unit has before others do, with the id of the gradual change.",
  }),
  release_suffix: z.string().openapi({
    description:
      "To be appended to the release that your SDK sends, so that what this unit serves can be told from what the others do. Often empty.",
    example: "+rollout.12",
  }),
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
  request: {
    params: projectParams,
    query: z.object({
      unit: z.string().min(1).max(200).optional().openapi({
        description:
          "What gets gradual changes together: the name of an instance, say. Without it they come when they are in force everywhere.",
        example: "web-7",
      }),
    }),
    headers: z.object({ "if-none-match": z.string().max(500).optional() }),
  },
  responses: {
    ...answers(configurationSchema, "The current values"),
    304: { description: "Nothing changed" },
  },
});

const keyRows = z.array(z.object({ id: z.number() }));
const inForceSchema = z.object({
  entries: z.array(z.object({ key: z.string(), version: z.number().int(), value: z.json() })),
  rollouts: z.array(z.object({
    id: z.number().int(),
    key: z.string(),
    version: z.number().int(),
    share: z.number(),
    previous_version: z.number().int().nullable(),
    previous_value: z.json(),
  })),
});

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
    const [keys, inForce] = await Promise.all([
      database.from("api_keys").select("id")
        .eq("key_hash", keyHash).eq("project_id", project).eq("purpose", "configuration").is(
          "revoked_at",
          null,
        ),
      callRpc(database, "config_in_force", { p_project_id: project }, inForceSchema),
    ]);
    if (parseAnswer(keys, keyRows, "api_keys").length === 0) {
      throw failures.unauthenticated(
        "This key does not open this project's configuration, or it was revoked.",
      );
    }
    const { entries, rollouts } = await forUnit(inForce, c.req.valid("query").unit);
    const set = entries.filter((entry) => entry.value !== null);
    const versions = Object.fromEntries(set.map((entry) => [entry.key, entry.version]));
    const etag = `"${(await sha256Hex(JSON.stringify([versions, rollouts]))).slice(0, 24)}"`;
    // Revalidated each time: a revoked key must stop working, and a reverted value must arrive.
    const headers = { etag, "cache-control": "private, no-cache" };
    if (c.req.valid("header")["if-none-match"]?.split(/\s*,\s*/).includes(etag)) {
      return c.body(null, 304, headers);
    }
    const ids = Object.values(rollouts).sort((a, b) => a - b);
    return c.json(
      {
        values: Object.fromEntries(set.map((entry) => [entry.key, entry.value])),
        versions,
        rollouts,
        release_suffix: ids.length === 0 ? "" : `+rollout.${ids.join(".")}`,
      },
      200,
      headers,
    );
  });
}

/** The versions that are in force for one unit: of a gradual change the new one or the one before. */
async function forUnit({ entries, rollouts }: z.output<typeof inForceSchema>, unit: string | undefined) {
  const first: Record<string, number> = {};
  const before = new Map<string, { version: number; value: z.output<typeof jsonSchema> }>();
  for (const { id, key, version, share, previous_version, previous_value } of rollouts) {
    if (!entries.some((entry) => entry.key === key && entry.version === version)) continue;
    if (unit !== undefined && await isAmongFirst(id, unit, share)) first[key] = id;
    else before.set(key, { version: previous_version ?? 0, value: previous_value });
  }
  return { entries: entries.map((entry) => ({ ...entry, ...before.get(entry.key) })), rollouts: first };
}
