import { createHash } from "node:crypto";

const ID_CHARS = 32;

/**
 * An event id made from the content, for protocols whose records have none and whose senders repeat a request when the
 * answer is lost: the repetition gets the same ids and is counted once.
 */
export function stableId(parts: readonly (string | number | null)[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, ID_CHARS);
}
