/** Marks a message of Lite's catch-all answer that carries the database's own error. */
const MARK = "database-error:";

interface DatabaseError {
  code: string;
  message: string;
  detail?: string | null;
  hint?: string | null;
}

/**
 * Lite answers `500 SUP` for every SQLSTATE that it does not know, among them those that functions raise on purpose
 * (P0001, P0002, 23514, 40001...). PostgREST passes them on. This lets Lite's catch-all carry the error, and
 * `withSqlStates` turns it into PostgREST's answer.
 */
export function keepSqlStates(connection: { normalizeDbError(error: unknown): unknown }): void {
  const original = connection.normalizeDbError.bind(connection);
  connection.normalizeDbError = (thrown) => {
    const error = original(thrown);
    if (!isDatabaseError(error)) return error;
    const { code, message, detail = null, hint = null } = error;
    error.toString = () => MARK + JSON.stringify({ code, message, details: detail, hint });
    return error;
  };
}

/** The answer as PostgREST would give it. */
export async function withSqlStates(response: Response): Promise<Response> {
  if (response.status !== 500 || !response.headers.get("content-type")?.includes("json")) return response;
  const text = await response.text();
  const body: unknown = JSON.parse(text || "null");
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  if (!isCatchAll(body)) return new Response(text, { status: response.status, headers });
  const told = JSON.parse(body.message.slice(MARK.length));
  return new Response(JSON.stringify(told), { status: statusOf(told.code), headers });
}

/** https://docs.postgrest.org/en/stable/references/errors.html#http-status-codes */
export function statusOf(code: string): number {
  if (code === "P0001") return 400;
  const known: Record<string, number> = { "08": 503, "0L": 403, "0P": 403, "28": 403, "53": 503 };
  const internal = ["09", "25", "2D", "38", "39", "3B", "40", "54", "55", "57", "58", "F0", "HV", "P0", "XX"];
  const kind = code.slice(0, 2);
  return known[kind] ?? (internal.includes(kind) ? 500 : 400);
}

function isDatabaseError(error: unknown): error is DatabaseError & { toString(): string } {
  return error instanceof Error && "code" in error && typeof error.code === "string" &&
    /^[0-9A-Z]{5}$/.test(error.code);
}

function isCatchAll(body: unknown): body is { message: string } {
  return typeof body === "object" && body !== null && "code" in body && body.code === "SUP" &&
    "message" in body &&
    typeof body.message === "string" && body.message.startsWith(MARK);
}
