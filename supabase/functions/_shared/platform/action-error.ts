/**
 * Why an action could not do its work.
 *
 * - `conflict`: somebody changed the target meanwhile; acting would overwrite their change.
 * - `not_applicable`: there is nothing (any more) to act on.
 * - `refused`: the target, or the permissions that the project gave, forbid it.
 * - `unconfigured`: the integration or its secret is missing.
 * - `blocked`: the address may not be called (SSRF guard).
 * - `rejected`: the other side answered that it will not do this.
 * - `unreachable`: the request never left, or was turned away before it was worked on.
 * - `uncertain`: the request was sent and its outcome is unknown: ask `observe`.
 */
export type ActionErrorCode =
  | "conflict"
  | "not_applicable"
  | "refused"
  | "unconfigured"
  | "blocked"
  | "rejected"
  | "unreachable"
  | "uncertain";

export interface ActionErrorOptions {
  /** True when the same call may work later. Default: only for `unreachable`. */
  retry?: boolean;
  /** Seconds after which a retry makes sense, when the other side told. */
  retryAfterSeconds?: number;
  /** The HTTP status of the answer, when there was one. */
  status?: number;
  /** Only errors that cannot carry a secret: never those of `fetch`, whose messages quote the URL. */
  cause?: unknown;
}

/**
 * A failure that the healing loop understands. Messages are for people and hold no secret, no URL beyond its origin
 * and nothing that the other side sent.
 */
export class ActionError extends Error {
  override readonly name = "ActionError";
  readonly code: ActionErrorCode;
  /** `none`: certainly nothing happened. `unknown`: `observe` must tell. */
  readonly effect: "none" | "unknown";
  readonly retry: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly status: number | undefined;

  constructor(code: ActionErrorCode, message: string, options: ActionErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.effect = code === "uncertain" ? "unknown" : "none";
    this.retry = options.retry ?? code === "unreachable";
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.status = options.status;
  }
}

/** True for an `ActionError` of one of these codes. */
export function isActionError(error: unknown, ...codes: ActionErrorCode[]): error is ActionError {
  return error instanceof ActionError && (codes.length === 0 || codes.includes(error.code));
}
