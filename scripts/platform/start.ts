import { provideEdgeRuntime } from "./background.ts";
import { bootstrap } from "./bootstrap.ts";
import { Cron } from "./cron.ts";
import type { Row } from "./database.ts";
import { functionEnvironment, setEnvironment } from "./environment.ts";
import { readFunctionSettings } from "./function-settings.ts";
import { Functions } from "./functions.ts";
import { createGateway, type Peer } from "./gateway.ts";
import { generateKeys, type Keys, loadKeys } from "./keys.ts";
import { startLite } from "./lite.ts";
import { listen, type Listener } from "./listener.ts";
import { lockFolder } from "./lock.ts";
import { applyMigrations, readMigrations } from "./migrations.ts";
import { Net } from "./net.ts";
import { CONFIG, FUNCTIONS, MIGRATIONS, PROJECT } from "./paths.ts";
import { PgliteDatabase } from "./pglite.ts";
import { PostgresDatabase } from "./postgres-database.ts";
import { storeProjectSecrets } from "./project-secrets.ts";

export interface PlatformOptions {
  /** 0 takes any free port. */
  port?: number;
  host?: string;
  /** Where keys and, on PGlite, the data are kept. */
  dataDir?: string;
  /** Any Postgres >= 15 instead of PGlite. */
  databaseUrl?: string;
  /** Keeps nothing: fresh keys, and PGlite in memory (unless there is a `databaseUrl`). */
  memory?: boolean;
  /** With `memory`: a dump of a PGlite data folder to start from. */
  loadDataDir?: Blob;
  migrationsDir?: string;
  functionsDir?: string;
  configFile?: string;
  /** Whether the stand-in of pg_cron runs jobs; on unless switched off. */
  cron?: boolean;
  /** Whether the Studio works without a key, as service_role; by default on a loopback host alone. */
  studioAdmin?: boolean;
  /** Where errors of functions and background work are told. */
  log?: (message: string) => void;
}

export interface Platform {
  url: string;
  /** `<url>/functions/v1`, without a slash at its end. */
  functionsUrl: string;
  publishableKey: string;
  secretKey: string;
  automationsKey: string;
  /** Versions of the migrations that this start applied. */
  migrated: string[];
  engine: "pglite" | "postgres";
  /** One statement, as the superuser. */
  sql(text: string, params?: readonly unknown[]): Promise<Row[]>;
  stop(): Promise<void>;
}

export const DEFAULT_PORT = 54321;
export const DEFAULT_HOST = "127.0.0.1";
export const DEFAULT_DATA_DIR = `${PROJECT}/.prunella`;

let running = false;

/**
 * Starts a whole Supabase in this process: database, REST and auth, edge functions, cron, net and vault.
 * One at a time per process, for the functions read the environment of the process.
 */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  if (running) throw new Error("A platform already runs in this process: stop it before starting another");
  running = true;
  const undo: (() => unknown)[] = [() => running = false];
  const unwind = async () => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  try {
    const platform = await start(options, undo);
    let stopping: Promise<void> | undefined;
    return { ...platform, stop: () => stopping ??= unwind() };
  } catch (error) {
    await unwind();
    throw error;
  }
}

/** Every step that has to be undone is pushed to `undo`, to be run from the last to the first. */
async function start(options: PlatformOptions, undo: (() => unknown)[]): Promise<Omit<Platform, "stop">> {
  const log = options.log ?? ((message: string) => console.error(message));
  const host = options.host ?? DEFAULT_HOST;
  const keys = await openKeys(options, undo);

  const listener: Listener = listen({ host, port: options.port ?? DEFAULT_PORT });
  undo.push(() => listener.close());

  const database = await openDatabase(options);
  undo.push(() => database.close());
  const standIns = await bootstrap(database);
  const migrated = await applyMigrations(database, await readMigrations(options.migrationsDir ?? MIGRATIONS));

  const { url } = listener;
  const functionsUrl = `${url}/functions/v1`;
  await storeProjectSecrets(database, { automationsKey: keys.automations, functionsUrl });

  const lite = await startLite({
    database,
    keys,
    siteUrl: url,
    studioAdmin: options.studioAdmin ?? isLoopback(host),
  });
  undo.push(() => lite.close());

  undo.push(setEnvironment(functionEnvironment(url, keys, options.databaseUrl)));
  const report = (what: string) => (error: unknown) =>
    log(`${what}: ${error instanceof Error ? error.stack ?? error.message : String(error)}`);
  const background = provideEdgeRuntime(report("a function, after its answer"));
  undo.push(() => background.remove());

  const gateway = createGateway({
    lite,
    functions: new Functions(options.functionsDir ?? FUNCTIONS),
    settings: readFunctionSettings(await readIfThere(options.configFile ?? CONFIG)),
    jwtSecret: keys.jwtSecret,
    onError: (name, error) => report(`function ${name}`)(error),
  });
  listener.serve((request: Request, peer: Peer) => gateway.fetch(request, peer));
  // What functions have begun still reaches the database through the listener, so that goes last.
  undo.push(async () => {
    await gateway.closeFunctions();
    await background.end();
    await listener.drain();
  });

  if (standIns.net) {
    const net = new Net(database, report("net"));
    await net.start();
    undo.push(() => net.stop());
  }
  if (standIns.cron && options.cron !== false) {
    const cron = new Cron(database, report("cron"));
    await cron.start();
    undo.push(() => cron.stop());
  }

  return {
    url,
    functionsUrl,
    publishableKey: keys.publishable,
    secretKey: keys.secret,
    automationsKey: keys.automations,
    migrated,
    engine: database.kind,
    sql: (text, params) => database.query(text, params),
  };
}

async function openKeys(options: PlatformOptions, undo: (() => unknown)[]): Promise<Keys> {
  if (options.memory) return generateKeys();
  const folder = options.dataDir ?? DEFAULT_DATA_DIR;
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = await lockFolder(folder);
  undo.push(() => lock.release());
  return loadKeys(`${folder}/keys.json`);
}

function openDatabase(options: PlatformOptions): Promise<PgliteDatabase | PostgresDatabase> {
  if (options.databaseUrl) return PostgresDatabase.open(options.databaseUrl);
  if (options.memory) return PgliteDatabase.open({ loadDataDir: options.loadDataDir });
  return PgliteDatabase.open({ dataDir: `${options.dataDir ?? DEFAULT_DATA_DIR}/postgres` });
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return "";
    throw cause;
  }
}
