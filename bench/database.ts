import { bootstrap } from "../scripts/platform/bootstrap.ts";
import type { Queryable } from "../scripts/platform/database.ts";
import { applyMigrations, readMigrations } from "../scripts/platform/migrations.ts";
import { MIGRATIONS } from "../scripts/platform/paths.ts";
import { startPostgres } from "../scripts/platform/postgres.ts";
import { PostgresDatabase } from "../scripts/platform/postgres-database.ts";
import { fill, MEMBER, sizes } from "./database/fill.ts";
import { hotQueries, type HotQuery, knowFingerprints } from "./database/queries.ts";
import { upkeepQueries } from "./database/upkeep-queries.ts";

export const describe = `The hot queries on real Postgres with a million rows in each of the large tables.
--scale <n>   1 is a million events, executions and jobs (default 1)
--runs <n>    how often each query runs (default 200)
--only <text> only the queries whose name contains it
--keep <dir>  keep the filled database in this folder, and use it again
Keys: case, as, runs, p50_ms, p95_ms, max_ms, seq_scans (tables with over 10,000 rows that were read from end to end).`;

const LARGE_ROWS = 10_000;
const WARM_UP_RUNS = 10;

export async function run(args: string[]): Promise<{ results: Record<string, unknown>[] }> {
  const option = (name: string) => args.includes(name) ? args[args.indexOf(name) + 1] : undefined;
  const scale = Number(option("--scale") ?? 1);
  const runs = Number(option("--runs") ?? 200);
  if (!(scale > 0) || !(runs > 0)) throw new Error(`arguments are wrong. ${describe}`);
  const size = sizes(scale);
  // Durable: what a commit costs belongs to what is measured.
  const server = await startPostgres({ dir: option("--keep") });
  try {
    const database = await PostgresDatabase.open(server.url);
    try {
      await bootstrap(database);
      const fresh = await applyMigrations(database, await readMigrations(MIGRATIONS));
      if (fresh.length > 0) {
        await database.session((session) => fill(session, size, (line) => console.error(line)));
      }
      // Nothing of the schedules' own work is to be counted as a query's.
      await database.script("select cron.unschedule(jobid) from cron.job");
      await knowFingerprints(size);
      const results: Record<string, unknown>[] = [];
      const wanted = option("--only") ?? "";
      for (const query of [...hotQueries(size), ...upkeepQueries(size)]) {
        if (!query.name.includes(wanted)) continue;
        results.push(
          await database.session((session) =>
            measure(session, query, query.readsAll ? Math.ceil(runs / 10) : runs)
          ),
        );
      }
      return { results };
    } finally {
      await database.close();
    }
  } finally {
    await server.stop();
  }
}

async function measure(session: Queryable, query: HotQuery, runs: number): Promise<Record<string, unknown>> {
  const random = seeded(1);
  const before = await sequentialScans(session);
  const times: number[] = [];
  for (let run = -WARM_UP_RUNS; run < runs; run++) {
    await query.prepare?.(session, random);
    const { text, params } = query.statement(random);
    await session.script("begin");
    if (query.as === "member") {
      const claims = JSON.stringify({ role: "authenticated", sub: MEMBER });
      await session.query(
        "select set_config('request.jwt.claims', $1, true), set_config('role', 'authenticated', true)",
        [claims],
      );
    }
    const start = performance.now();
    await session.query(text, params);
    await session.script("commit");
    if (run >= 0) times.push(performance.now() - start);
  }
  const after = await sequentialScans(session);
  times.sort((a, b) => a - b);
  const quantile = (share: number) =>
    Number(times[Math.min(times.length - 1, Math.floor(times.length * share))]!.toFixed(2));
  return {
    case: query.name,
    as: query.as,
    runs,
    p50_ms: quantile(0.5),
    p95_ms: quantile(0.95),
    max_ms: quantile(1),
    seq_scans: [...after].filter(([table, scans]) => scans > (before.get(table) ?? 0)).map(([table]) => table)
      .join(" "),
  };
}

/** How often each large table was read from end to end; the server counts that inside of functions too. */
async function sequentialScans(session: Queryable): Promise<Map<string, number>> {
  // The flush comes at the end of the statement that asks for it.
  await session.query("select pg_stat_force_next_flush()");
  await session.query("select pg_stat_clear_snapshot()");
  const rows = await session.query(
    `select s.relid::regclass::text as name, s.seq_scan as scans from pg_stat_user_tables as s
     join pg_class as c on c.oid = s.relid where c.reltuples > $1 and s.schemaname in ('public', 'prunella')`,
    [LARGE_ROWS],
  );
  return new Map(rows.map((row) => [String(row.name), Number(row.scans)]));
}

/** Mulberry32: the same parameters in every run of the bench. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
