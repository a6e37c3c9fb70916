/**
 * The platform under test, in a process of its own. Argument: the address of a Postgres, or nothing for PGlite in memory.
 * Speaks lines of JSON: prints where it serves, then answers each command on its standard input.
 */
import { TextLineStream } from "./lines.ts";
import { startPlatform } from "../../scripts/platform/start.ts";

export type Command =
  | { do: "count" }
  | { do: "stop" }
  | InsertCommand;

/** Inserts by so many clients at once, each waiting for its commit before the next one. */
export interface InsertCommand {
  do: "insert";
  seconds: number;
  clients: number;
  /** Rows of one statement. */
  rows: number;
}

export interface Serving {
  hostname: string;
  port: number;
  path: string;
}

/** Different rows that are inserted again. */
const SOURCE_ROWS = 500;
const COLUMNS = [
  ["received_on", "date"],
  ["project_id", "bigint"],
  ["event_id", "uuid"],
  ["issue_id", "bigint"],
  ["received_at", "timestamptz"],
  ["occurred_at", "timestamptz"],
  ["level", "text"],
  ["release", "text"],
  ["environment", "text"],
  ["user_hash", "text"],
  ["trace_id", "text"],
  ["payload", "jsonb"],
] as const;

async function main(databaseUrl: string | undefined): Promise<void> {
  const platform = await startPlatform({
    port: 0,
    memory: true,
    cron: false,
    studioAdmin: false,
    databaseUrl,
  });
  const sql = (text: string, params: unknown[] = []) => platform.sql(text, params);
  const slug = `bench-${crypto.randomUUID().slice(0, 8)}`;
  const [project] = await sql("insert into public.projects (slug, name) values ($1, $1) returning id", [
    slug,
  ]);
  const [key] = await sql(
    "insert into public.ingest_keys (project_id, events_per_minute) values ($1, 2000000000) returning public_key",
    [project!.id],
  );
  const url = new URL(platform.url);
  print({
    hostname: url.hostname,
    port: Number(url.port),
    path: `/functions/v1/ingest/api/${project!.id}/envelope/?sentry_version=7&sentry_key=${key!.public_key}`,
  });

  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const line of lines) {
    const command = JSON.parse(line) as Command;
    if (command.do === "stop") break;
    if (command.do === "count") {
      const [row] = await sql(
        "select count(*)::int as events from public.error_events where project_id = $1",
        [project!.id],
      );
      print({ events: row!.events });
    } else print({ rows_per_s: await insertStraight(sql, Number(project!.id), command) });
  }
  await platform.stop();
}

/** Inserts rows that ingest has stored, under new ids, straight into their table. Returns rows per second. */
async function insertStraight(
  sql: (text: string, params?: unknown[]) => Promise<Record<string, unknown>[]>,
  project: number,
  { seconds, clients, rows }: InsertCommand,
): Promise<number> {
  const stored = await sql(
    `select ${COLUMNS.map(([name]) => `${name}::text as ${name}`).join(", ")}
     from public.error_events where project_id = $1 order by received_at desc limit $2`,
    [project, SOURCE_ROWS],
  );
  if (stored.length === 0) throw new Error("there are no rows to insert again");
  const values = Array.from({ length: rows }, (_, row) => {
    const slots = COLUMNS.map(([, type], column) => `$${row * COLUMNS.length + column + 1}::text::${type}`);
    return `(${slots.join(",")})`;
  });
  const text = `insert into public.error_events (${COLUMNS.map(([name]) => name).join(",")}) values ${
    values.join(",")
  }`;
  let next = 0;
  let inserted = 0;
  const start = performance.now();
  const end = start + seconds * 1000;
  async function work(): Promise<void> {
    while (performance.now() < end) {
      const params: unknown[] = [];
      for (let row = 0; row < rows; row++) {
        const source = stored[next++ % stored.length]!;
        for (const [name] of COLUMNS) params.push(name === "event_id" ? crypto.randomUUID() : source[name]);
      }
      await sql(text, params);
      inserted += rows;
    }
  }
  await Promise.all(Array.from({ length: clients }, work));
  return inserted / ((performance.now() - start) / 1000);
}

function print(value: unknown): void {
  console.log(JSON.stringify(value));
}

await main(Deno.args[0] || undefined);
