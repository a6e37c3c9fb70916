import postgres from "postgres";
import { type Database, type Queryable, type Row, SERVICE_SETTINGS } from "./database.ts";

/** Sessions the platform itself may hold at once; Lite has a pool of its own beside it. */
const POOL_SIZE = 8;
/** Sessions that are service_role from the start, so that its calls need one message there and one back. */
const SERVICE_POOL_SIZE = 4;

/** As `server_version_num` counts. */
const OLDEST_VERSION = 150_000;

/** The oids of the types whose values should look the same as on PGlite. */
const OID = {
  int8: 20,
  json: 114,
  jsonb: 3802,
  numeric: 1700,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
};

/** Any Postgres >= 15, by its URL. */
export class PostgresDatabase implements Database {
  readonly kind = "postgres";

  private constructor(
    readonly url: string,
    private readonly sql: postgres.Sql,
    private readonly service: postgres.Sql,
  ) {}

  static async open(url: string): Promise<PostgresDatabase> {
    const pool = (max: number, application_name: string, settings: Record<string, string> = {}) => {
      const connection = { application_name, TimeZone: "UTC", ...settings };
      const sql = postgres(url, { max, onnotice: () => {}, connection });
      sameValuesAsPglite(sql);
      return sql;
    };
    const sql = pool(POOL_SIZE, "prunella-platform");
    const service = pool(SERVICE_POOL_SIZE, "prunella-service", SERVICE_SETTINGS);
    const database = new PostgresDatabase(url, sql, service);
    try {
      await database.#checkVersion();
    } catch (cause) {
      await sql.end({ timeout: 1 });
      throw cause;
    }
    return database;
  }

  async #checkVersion(): Promise<void> {
    let row: Row | undefined;
    try {
      [row] = await this.query(
        "select current_setting('server_version_num')::int as number, version() as text",
      );
    } catch (cause) {
      const { host } = new URL(this.url);
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`The database at ${host} cannot be used: ${reason}`, { cause });
    }
    if (Number(row?.number) < OLDEST_VERSION) {
      throw new Error(`The database is ${row?.text}, but Postgres 15 or newer is needed`);
    }
  }

  query(text: string, params: readonly unknown[] = []): Promise<Row[]> {
    return onSession(this.sql).query(text, params);
  }

  script(sql: string): Promise<number> {
    return onSession(this.sql).script(sql);
  }

  async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return await this.sql.begin((tx) => work(onSession(tx))) as T;
  }

  async session<T>(work: (session: Queryable) => Promise<T>): Promise<T> {
    const reserved = await this.sql.reserve();
    try {
      return await work(onSession(reserved));
    } finally {
      reserved.release();
    }
  }

  async asService(text: string, params: readonly unknown[]): Promise<Row[]> {
    return [...await this.service.unsafe<Row[]>(text, params as never[], { prepare: true })];
  }

  async listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>> {
    const { unlisten } = await this.sql.listen(channel, heard);
    return async () => {
      await unlisten();
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.sql.end({ timeout: 5 }), this.service.end({ timeout: 5 })]);
  }
}

function onSession(session: postgres.ISql): Queryable {
  return {
    query: async (text, params = []) => [...await session.unsafe<Row[]>(text, params as never[])],
    script: async (sql) => {
      // One result, or a list of results when there were several statements.
      const results: { count?: number } | { count?: number }[] = await session.unsafe(sql).simple();
      const last = Array.isArray(results) && !("count" in results) ? results.at(-1) : results;
      return (last as { count?: number } | undefined)?.count ?? 0;
    },
  };
}

function sameValuesAsPglite(sql: postgres.Sql): void {
  const { serializers, parsers } = sql.options;
  const asText = (value: unknown) => value instanceof Date ? value.toISOString() : String(value);
  const asJson = (value: unknown) => typeof value === "string" ? value : JSON.stringify(value);
  const asItIs = (text: string) => text;
  for (const oid of [OID.json, OID.jsonb]) serializers[oid] = asJson;
  for (const oid of [OID.date, OID.timestamp, OID.timestamptz]) {
    serializers[oid] = asText;
    parsers[oid] = asItIs;
  }
  parsers[OID.int8] = (text: string) => {
    const value = Number(text);
    return Number.isSafeInteger(value) ? value : BigInt(text);
  };
  parsers[OID.numeric] = (text: string) => {
    const value = Number(text);
    return Number.isFinite(value) && String(value) === text ? value : text;
  };
}
