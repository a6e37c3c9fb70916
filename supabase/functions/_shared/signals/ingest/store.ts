import { z } from "zod";
import type { Row } from "./rows.ts";
import { WriteFailure, type WriteFailureKind } from "./write-failure.ts";

/** Where PostgREST is and the key that opens it. */
export interface DatabaseAccess {
  url: string;
  secretKey: string;
}

/** A batch that takes longer has met a lock; the requests in it should hear of it before their SDK gives up. */
const WRITE_TIMEOUT_MS = 10_000;

const errorSchema = z.object({ code: z.string().nullish(), message: z.string().nullish() });

/**
 * Calls `record_batch` with rows that are JSON already. Not through supabase-js, which would parse nothing but
 * serialise every payload a second time: at 50 KB an event that is most of the work.
 *
 * @throws WriteFailure
 */
export async function recordBatch(
  access: DatabaseAccess,
  rows: readonly Row[],
  fetcher: typeof fetch = fetch,
): Promise<void> {
  let response: Response;
  let text: string;
  try {
    response = await fetcher(`${access.url}/rest/v1/rpc/record_batch`, {
      method: "POST",
      headers: { "content-type": "application/json", ...keyHeaders(access.secretKey) },
      body: batchBody(rows),
      signal: AbortSignal.timeout(WRITE_TIMEOUT_MS),
    });
    text = await response.text();
  } catch (cause) {
    throw new WriteFailure("unknown", "the database gave no answer", { cause });
  }
  if (response.ok) return;
  const error = errorSchema.safeParse(parse(text)).data;
  const code = error?.code ?? "";
  throw new WriteFailure(
    kindOf(response.status, code),
    `record_batch failed: ${response.status} ${code} ${(error?.message ?? "").slice(0, 500)}`,
  );
}

/** `{"p_batch":{"events":[...],"traffic":[...],"heartbeats":[...]}}` */
export function batchBody(rows: readonly Row[]): string {
  const of = (kind: Row["kind"]) => rows.filter((row) => row.kind === kind).map((row) => row.json).join(",");
  return `{"p_batch":{"events":[${of("events")}],"traffic":[${of("traffic")}],"heartbeats":[${
    of("heartbeats")
  }]}}`;
}

/** Legacy service-role keys are tokens and have to come as bearer too; the new ones must not. */
export function keyHeaders(key: string): Record<string, string> {
  return key.startsWith("eyJ") ? { apikey: key, authorization: `Bearer ${key}` } : { apikey: key };
}

/** SQLSTATE classes whose statement was rolled back for what is in the rows: data exceptions, violated constraints. */
const REFUSED = /^(?:22|23|P0001|54)/;
/** Rolled back for reasons that pass: serialization, resources, locks, operator intervention, connection. */
const BUSY = /^(?:40|53|55|57|58|08|PGRST00)/;

function kindOf(status: number, code: string): WriteFailureKind {
  if (REFUSED.test(code) || status === 413) return "refused";
  if (BUSY.test(code) || status === 429 || status === 503) return "busy";
  if (status === 502 || status === 504 || status === 500) return "unknown";
  return "broken";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
