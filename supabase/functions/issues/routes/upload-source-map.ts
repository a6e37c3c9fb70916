import { createRoute, z } from "@hono/zod-openapi";
import { auth, bearerToken, callerClient, security, sha256Hex } from "../../_shared/platform/auth.ts";
import { failures } from "../../_shared/platform/errors.ts";
import type { FunctionApp, FunctionContext } from "../../_shared/platform/http.ts";
import { answers } from "../../_shared/platform/http-openapi.ts";
import { projectIdSchema } from "../../_shared/platform/http-schemas.ts";
import { callRpc, parseAnswer } from "../../_shared/platform/rpc.ts";
import {
  debugIdSchema,
  MAX_STORED_BYTES,
  storeSourceMap,
} from "../../_shared/signals/grouping/source-maps.ts";
import { type BodyLimits, ByteBudget, readBody } from "../../_shared/signals/protocol/body.ts";
import { Rejection } from "../../_shared/signals/protocol/rejection.ts";
import { MAX_SOURCE_MAP_BYTES } from "../../_shared/signals/stack/source-map.ts";
import { actorOf } from "../actor.ts";

/** Milliseconds that a build server may take to send a map. */
const MAX_UPLOAD_MS = 60_000;
const LIMITS: BodyLimits = {
  compressedBytes: MAX_STORED_BYTES,
  bytes: MAX_SOURCE_MAP_BYTES,
  ms: MAX_UPLOAD_MS,
};
/** Bytes of maps that one isolate holds at once: parsed, each needs several times its size of 256 MB. */
const budget = new ByteBudget(MAX_SOURCE_MAP_BYTES + MAX_STORED_BYTES);

const query = z.object({
  project: projectIdSchema,
  release: z.string().trim().min(1).max(250).optional().openapi({ example: "shop@1.4.2" }),
  file: z.string().trim().min(1).max(500).optional().openapi({
    description: "Path or address of the file that was built, with or without origin and .map.",
    example: "assets/index-4f2a.js",
  }),
  debug_id: z.string().pipe(debugIdSchema).optional().openapi({
    type: "string",
    description: "Default: the debug id inside the map.",
  }),
});

const storedSchema = z.object({
  id: z.number().int(),
  debug_id: z.string().nullable(),
  file: z.string().nullable(),
  issue_count: z.number().int().openapi({ description: "Issues of the release that are looked at again." }),
}).openapi("SourceMap");

/** A key for deployments, which build servers have, or a person or machine as on the other routes. */
const keyOrCaller: typeof auth.none = (c, next) =>
  bearerToken(c.req.header("authorization"))?.startsWith("pk_")
    ? auth.none(c, next)
    : auth.userOrSecret(c, next);

const route = createRoute({
  method: "post",
  path: "/source-maps",
  operationId: "uploadSourceMap",
  summary: "Keep a source map of a build",
  description: "The body is the map itself, gzipped or not. Found by debug id, or by release and file. " +
    "For operators, and for keys made for deployments.",
  security: [...security.projectKey, ...security.userOrSecret],
  middleware: [keyOrCaller] as const,
  request: {
    query,
    body: {
      required: true,
      content: {
        "application/json": { schema: z.unknown().openapi({ type: "object", description: "The map" }) },
      },
    },
  },
  responses: answers(storedSchema, "What was kept"),
});

export function uploadSourceMap(app: FunctionApp): void {
  // Not app.openapi: its validation would read the body before it is bounded.
  app.openAPIRegistry.registerPath(route);
  app.post(route.path, keyOrCaller, async (c) => {
    const asked = query.safeParse(c.req.query());
    if (!asked.success) {
      throw failures.invalidRequest("The request is not valid. See details.", {
        details: asked.error.issues.map(({ path, message }) => ({
          path: ["query", ...path].join("."),
          message,
        })),
      });
    }
    const { project, release, file, debug_id } = asked.data;
    const uploadedBy = await uploader(c, project);
    const body = await readBody(c.req.raw, budget, LIMITS).catch(asFailure);
    try {
      const stored = await storeSourceMap(c.var.supabaseContext.supabaseAdmin, {
        projectId: project,
        release: release ?? null,
        file: file ?? null,
        debugId: debug_id ?? null,
        text: textOf(body.bytes),
        uploadedBy,
      });
      return c.json({
        id: stored.id,
        debug_id: stored.debugId,
        file: stored.file,
        issue_count: stored.issueCount,
      }, 200);
    } finally {
      body.release();
    }
  });
}

const keyRows = z.array(z.object({ id: z.number().int() }));

/** Who uploads, after it was checked that they may. */
async function uploader(c: FunctionContext, project: number): Promise<string> {
  const key = bearerToken(c.req.header("authorization"));
  if (key?.startsWith("pk_")) {
    const rows = await c.var.supabaseContext.supabaseAdmin.from("api_keys").select("id")
      .eq("key_hash", await sha256Hex(key)).eq("project_id", project).eq("purpose", "deployments")
      .is("revoked_at", null);
    const [row] = parseAnswer(rows, keyRows, "api_keys");
    if (!row) {
      throw failures.unauthenticated("This key does not open this project's deployments, or it was revoked.");
    }
    return `key:${row.id}`;
  }
  await callRpc(callerClient(c), "may_operate", { p_project_id: project }, z.null());
  return actorOf(c);
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw failures.unprocessable("A source map is UTF-8 text; this is not.", { cause });
  }
}

function asFailure(error: unknown): never {
  if (!(error instanceof Rejection)) throw error;
  const options = { cause: error, headers: error.headers };
  switch (error.status) {
    case 413:
      throw failures.payloadTooLarge(
        `A source map may have ${MAX_SOURCE_MAP_BYTES} bytes, ${MAX_STORED_BYTES} compressed. Split the bundle.`,
        options,
      );
    case 415:
      throw failures.unsupportedMediaType(error.message, options);
    case 503:
      throw failures.unavailable(error.message, options);
    case 408:
      throw failures.timeout(error.message, options);
    default:
      throw failures.invalidRequest(error.message, options);
  }
}
