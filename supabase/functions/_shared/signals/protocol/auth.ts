import { Rejection } from "./rejection.ts";

/** Everything in a request that can name the ingest key. */
export interface Credentials {
  /** `X-Sentry-Auth: Sentry sentry_version=7, sentry_key=...` */
  sentryAuth: string | null;
  /** `Authorization: Sentry ...`, as old SDKs send it; other schemes are not ours and are ignored. */
  authorization: string | null;
  /** Every `sentry_key` of the query: what browser SDKs send, since it needs no CORS preflight. */
  queryKeys: readonly string[];
  /** `dsn` of the envelope header, what a tunnel passes on. */
  dsn?: unknown;
}

/** 32 hex digits in Sentry's own keys; other servers' are letters and digits too. */
const KEY = /^[A-Za-z0-9_-]{8,64}$/;
const MAX_AUTH_HEADER_CHARS = 2048;

/**
 * The one key that a request names, or null when it names none (yet: the envelope's `dsn` may still do).
 * @throws Rejection 403 when two places disagree, or a key could not be one.
 */
export function readKey(credentials: Credentials, projectId: string): string | null {
  const keys = [
    ...headerKeys(credentials.sentryAuth, false),
    ...headerKeys(credentials.authorization, true),
    ...credentials.queryKeys,
    ...dsnKeys(credentials.dsn, projectId),
  ];
  const [first] = keys;
  if (first === undefined) return null;
  if (!keys.every((key) => key === first)) {
    throw new Rejection(403, "the request names different keys in different places");
  }
  if (!KEY.test(first)) throw new Rejection(403, "the key is malformed: copy the DSN again");
  return first;
}

function headerKeys(header: string | null, schemeRequired: boolean): string[] {
  if (!header || header.length > MAX_AUTH_HEADER_CHARS) return [];
  const scheme = /^\s*sentry\s+/i.exec(header);
  if (!scheme && schemeRequired) return [];
  return header.slice(scheme?.[0].length ?? 0).split(",").flatMap((pair) => {
    const equals = pair.indexOf("=");
    return equals > 0 && pair.slice(0, equals).trim().toLowerCase() === "sentry_key"
      ? [pair.slice(equals + 1).trim()]
      : [];
  });
}

function dsnKeys(dsn: unknown, projectId: string): string[] {
  if (dsn === undefined || dsn === null) return [];
  const url = typeof dsn === "string" ? URL.parse(dsn) : null;
  const project = url?.pathname.split("/").filter(Boolean).at(-1);
  if (!url?.username || !project) throw new Rejection(403, "the dsn in the envelope header is malformed");
  if (project !== projectId) throw new Rejection(403, "the dsn in the envelope header names another project");
  return [url.username];
}
