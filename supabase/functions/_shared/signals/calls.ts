import type { JsonObject } from "../platform/json.ts";

/** An outgoing request that went before an error. */
export interface OutgoingCall {
  /** Null for a relative address, which is the application's own. */
  host: string | null;
  status: number | null;
  /** No answer, or one of 400 and above. */
  failed: boolean;
}

/** The last outgoing request in the breadcrumbs: browsers and Deno do not name the host in the error. Null when there is none. */
export function lastCall(breadcrumbs: readonly JsonObject[]): OutgoingCall | null {
  const crumb = breadcrumbs.findLast(isCall);
  const data = crumb?.data;
  if (data === null || typeof data !== "object" || Array.isArray(data) || typeof data.url !== "string") {
    return null;
  }
  const status = typeof data.status_code === "number" ? data.status_code : null;
  return {
    host: URL.canParse(data.url) ? new URL(data.url).hostname : null,
    status,
    failed: status === null || status < 100 || status >= 400,
  };
}

function isCall({ category, type }: JsonObject): boolean {
  return category === "fetch" || category === "xhr" || category === "http" || type === "http";
}
