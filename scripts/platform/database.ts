/** What the local platform needs of a database, whichever engine is behind it. */

export type Row = Record<string, unknown>;

export interface Queryable {
  /** One statement with `$1`-style parameters. JSON, integers that are safe, and numerics come back as
   * JavaScript values; dates and times as the text that Postgres writes. */
  query(text: string, params?: readonly unknown[]): Promise<Row[]>;
  /** Any number of statements, sent as they are; outside a transaction a single one runs at top level.
   * Returns the number of rows that the last one returned or changed. */
  script(sql: string): Promise<number>;
}

export interface Database extends Queryable {
  readonly kind: "pglite" | "postgres";
  /** Runs `work` in one transaction: committed when it returns, rolled back when it throws. */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /** Runs `work` on a session of its own, outside any transaction (on PGlite: alone on the only session). */
  session<T>(work: (session: Queryable) => Promise<T>): Promise<T>;
  /** One statement in a transaction of its own, with the rights of a request that has a secret key. */
  asService(text: string, params: readonly unknown[]): Promise<Row[]>;
  /** Calls `heard` with the payload of each notification; never before the notifying transaction has committed. */
  listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** What PostgREST sets for a request with a secret key. */
export const SERVICE_SETTINGS = {
  role: "service_role",
  "request.jwt.claims": JSON.stringify({ role: "service_role" }),
};

/** Quotes an identifier for SQL text. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes a string literal for SQL text; for statements that take no parameters. */
export function literal(value: string): string {
  return value.includes("\\")
    ? `E'${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`
    : `'${value.replaceAll("'", "''")}'`;
}
