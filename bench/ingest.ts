import { startPostgres } from "../scripts/platform/postgres.ts";
import type { BodyKind } from "./ingest/bodies.ts";
import { TextLineStream } from "./ingest/lines.ts";
import type { LoadOptions, LoadResult } from "./ingest/load.ts";
import type { InsertCommand, Serving } from "./ingest/server.ts";

export const describe =
  `Events accepted and committed, with 64 clients, beside inserting the same rows straight.
--database <pglite|postgres>  only this one (default: both)
--case <1KB|50KB|storm>       only this one (default: all)
--seconds <n>                 length of each measurement (default 10)
Keys: case, database, events_per_s, p50_ms, p99_ms, ratio_to_insert, ratio_to_batched_insert, insert_rows_per_s,
batched_insert_rows_per_s, half_load_p99_ms, events, failed.`;

const CLIENTS = 64;
/** Beside as many clients that insert one row each and wait for its commit: few that insert batches. */
const BATCHING_CLIENTS = 3;
const BATCH_ROWS = 100;
const WARM_UP_SECONDS = 2;
/** A storm is measured by its number of events; this only ends one that hangs. */
const STORM_SECONDS = 600;
const STORM_EVENTS = 100_000;

interface Case {
  name: string;
  body: BodyKind;
  events?: number;
}

const CASES: Case[] = [
  { name: "1KB", body: { bytes: 1024, issues: 50 } },
  { name: "50KB", body: { bytes: 50 * 1024, issues: 50 } },
  { name: "storm", body: { bytes: 1024, issues: 1 }, events: STORM_EVENTS },
];

export async function run(args: string[]): Promise<{ results: Record<string, unknown>[] }> {
  const option = (name: string) => args.includes(name) ? args[args.indexOf(name) + 1] : undefined;
  const seconds = Number(option("--seconds") ?? 10);
  const cases = CASES.filter((each) => (option("--case") ?? each.name) === each.name);
  const databases = ["pglite", "postgres"].filter((name) => (option("--database") ?? name) === name);
  if (!(seconds > 0) || cases.length === 0 || databases.length === 0) {
    throw new Error(`arguments are wrong. ${describe}`);
  }

  const results: Record<string, unknown>[] = [];
  for (const database of databases) {
    for (const each of cases) results.push(await measure(database, each, seconds));
  }
  return { results };
}

/** One case on a fresh database, so that no case pays for the rows of another. */
async function measure(database: string, { name, body, events }: Case, seconds: number) {
  const postgres = database === "postgres" ? await startPostgres() : null;
  const server = await startServer(postgres?.url ?? "");
  try {
    const load = (options: Partial<LoadOptions>) =>
      generate({ ...server.serving, clients: CLIENTS, body, seconds, ...options });
    await load({ seconds: WARM_UP_SECONDS });
    const before = await server.ask<{ events: number }>({ do: "count" });
    const full = await load(events ? { events, seconds: STORM_SECONDS } : {});
    const after = await server.ask<{ events: number }>({ do: "count" });
    if (after.events - before.events !== full.events) {
      throw new Error(
        `${full.events} events were accepted, ${after.events - before.events} are in the database`,
      );
    }
    const perSecond = full.events / full.seconds;
    const half = await load({ rate: perSecond / 2, seconds: Math.min(seconds, 10) });
    const insert = async (clients: number, rows: number) => {
      const command: InsertCommand = { do: "insert", seconds: Math.min(seconds, 5), clients, rows };
      return (await server.ask<{ rows_per_s: number }>(command)).rows_per_s;
    };
    const straight = await insert(CLIENTS, 1);
    const batched = await insert(BATCHING_CLIENTS, BATCH_ROWS);
    return {
      case: name,
      database,
      events_per_s: Math.round(perSecond),
      p50_ms: round(full.p50_ms),
      p99_ms: round(full.p99_ms),
      ratio_to_insert: round(perSecond / straight, 3),
      ratio_to_batched_insert: round(perSecond / batched, 3),
      insert_rows_per_s: Math.round(straight),
      batched_insert_rows_per_s: Math.round(batched),
      half_load_p99_ms: round(half.p99_ms),
      events: full.events,
      failed: full.failed + half.failed,
    };
  } finally {
    await server.stop();
    await postgres?.stop();
  }
}

async function generate(options: LoadOptions): Promise<LoadResult> {
  const { success, stdout, stderr } = await command("load.ts", [JSON.stringify(options)]).output();
  if (!success) {
    throw new Error(`the load generator failed: ${new TextDecoder().decode(stderr).slice(-1000)}`);
  }
  return JSON.parse(new TextDecoder().decode(stdout)) as LoadResult;
}

async function startServer(databaseUrl: string) {
  const child = command("server.ts", [databaseUrl], "piped").spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())
    .getReader();
  const input = child.stdin.getWriter();
  const stderr = new Response(child.stderr).text();
  const send = (value: unknown) => input.write(new TextEncoder().encode(`${JSON.stringify(value)}\n`));
  async function receive<T>(): Promise<T> {
    const { value, done } = await lines.read();
    if (done) throw new Error(`the server ended: ${(await stderr).slice(-2000)}`);
    return JSON.parse(value) as T;
  }
  return {
    serving: await receive<Serving>(),
    ask: async <T>(value: unknown): Promise<T> => {
      await send(value);
      return await receive<T>();
    },
    async stop() {
      await send({ do: "stop" }).catch(() => {});
      await input.close().catch(() => {});
      await child.status;
    },
  };
}

function command(file: string, args: string[], stdin: "piped" | "null" = "null"): Deno.Command {
  const path = new URL(`./ingest/${file}`, import.meta.url).pathname;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", path, ...args],
    stdin,
    stdout: "piped",
    stderr: "piped",
  });
}

function round(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
