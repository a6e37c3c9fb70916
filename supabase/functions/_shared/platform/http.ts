import { OpenAPIHono } from "@hono/zod-openapi";
import type { SupabaseContext } from "@supabase/server";
import type { Context, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { matchedRoutes } from "hono/route";
import { secureHeaders } from "hono/secure-headers";
import { env as processEnv } from "./env.ts";
import type { Env } from "./env.ts";
import { describeError, failureAnswer, failures, toFailure } from "./errors.ts";
import { isolateRecorder } from "./http-background.ts";
import { openApiDocument, registerSecuritySchemes } from "./http-openapi.ts";
import type { Recorder } from "./http-recorder.ts";

export interface FunctionVariables {
  requestId: string;
  supabaseContext: SupabaseContext;
  /** Set to false while working on Prunella's own errors: a failure there must not become the next one. */
  reportErrors: boolean;
}
export type FunctionEnv = { Variables: FunctionVariables };
export type FunctionApp = OpenAPIHono<FunctionEnv>;
export type FunctionContext = Context<FunctionEnv>;

export interface FunctionOptions {
  name: string;
  /** One sentence for the API document. */
  summary: string;
  /** The path that the runtime puts before the routes. Default: `/<name>`. */
  basePath?: string;
  /** Largest request body. Null: the routes limit it themselves. */
  maxBodyBytes?: number | null;
  env?: () => Env;
  recorder?: () => Recorder;
  log?: (line: LogLine) => void;
  now?: () => Date;
  newId?: () => string;
}

/** One line of the log, written as JSON. */
export interface LogLine {
  level: "info" | "error";
  at: string;
  function: string;
  request_id: string;
  method: string;
  route: string;
  status: number;
  code: string;
  error_type: string;
  message: string;
  stack?: string | null;
}

/** Bodies of control and configuration routes are small; 256 KB leaves room for a large configuration value. */
export const MAX_BODY_BYTES = 256 * 1024;
/** Ids of other systems are taken over when they are harmless in logs and headers. */
const REQUEST_ID = /^[A-Za-z0-9_.-]{8,64}$/;
const DOCUMENT_ROUTE = "/openapi.json";
const PREFLIGHT_MAX_AGE_SECONDS = 600;
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/**
 * The HTTP application of one edge function: request ids, one shape of failure, limits, security headers, observation.
 * Routes are relative to the function: `/status`, not `/control/status`.
 */
export function createFunction(options: FunctionOptions): FunctionApp {
  const { name, maxBodyBytes = MAX_BODY_BYTES, basePath = `/${name}` } = options;
  const env = options.env ?? processEnv;
  const recorder = options.recorder ?? isolateRecorder;
  const now = options.now ?? (() => new Date());

  const app = new OpenAPIHono<FunctionEnv>({
    getPath: (request) => relativePath(new URL(request.url).pathname, basePath),
    defaultHook: (result) => {
      if (result.success) return;
      throw failures.invalidRequest("The request is not valid. See details.", {
        details: result.error.issues.map((issue) => ({
          path: [result.target, ...issue.path].join("."),
          message: issue.message,
        })),
      });
    },
  });

  app.use(observe);
  app.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } }));
  app.use(crossOrigin(env));
  if (maxBodyBytes !== null) app.use(limitBody(maxBodyBytes));

  app.onError((error, c) => {
    const failure = toFailure(error);
    const route = routeOf(c);
    const { type, message, stack } = describeError(error);
    const at = now().toISOString();
    const serverFault = failure.status >= 500;
    (options.log ?? logLine(env))({
      level: serverFault ? "error" : "info",
      at,
      function: name,
      request_id: c.var.requestId,
      method: c.req.method,
      route,
      status: failure.status,
      code: failure.code,
      error_type: type,
      message,
      ...(serverFault ? { stack } : {}),
    });
    if (serverFault && c.get("reportErrors")) {
      recorder().report({
        function: name,
        route,
        method: c.req.method,
        code: failure.code,
        error_type: type,
        message,
        stack,
        request_id: c.var.requestId,
        occurred_at: at,
      });
    }
    const { body, headers } = failureAnswer(failure, c.var.requestId);
    return c.json(body, failure.status, { "cache-control": "no-store", ...headers });
  });

  app.notFound((c) => {
    const allowed = METHODS.filter((method) => hasRoute(app, method, c.req.path));
    if (allowed.length === 0) {
      throw failures.notFound(
        `There is nothing at ${c.req.path.slice(0, 200)}. See openapi.json for the routes.`,
      );
    }
    const allow = [...allowed, ...(allowed.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
    throw failures.methodNotAllowed(`${c.req.method} is not possible here. Allowed: ${allow}.`, {
      headers: { allow },
    });
  });

  registerSecuritySchemes(app);
  app.get(DOCUMENT_ROUTE, (c) => c.json(openApiDocument(app, options)));
  return app;

  async function observe(c: FunctionContext, next: () => Promise<void>): Promise<void> {
    const began = performance.now();
    const given = c.req.header("x-request-id");
    c.set(
      "requestId",
      given && REQUEST_ID.test(given) ? given : (options.newId ?? crypto.randomUUID.bind(crypto))(),
    );
    c.set("reportErrors", true);
    await next();
    c.header("x-request-id", c.var.requestId);
    // Reading the document needs no database and says nothing about the health of the function.
    if (c.req.path === DOCUMENT_ROUTE) return;
    recorder().observe({
      function: name,
      status: c.res.status,
      durationMs: performance.now() - began,
      at: now(),
    });
  }
}

/** The path below the function, whether or not the gateway took `/functions/v1` and the name away. */
export function relativePath(pathname: string, basePath: string): string {
  const inner = pathname.replace(/^\/functions\/v1(?=\/|$)/, "");
  const rest = inner === basePath || inner.startsWith(`${basePath}/`) ? inner.slice(basePath.length) : inner;
  return rest === "" ? "/" : rest;
}

function crossOrigin(env: () => Env): MiddlewareHandler {
  return cors({
    origin: (origin) => {
      const allowed = env().allowedOrigins;
      return allowed.includes("*") ? "*" : allowed.includes(origin) ? origin : null;
    },
    allowMethods: [...METHODS],
    allowHeaders: [
      "authorization",
      "apikey",
      "content-type",
      "if-none-match",
      "x-client-info",
      "x-request-id",
      "x-sentry-auth",
      "sentry-trace",
      "baggage",
      "traceparent",
    ],
    exposeHeaders: ["etag", "retry-after", "x-request-id", "x-sentry-rate-limits"],
    maxAge: PREFLIGHT_MAX_AGE_SECONDS,
  });
}

function limitBody(maxSize: number): MiddlewareHandler {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw failures.payloadTooLarge(`The body is larger than ${maxSize} bytes. Send less at once.`);
    },
  });
}

/** The pattern of the route that answers, e.g. `/fixes/:id/approve`; never the path itself, which may carry data. */
function routeOf(c: FunctionContext): string {
  return matchedRoutes(c).findLast((route) => route.method !== "ALL")?.path ?? "(none)";
}

function hasRoute(app: FunctionApp, method: string, path: string): boolean {
  return app.router.match(method, path)[0].some(([[, route]]) => route.method === method);
}

function logLine(env: () => Env): (line: LogLine) => void {
  return (line) => {
    const level = env().logLevel;
    if (level === "silent") return;
    if (line.level === "error") console.error(JSON.stringify(line));
    // Faults of callers are theirs to see; on a public endpoint they would drown everything else.
    else if (level === "debug") console.log(JSON.stringify(line));
  };
}
