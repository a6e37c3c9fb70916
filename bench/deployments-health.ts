import { createClient } from "@supabase/supabase-js";
import { startPlatform } from "../scripts/platform/start.ts";
import { startPostgres } from "../scripts/platform/postgres.ts";
import { checkHealth } from "../supabase/functions/_shared/deployments/shell/monitor.ts";
import type { BenchRow } from "./main.ts";

export const describe =
  `Health check of 100 deployments through the REST API: metrics, comparison, ways back, and the writing of it.
opening_ms is the platform's very first request, before any check; first_ms the first check, which is among the others too.
--database <pglite|postgres>  only this one (default: both)
--deployments <n> (100), --minutes <n> of traffic for each (60), --runs <n> (15)`;

interface Options {
  deployments: number;
  minutes: number;
  runs: number;
}

export async function run(args: string[]): Promise<{ results: BenchRow[] }> {
  const options = parse(args);
  const only = args.includes("--database") ? args[args.indexOf("--database") + 1] : undefined;
  const databases = ["pglite", "postgres"].filter((name) => (only ?? name) === name);
  if (databases.length === 0) throw new Error("--database is pglite or postgres");
  const results: BenchRow[] = [];
  for (const database of databases) results.push(await measure(database, options));
  return { results };
}

async function measure(database: string, options: Options): Promise<BenchRow> {
  const postgres = database === "postgres" ? await startPostgres() : null;
  const platform = await startPlatform({
    port: 0,
    cron: false,
    ...(postgres ? { databaseUrl: postgres.url } : { memory: true }),
  });
  try {
    const projectId = await fill(platform.sql, options);
    const client = createClient(platform.url, platform.secretKey, { auth: { persistSession: false } });
    // The embedded REST API reads the schema with its first request of all, whatever that asks; hosted Supabase has read it long before.
    const opened = performance.now();
    const answer = await client.from("projects").select("id").limit(1);
    if (answer.error) throw new Error(answer.error.message);
    const openingMs = performance.now() - opened;
    const times: number[] = [];
    let checked = 0;
    for (let index = 0; index < options.runs; index++) {
      const start = performance.now();
      checked = await checkHealth(client, projectId, CONNECTED, new Date());
      times.push(performance.now() - start);
    }
    const [first] = times;
    times.sort((a, b) => a - b);
    const [row] = await platform.sql(
      "select count(*) filter (where health_score < 60) as unhealthy, count(health_score) as scored from deployment_logs",
    );
    return {
      database,
      deployments: options.deployments,
      checked,
      scored: Number(row?.scored),
      unhealthy: Number(row?.unhealthy),
      traffic_rows: options.deployments * options.minutes,
      opening_ms: Math.round(openingMs * 10) / 10,
      first_ms: Math.round(first! * 10) / 10,
      p50_ms: at(times, 0.5),
      p95_ms: at(times, 0.95),
      worst_ms: at(times, 1),
      wanted_ms: 1000,
    };
  } finally {
    await platform.stop();
    await postgres?.stop();
  }
}

const CONNECTED = { vercel: true, supabase: false, process: false, github: false };

type Sql = (text: string, params?: unknown[]) => Promise<Record<string, unknown>[]>;

/** Deployments of ten services, each with traffic of its own; every seventh fails much more often than the one before. */
async function fill(sql: Sql, { deployments, minutes }: Options): Promise<number> {
  const [project] = await sql("insert into projects (slug, name) values ('bench', 'Bench') returning id");
  const id = Number(project!.id);
  // All served within the last two hours, so that each one is checked.
  await sql(
    `insert into deployment_logs (project_id, target, external_id, service, status, release, created_at, promoted_at, superseded_at)
     select $1, 'vercel', 'dpl_' || n, 'service-' || n % 10, case when n > $2 - 10 then 'serving' else 'superseded' end, 'release-' || n,
       now() - make_interval(mins => $3) - interval '1 minute' * ($2 - n) / $2, now() - make_interval(mins => $3) - interval '1 minute' * ($2 - n) / $2,
       case when n > $2 - 10 then null else now() - interval '1 second' * ($2 - n) end
     from generate_series(1, $2::integer) as n`,
    [id, deployments, minutes],
  );
  await sql(
    `insert into traffic_minutes (project_id, minute_at, release, environment, request_count, failed_request_count, session_count, duration_ms_sum)
     select $1, date_trunc('minute', now()) - interval '1 minute' * m, 'release-' || n, 'production', 200,
       case when n % 7 = 0 then 40 else 2 end, 40, 200 * 80
     from generate_series(1, $2::integer) as n, generate_series(1, $3::integer) as m`,
    [id, deployments, minutes],
  );
  await sql("analyze");
  return id;
}

function parse(args: readonly string[]): Options {
  const read = (name: string, fallback: number) => {
    const index = args.indexOf(`--${name}`);
    if (index < 0) return fallback;
    const value = Number(args[index + 1]);
    if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} wants a whole number from 1 on`);
    return value;
  };
  return { deployments: read("deployments", 100), minutes: read("minutes", 60), runs: read("runs", 15) };
}

function at(sorted: readonly number[], share: number): number {
  const index = Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1);
  return Math.round(sorted[Math.max(0, index)]! * 10) / 10;
}
