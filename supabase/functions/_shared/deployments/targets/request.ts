import { z } from "zod";
import { ActionError } from "../../platform/action-error.ts";

/** How an adapter reaches its platform. */
export interface TargetOptions {
  /** The runtime's `fetch`, or a guarded one. */
  fetch: typeof fetch;
  token: string;
  /** Without a slash at the end. */
  baseUrl: string;
  /** Named in errors. */
  platform: string;
  headers?: Record<string, string>;
  timeoutMs?: number;
}

export interface TargetRequest {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  path: string;
  query?: Record<string, string | undefined>;
  json?: unknown;
  form?: FormData;
  accept?: string;
}

/** Long enough for a deployment to be accepted, far below the 150 s of an edge function. */
const TIMEOUT_MS = 20_000;
const USER_AGENT = "prunella";

/**
 * Sends one request and returns its successful response. What a failure means for the world is in the error's code: see `ActionError`.
 * Messages hold no secret and nothing that the platform sent.
 */
export async function send(options: TargetOptions, request: TargetRequest): Promise<Response> {
  if (options.token === "") {
    throw new ActionError("unconfigured", `${options.platform} has no token. Store one for its integration.`);
  }
  const url = new URL(options.baseUrl + request.path);
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  const reads = request.method === "GET";
  let response: Response;
  try {
    response = await options.fetch(url, {
      method: request.method,
      headers: {
        accept: "application/json",
        authorization: `Bearer ${options.token}`,
        "user-agent": USER_AGENT,
        ...(request.json === undefined ? {} : { "content-type": "application/json" }),
        ...options.headers,
        ...(request.accept === undefined ? {} : { accept: request.accept }),
      },
      body: request.form ?? (request.json === undefined ? undefined : JSON.stringify(request.json)),
      redirect: "error",
      signal: AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS),
    });
  } catch (error) {
    if (error instanceof ActionError) throw error;
    throw reads
      ? new ActionError("unreachable", `${options.platform} could not be reached.`)
      : new ActionError("uncertain", `${options.platform} did not answer; it may have done it.`);
  }
  if (response.ok) return response;
  await response.body?.cancel();
  throw failure(options.platform, response, reads);
}

function failure(platform: string, response: Response, reads: boolean): ActionError {
  const { status } = response;
  const retryAfter = Number(response.headers.get("retry-after"));
  const more = { status, ...(retryAfter > 0 ? { retryAfterSeconds: retryAfter } : {}) };
  const limited = status === 403 && response.headers.get("x-ratelimit-remaining") === "0";
  if (status === 429 || status === 503 || limited) {
    return new ActionError("unreachable", `${platform} turned the request away (${status}).`, more);
  }
  if (status === 401 || status === 403) {
    return new ActionError(
      "refused",
      `${platform} does not allow this (${status}). Check the token's permissions.`,
      more,
    );
  }
  if (status === 404) {
    return new ActionError("not_applicable", `${platform} does not know what was asked for.`, more);
  }
  if (status === 409) return new ActionError("conflict", `${platform} reports a conflict.`, more);
  if (status >= 500 && !reads) {
    return new ActionError("uncertain", `${platform} failed (${status}); it may have done it.`, more);
  }
  if (status >= 500) return new ActionError("unreachable", `${platform} failed (${status}).`, more);
  return new ActionError("rejected", `${platform} rejected the request (${status}).`, more);
}

/** `send`, with the answer read as JSON of a known shape. */
export async function sendFor<T>(
  options: TargetOptions,
  request: TargetRequest,
  schema: z.ZodType<T>,
): Promise<T> {
  const response = await send(options, request);
  const parsed = schema.safeParse(await response.json().catch(() => undefined));
  if (parsed.success) return parsed.data;
  throw new ActionError(
    request.method === "GET" ? "rejected" : "uncertain",
    `The answer of ${options.platform} was not understood. Check its base URL.`,
  );
}
