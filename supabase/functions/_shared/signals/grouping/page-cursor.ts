import { z } from "zod";

/** A place in rows that are sorted by time, newest first, and then by id: rows of one batch have one time. */
export interface PageCursor {
  /** As the database printed it, to the microsecond. */
  at: string;
  id: string;
}

const CONTENT = /^(\d{4}-\d\d-\d\d[ T][\d:.]{5,15}(?:Z|[+-][\d:]{2,6})?)~([0-9a-f]{1,32})$/;

/** Text that survives in an address. */
export function printCursor({ at, id }: PageCursor): string {
  return btoa(`${at}~${id}`).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function readCursor(text: string): PageCursor | null {
  try {
    const [, at, id] = CONTENT.exec(atob(text.replaceAll("-", "+").replaceAll("_", "/"))) ?? [];
    return at === undefined || id === undefined ? null : { at, id };
  } catch {
    return null;
  }
}

/** What an earlier answer gave to go on with. */
export const cursorSchema = z.string().max(200).transform((text, context): PageCursor => {
  const cursor = readCursor(text);
  if (cursor !== null) return cursor;
  context.addIssue({ code: "custom", message: "What an earlier answer gave to go on with is expected" });
  return z.NEVER;
});
