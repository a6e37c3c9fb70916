import { redact } from "./errors-redact.ts";

/** Every failure that a caller can be told of: HTTP status, and whether the same request may succeed later. */
export const FAILURES = {
  invalid_request: { status: 400, retry: false },
  unauthenticated: { status: 401, retry: false },
  forbidden: { status: 403, retry: false },
  not_found: { status: 404, retry: false },
  method_not_allowed: { status: 405, retry: false },
  conflict: { status: 409, retry: false },
  payload_too_large: { status: 413, retry: false },
  unsupported_media_type: { status: 415, retry: false },
  unprocessable: { status: 422, retry: false },
  rate_limited: { status: 429, retry: true },
  internal: { status: 500, retry: false },
  misconfigured: { status: 500, retry: false },
  upstream_failed: { status: 502, retry: true },
  unavailable: { status: 503, retry: true },
  timeout: { status: 504, retry: true },
} as const;

export type FailureCode = keyof typeof FAILURES;
export type FailureStatus = (typeof FAILURES)[FailureCode]["status"];

export interface FailureOptions {
  cause?: unknown;
  /** Seconds after which a retry makes sense; sent as `Retry-After`. */
  retryAfterSeconds?: number;
  /** Response headers that belong to the failure, e.g. `Allow`. */
  headers?: Record<string, string>;
  /** Which inputs were wrong, for people: path and what is expected. */
  details?: { path: string; message: string }[];
  /** Overrides the code's own answer, e.g. for an upstream that refused for good. */
  retry?: boolean;
}

/** A failure whose message was written for the caller. Everything else that is thrown becomes a generic 500. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: FailureCode;
  readonly status: FailureStatus;
  readonly retry: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Record<string, string>;
  readonly details: { path: string; message: string }[] | undefined;

  constructor(code: FailureCode, message: string, options: FailureOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.status = FAILURES[code].status;
    this.retry = options.retry ?? FAILURES[code].retry;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.headers = options.headers ?? {};
    this.details = options.details;
  }
}

type Factory = (message: string, options?: FailureOptions) => Failure;
const factory = (code: FailureCode): Factory => (message, options) => new Failure(code, message, options);

/** One factory per code: `throw failures.notFound("There is no fix 12. List them with GET /fixes.")`. */
export const failures = {
  invalidRequest: factory("invalid_request"),
  unauthenticated: factory("unauthenticated"),
  forbidden: factory("forbidden"),
  notFound: factory("not_found"),
  methodNotAllowed: factory("method_not_allowed"),
  conflict: factory("conflict"),
  payloadTooLarge: factory("payload_too_large"),
  unsupportedMediaType: factory("unsupported_media_type"),
  unprocessable: factory("unprocessable"),
  rateLimited: factory("rate_limited"),
  internal: factory("internal"),
  misconfigured: factory("misconfigured"),
  upstreamFailed: factory("upstream_failed"),
  unavailable: factory("unavailable"),
  timeout: factory("timeout"),
} as const;

/** What PostgREST and Postgres say about a failed statement. */
export interface DatabaseError {
  code: string;
  message: string;
  details?: string | null;
  hint?: string | null;
}

const RETRY_SOON_SECONDS = 1;

/**
 * Turns the error of a database call into a failure. The database's own words reach the caller only for those
 * SQLSTATEs that our functions raise on purpose; any other message could name internals or quote data.
 */
export function databaseFailure(error: DatabaseError): Failure {
  const told = [error.message, error.hint].filter(Boolean).join(". ");
  const options: FailureOptions = { cause: error };
  const soon: FailureOptions = { ...options, retryAfterSeconds: RETRY_SOON_SECONDS };
  switch (error.code) {
    case "42501":
      return failures.forbidden(
        "You may not do this in this project. Ask one of its admins for a higher role.",
        options,
      );
    case "P0002":
    case "PT404":
      return failures.notFound(told, options);
    case "PGRST116":
      return failures.notFound("There is no such row, or you may not see it.", options);
    case "40001":
    case "PT409":
    case "23001":
    case "55000":
      return failures.conflict(told, options);
    case "23505":
      return failures.conflict("It exists already. Read the current state and decide again.", options);
    case "23503":
      return failures.unprocessable("It refers to something that does not exist.", options);
    case "23514":
      // Our triggers raise it too, in words of their own: then it is the row's state that forbids the change.
      return error.message.includes("violates check constraint")
        ? failures.unprocessable(`The database does not allow this change${lawOf(error.message)}.`, options)
        : failures.conflict(told, options);
    case "22023":
    case "PT400":
      return failures.invalidRequest(told, options);
    case "P0001":
    case "PT422":
      return failures.unprocessable(told, options);
    case "PT429":
    case "54000":
      return failures.rateLimited(told, soon);
    case "22001":
    case "22003":
    case "22007":
    case "22008":
    case "22021":
    case "22P02":
    case "22P05":
      return failures.invalidRequest("A value has the wrong form for the database.", options);
    case "PGRST301":
    case "PGRST302":
    case "PGRST303":
      return failures.unauthenticated("The token was not accepted. Sign in again.", options);
    case "57014":
      return failures.timeout("The database took too long. Try again later.", soon);
    case "40P01":
    case "55P03":
    case "53300":
    case "57P01":
    case "57P02":
    case "57P03":
    case "08000":
    case "08003":
    case "08006":
    case "PGRST000":
    case "PGRST001":
    case "PGRST002":
    case "PGRST003":
    case "": // supabase-js: the request itself failed
      return failures.unavailable("The database cannot answer now. Try again soon.", soon);
    case "PGRST202":
    case "PGRST205":
    case "42883":
    case "42P01":
      return failures.misconfigured(
        "The database lacks something that this function needs. Apply all migrations.",
        options,
      );
    default:
      return failures.internal(GENERIC, options);
  }
}

