/**
 * Why a batch was not written.
 * - `refused`: the database looked at the rows and does not take them. Nothing was written; a part of them may go.
 * - `busy`: nothing was written; the same call may succeed soon.
 * - `unknown`: no answer. It may have been written.
 * - `broken`: wrong key, missing migration: nothing will succeed until somebody mends it.
 */
export type WriteFailureKind = "refused" | "busy" | "unknown" | "broken";

export class WriteFailure extends Error {
  override readonly name = "WriteFailure";
  constructor(readonly kind: WriteFailureKind, message: string, options?: { cause?: unknown }) {
    super(message, options);
  }
}
