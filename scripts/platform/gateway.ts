import type { FunctionSettings } from "./function-settings.ts";
import type { Functions } from "./functions.ts";
import { signToken, verifyToken } from "./jwt.ts";
import type { Lite } from "./lite.ts";

export interface GatewayOptions {
  lite: Lite;
  functions: Functions;
  settings: ReadonlyMap<string, FunctionSettings>;
  jwtSecret: string;
  /** Told what a function threw; the caller only learns that it failed. */
  onError: (functionName: string, error: unknown) => void;
}

export interface Peer {
  address: string | undefined;
}

const FUNCTIONS_PREFIX = "/functions/v1/";

const CORS = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Headers": "authorization, x-client-info, apikey, content-type",
};

export interface Gateway {
  fetch(request: Request, peer: Peer): Promise<Response>;
  /** Refuses further calls of functions and waits for those that run. The rest goes on: functions need it to finish. */
  closeFunctions(): Promise<void>;
}

/** One origin for everything, as hosted Supabase has it: functions here, the rest to Lite. */
export function createGateway(options: GatewayOptions): Gateway {
  const calls = new Set<Promise<Response>>();
  let isClosed = false;
  return {
    fetch(request, peer) {
      const { pathname } = new URL(request.url);
      if (!pathname.startsWith(FUNCTIONS_PREFIX)) return options.lite.fetch(request, peer.address);
      if (isClosed) {
        return Promise.resolve(failure(503, "SHUTTING_DOWN", "The platform is being stopped"));
      }
      const call: Promise<Response> = callFunction(options, request, peer).finally(() => calls.delete(call));
      calls.add(call);
      return call;
    },
    async closeFunctions() {
      isClosed = true;
      await Promise.allSettled([...calls]);
    },
  };
}

async function callFunction(options: GatewayOptions, request: Request, peer: Peer): Promise<Response> {
  const name = new URL(request.url).pathname.slice(FUNCTIONS_PREFIX.length).split("/")[0] ?? "";
  try {
    const handler = await options.functions.find(name);
    if (!handler) return failure(404, "NOT_FOUND", "Requested function was not found");

    const headers = new Headers(request.headers);
    const token = bearerToken(headers);
    const claims = token && await verifyToken(token, options.jwtSecret, Date.now());
    const verifies = options.settings.get(name)?.verifyJwt ?? true;
    if (verifies && request.method !== "OPTIONS" && !claims) {
      return token
        ? failure(401, "UNAUTHORIZED_INVALID_JWT_FORMAT", "Invalid JWT")
        : failure(401, "UNAUTHORIZED_NO_AUTH_HEADER", "Missing authorization header");
    }
    if (claims) headers.set("Authorization", `Bearer ${await signToken(claims, options.jwtSecret)}`);
    return await handler(forwarded(request, headers, peer));
  } catch (error) {
    options.onError(name, error);
    return failure(500, "WORKER_ERROR", "Function exited due to an error (please check logs)");
  }
}

/** The request as a deployed function sees it: its path starts with its own name, the client is in the headers. */
function forwarded(request: Request, headers: Headers, peer: Peer): Request {
  const url = new URL(request.url);
  const proto = url.protocol.slice(0, -1);
  const earlier = headers.get("x-forwarded-for");
  if (peer.address) headers.set("x-forwarded-for", earlier ? `${earlier}, ${peer.address}` : peer.address);
  headers.set("x-forwarded-proto", headers.get("x-forwarded-proto") ?? proto);
  headers.set("x-forwarded-host", headers.get("x-forwarded-host") ?? url.host);
  headers.set("x-forwarded-port", url.port || (proto === "https" ? "443" : "80"));
  url.pathname = url.pathname.slice(FUNCTIONS_PREFIX.length - 1);
  return new Request(url, {
    method: request.method,
    headers,
    body: request.body,
    redirect: "manual",
  });
}

function bearerToken(headers: Headers): string | undefined {
  return /^Bearer\s+(\S+)$/i.exec(headers.get("Authorization") ?? "")?.[1];
}

function failure(status: number, code: string, message: string): Response {
  return Response.json({ code, message }, { status, headers: { ...CORS, "sb-error-code": code } });
}
