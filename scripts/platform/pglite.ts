import { createPgliteConnection, type PGlite, type PgliteConnection } from "@supabase/lite/pglite";
import { type Database, type Queryable, type Row, SERVICE_SETTINGS } from "./database.ts";
import { Gate } from "./gate.ts";

export interface PgliteOptions {
  /** Folder that holds the data; in memory when absent. */
  dataDir?: string;
  /** A dump of an earlier data folder to start from (`PgliteDatabase.dump`). */
  loadDataDir?: Blob;
}

/**
 * Postgres in WebAssembly, inside this process: one session, so every transaction has to be alone on it.
 *
 * Supabase Lite issues `begin` and `commit` on that session without a lock of its own, so two requests at once
 * would share a transaction and with it the role. Everything therefore passes `gate`: our own statements here,
 * and each request to Lite as a whole (see `lite.ts`).
 */
export class PgliteDatabase implements Database {
  readonly kind = "pglite";
  readonly gate = new Gate();

  private constructor(readonly connection: PgliteConnection) {}

  static async open(options: PgliteOptions): Promise<PgliteDatabase> {
    if (options.dataDir) await Deno.mkdir(options.dataDir, { recursive: true, mode: 0o700 });
    const connection = await createPgliteConnection({
      url: options.dataDir,
      pgliteOptions: { loadDataDir: options.loadDataDir },
    });
    await connection.driver.waitReady;
    return new PgliteDatabase(connection);
  }

  get #pglite(): PGlite {
    return this.connection.driver;
  }

  query(text: string, params: readonly unknown[] = []): Promise<Row[]> {
    return this.gate.run(() => onSession(this.#pglite).query(text, params));
  }

  script(sql: string): Promise<number> {
    return this.gate.run(() => onSession(this.#pglite).script(sql));
  }

  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    return this.gate.run(() => this.#pglite.transaction((tx) => work(onSession(tx))));
  }

  session<T>(work: (session: Queryable) => Promise<T>): Promise<T> {
    return this.gate.run(() => work(onSession(this.#pglite)));
  }

  asService(text: string, params: readonly unknown[]): Promise<Row[]> {
    const settings = Object.entries(SERVICE_SETTINGS).flat();
    return this.transaction(async (tx) => {
      await tx.query("select set_config($1, $2, true), set_config($3, $4, true)", settings);
      return await tx.query(text, params);
    });
  }

  listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>> {
    return this.gate.run(async () => {
      const stop = await this.#pglite.listen(channel, heard);
      return () => this.gate.run(() => stop());
    });
  }

  /** The whole data folder as an uncompressed tar, for `loadDataDir`. */
  dump(): Promise<Blob> {
    return this.gate.run(() => this.#pglite.dumpDataDir("none"));
  }

  close(): Promise<void> {
    return this.gate.run(() => this.connection.close());
  }
}

function onSession(session: Pick<PGlite, "query" | "exec">): Queryable {
  return {
    query: async (text, params = []) => (await session.query<Row>(text, [...params])).rows,
    script: async (sql) => {
      const last = (await session.exec(sql)).at(-1);
      return last?.rows.length || (last?.affectedRows ?? 0);
    },
  };
}