/** The name of the violated law, which our migrations choose so that people understand it. */
function lawOf(message: string): string {
  const name = /check constraint "([a-z0-9_]{1,63})"/.exec(message)?.[1];
  return name ? `: ${name.replaceAll("_", " ")}` : "";
}

const GENERIC = "Something went wrong inside Prunella. Give the request id when you report it.";

/** Everything thrown, as a failure. A failure stays itself, HTTP errors keep their status, the rest is a generic 500. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const cause = causeOf(error);
  if (isAuthError(cause)) {
    return cause.status === 500
      ? failures.misconfigured("Authentication is not set up on this server. Its log says what is missing.", {
        cause,
      })
      : failures.unauthenticated(
        "No valid credentials. Send a user's token or the key that this route asks for.",
        {
          cause,
          headers: { "www-authenticate": "Bearer" },
        },
      );
  }
  if (isHttpError(error)) {
    return new Failure(codeOfStatus(error.status), httpMessage(error), { cause: error });
  }
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return failures.timeout("It took too long. Try again later.", { cause: error });
  }
  return failures.internal(GENERIC, { cause: error });
}

/** The body of every answer that is not a success. */
export interface FailureBody {
  error: {
    code: FailureCode;
    message: string;
    request_id: string;
    retry: boolean;
    details?: { path: string; message: string }[];
  };
}

/** Body and headers of the answer; secrets that slipped into a message are taken out here, at the last door. */
export function failureAnswer(
  failure: Failure,
  requestId: string,
): { body: FailureBody; headers: Record<string, string> } {
  const details = failure.details?.map(({ path, message }) => ({ path, message: redact(message) }));
  return {
    body: {
      error: {
        code: failure.code,
        message: redact(failure.message),
        request_id: requestId,
        retry: failure.retry,
        ...(details ? { details } : {}),
      },
    },
    headers: {
      ...failure.headers,
      ...(failure.retryAfterSeconds === undefined
        ? {}
        : { "retry-after": String(failure.retryAfterSeconds) }),
    },
  };
}

/** One error and its causes for a log: names, messages and the innermost stack, redacted. */
export function describeError(error: unknown): { type: string; message: string; stack: string | null } {
  const chain: string[] = [];
  let deepest: unknown = error;
  let innermost: Error | undefined;
  for (let at: unknown = error, depth = 0; at !== undefined && at !== null && depth < MAX_CAUSES; depth++) {
    chain.push(nameAndMessage(at));
    deepest = at;
    if (at instanceof Error) innermost = at;
    at = causeOf(at);
  }
  return {
    type: innermost?.name ?? typeof deepest,
    message: redact(chain.join(" <- ")),
    stack: innermost?.stack ? redact(innermost.stack) : null,
  };
}

// Cause chains can be circular; nobody reads further than this.
const MAX_CAUSES = 5;

function nameAndMessage(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value === "object" && value !== null && "message" in value) {
    return `${"code" in value ? textOf(value.code) : "error"}: ${textOf(value.message)}`;
  }
  return textOf(value);
}

function textOf(value: unknown): string {
  return typeof value === "object" && value !== null ? Object.prototype.toString.call(value) : String(value);
}

function causeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "cause" in error ? error.cause : undefined;
}

// By shape, not by class: this file must not import the authentication or the HTTP library.
function isAuthError(value: unknown): value is { status: number } {
  return typeof value === "object" && value !== null && "source" in value &&
    value.source === "@supabase/server" &&
    "status" in value && typeof value.status === "number";
}

function isHttpError(value: unknown): value is { status: number; message: string } {
  return value instanceof Error && "status" in value && typeof value.status === "number" &&
    value.status >= 400 &&
    "getResponse" in value;
}

function httpMessage(error: { status: number; message: string }): string {
  if (error.status >= 500) return GENERIC;
  if (error.status === 415) return "Send the body as application/json.";
  return error.message || "The request was not understood.";
}

function codeOfStatus(status: number): FailureCode {
  const exact = (Object.keys(FAILURES) as FailureCode[]).find((code) => FAILURES[code].status === status);
  return exact ?? (status >= 500 ? "internal" : "invalid_request");
}
