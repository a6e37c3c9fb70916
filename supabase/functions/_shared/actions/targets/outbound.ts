import { ActionError } from "../action-error.ts";
import { checkedUrl, type OutboundLimits } from "./outbound/guard.ts";

export interface OutboundRequest {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** Milliseconds for the whole exchange, redirects and body included. */
  timeoutMs?: number;
  /** Longest answer that is read, in bytes. */
  maxResponseBytes?: number;
}

export interface OutboundResponse {
  status: number;
  headers: Headers;
  /** The whole body; one that is longer than allowed is an error. */
  text: string;
}

export interface OutboundOptions extends OutboundLimits {
  /** The runtime's `fetch` unless a caller brings its own. */
  fetch?: typeof fetch;
}

/** Sends one request to an address that a user configured. */
export type Outbound = (request: OutboundRequest) => Promise<OutboundResponse>;

const TIMEOUT_MS = 10_000;
// Remote systems answer actions with a few fields; more than this is not for us, and memory is 256 MB.
const MAX_RESPONSE_BYTES = 256 * 1024;
const MAX_REDIRECTS = 3;
// These belong to the transport: setting them is how requests are smuggled.
const TRANSPORT_HEADERS = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "upgrade",
  "te",
  "trailer",
  "keep-alive",
  "expect",
]);

/**
 * `fetch` for user-configured URLs. Only public https addresses are called (see `checkedUrl`); redirects are followed
 * at most three times, only within the same origin, and each is checked again; answers are bounded in time and size.
 *
 * Errors never carry the runtime's own message, because it quotes the URL, and a webhook's URL is a secret.
 */
export function createOutbound(options: OutboundOptions = {}): Outbound {
  const send = options.fetch ?? fetch;
  return async (request) => {
    const headers = checkedHeaders(request.headers ?? {});
    const signal = AbortSignal.timeout(request.timeoutMs ?? TIMEOUT_MS);
    let url = await checkedUrl(request.url, options);
    for (let redirects = 0;; redirects++) {
      const response = await exchange(send, url, request, headers, signal);
      const next = redirectTarget(response, url, request.method);
      if (next === null) {
        const text = await read(response, url, request.maxResponseBytes ?? MAX_RESPONSE_BYTES);
        return { status: response.status, headers: response.headers, text };
      }
      await response.body?.cancel();
      if (redirects === MAX_REDIRECTS) {
        throw refusedRedirect(url, `more than ${MAX_REDIRECTS} of them`, request.method);
      }
      const target = await checkedUrl(next.href, options);
      if (target.origin !== url.origin) {
        throw refusedRedirect(url, "it leads to another origin", request.method);
      }
      url = target;
    }
  };
}

async function read(response: Response, url: URL, maxBytes: number): Promise<string> {
  if (!response.body) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body) {
      size += chunk.byteLength;
      if (size > maxBytes) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw failureOf(error, url);
  }
  if (size > maxBytes) {
    throw new ActionError(
      "uncertain",
      `The answer of ${url.host} is longer than ${maxBytes} bytes and was dropped.`,
    );
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return new TextDecoder().decode(whole);
}

async function exchange(
  send: typeof fetch,
  url: URL,
  request: OutboundRequest,
  headers: Headers,
  signal: AbortSignal,
): Promise<Response> {
  try {
    return await send(url, {
      method: request.method,
      headers,
      body: request.body,
      redirect: "manual",
      signal,
    });
  } catch (error) {
    throw failureOf(error, url);
  }
}

function redirectTarget(response: Response, from: URL, method: string): URL | null {
  if (![301, 302, 303, 307, 308].includes(response.status)) return null;
  const location = response.headers.get("location");
  // A browser would turn a redirected POST into a GET, which is another action than the one that was decided.
  const keepsMethod = method === "GET" || response.status === 307 || response.status === 308;
  if (location === null || !keepsMethod) return null;
  try {
    return new URL(location, from);
  } catch {
    return null;
  }
}

function refusedRedirect(url: URL, why: string, method: string): ActionError {
  // A server that redirects has not done the work; after a second hop that is less sure, and only reading is harmless.
  const code = method === "GET" ? "blocked" : "rejected";
  return new ActionError(
    code,
    `The redirect of ${url.host} was not followed: ${why}. Configure the final URL.`,
  );
}

/** Header names and values that cannot break out of their line. The values are never shown. */
function checkedHeaders(headers: Record<string, string>): Headers {
  const checked = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(name) || TRANSPORT_HEADERS.has(name.toLowerCase())) {
      throw new ActionError(
        "blocked",
        `The header ${JSON.stringify(name.slice(0, 100))} may not be sent. Remove it.`,
      );
    }
    // Visible ASCII, spaces and tabs: everything else is either a line break or not portable.
    if (!/^[\t\x20-\x7e]{0,8192}$/.test(value)) {
      throw new ActionError(
        "blocked",
        `The value of header ${name} holds characters that a header cannot carry.`,
      );
    }
    checked.set(name, value);
  }
  return checked;
}

/** What a failed `fetch` means for the question that matters: can the other side have seen the request? */
function failureOf(error: unknown, url: URL): ActionError {
  if (error instanceof ActionError) return error;
  const said = messages(error);
  if (/TimeoutError|timed? ?out/i.test(said) && !/\(Connect\)/.test(said)) {
    return new ActionError("uncertain", `${url.host} did not answer in time.`);
  }
  if (/certificate|UnknownIssuer|NotValidForName/i.test(said)) {
    return new ActionError("unreachable", `The certificate of ${url.host} is not valid.`, { retry: false });
  }
  // `(Connect)` is how Deno's HTTP client names everything before the first byte of the request: DNS, TCP and TLS.
  if (/\(Connect\)|dns error|ECONNREFUSED|ENOTFOUND|EAI_AGAIN/i.test(said)) {
    return new ActionError("unreachable", `No connection to ${url.host}. Is it running?`);
  }
  return new ActionError("uncertain", `The connection to ${url.host} broke before the answer came.`);
}

function messages(error: unknown): string {
  const chain: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    chain.push(`${at.name}: ${at.message} ${"code" in at ? String(at.code) : ""}`);
  }
  return chain.join(" | ");
}
