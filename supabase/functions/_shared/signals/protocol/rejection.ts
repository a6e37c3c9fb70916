/** Why a request, or a part of it, is not accepted. `detail` is what the sender is told, as Sentry words it. */
export class Rejection extends Error {
  override readonly name = "Rejection";

  constructor(
    readonly status: 400 | 403 | 404 | 408 | 413 | 415 | 429 | 503,
    readonly detail: string,
    options?: { cause?: unknown; headers?: Record<string, string> },
  ) {
    super(detail, { cause: options?.cause });
    this.headers = options?.headers ?? {};
  }

  /** Headers that belong on the answer, `Retry-After` above all. */
  readonly headers: Record<string, string>;
}
