import { type Platform, startPlatform } from "../platform/start.ts";
import { type PostgresServer, startPostgres } from "../platform/postgres.ts";
import { type LabArguments, parseArguments, USAGE } from "./arguments.ts";
import { logToFile } from "../start/log.ts";
import { warmUp } from "../start/warm-up.ts";
import { machine } from "./machine.ts";
import {
  type BaselineOutcome,
  type BaselineTotals,
  baselineTotalsOf,
  notRun,
  type Outcome,
  type Totals,
  totalsOf,
} from "./outcome.ts";
import { describeOutcome, describeTotals } from "./report.ts";
import { type LabOptions, runBaseline, runScenario } from "./run-scenario.ts";
import type { Scenario } from "./scenario.ts";
import { SCENARIOS } from "./scenarios/catalogue.ts";

/** How long each scenario is observed without Prunella. */
const BASELINE_MS = 15_000;
/** Retries of the baseline that only retries. */
const RETRIES = 2;

export interface LabResult {
  bench: "lab";
  machine: Record<string, string | number>;
  database: string;
  scenarios: Outcome[];
  totals: Totals;
  baselines: { nothing: BaselineTotals; retry_only: BaselineTotals } | null;
}

/** `npm run lab`. Returns the exit code: 1 when something is not as it should be. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const parsed = parseArguments(args);
    if (parsed.kind === "help") {
      console.log(USAGE);
      return 0;
    }
    const { options } = parsed;
    const chosen = choose(options.only);
    if (options.list) {
      for (const { name, title, healable } of chosen) {
        console.log(`${name.padEnd(20)} ${title}${healable ? "" : " (no action can heal it)"}`);
      }
      return 0;
    }
    const result = await runLab(options, chosen, options.json ? () => {} : console.log);
    console.log(
      options.json ? JSON.stringify(result, null, 2) : describeTotals(result.totals, result.baselines),
    );
    const { totals } = result;
    return totals.healed === totals.healable && totals.false_heals === 0 && totals.objections === 0 ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

function choose(only: readonly string[]): Scenario[] {
  const unknown = only.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown.length > 0) throw new Error(`There is no scenario ${unknown.join(", ")}. See --list.`);
  return SCENARIOS.filter(({ name }) => only.length === 0 || only.includes(name));
}

/** Runs the scenarios, on a throwaway Postgres unless a database is named. */
export async function runLab(
  options: LabArguments,
  scenarios: readonly Scenario[],
  tell: (line: string) => void,
): Promise<LabResult> {
  // The team's chat is on this machine, which messages otherwise never reach.
  Deno.env.set("PRUNELLA_ALLOW_LOOPBACK_TARGETS", "true");
  const logPath = await Deno.makeTempFile({ prefix: "prunella-lab-", suffix: ".log" });
  const logs = await logToFile(logPath);
  let server: PostgresServer | null = null;
  if (!options.databaseUrl) server = await startPostgres({ settings: { max_connections: "200" } });
  const databaseUrl = options.databaseUrl ?? server!.url;
  try {
    const platform = await startPlatform({ port: 0, memory: true, databaseUrl, log: logs.log });
    try {
      const lab: LabOptions = {
        platform,
        databaseUrl,
        seed: options.seed,
        reviewMs: options.reviewMs,
        baselineMs: BASELINE_MS,
        timeline: options.timeline ? tell : undefined,
      };
      const database = await describeDatabase(platform);
      tell(`${scenarios.length} scenarios, ${options.lanes} at a time, on ${database} ...\n`);
      await warmUp(platform);
      const outcomes = await inLanes(scenarios, options.lanes, async (scenario) => {
        const outcome = await runScenario(lab, scenario).catch((error) => notRun(scenario, error));
        tell(describeOutcome(outcome));
        return outcome;
      });
      return {
        bench: "lab",
        machine: await machine(),
        database,
        scenarios: outcomes,
        totals: totalsOf(outcomes),
        baselines: options.baselines ? await runBaselines(lab, scenarios, options.lanes, tell) : null,
      };
    } finally {
      await platform.stop();
    }
  } finally {
    await server?.stop();
    logs.restore();
    await Deno.remove(logPath);
  }
}

/** What the scenarios run on. Which pg_cron it is decides how soon an index begins to be built. */
async function describeDatabase(platform: Platform): Promise<string> {
  const [row] = await platform.sql(
    "select current_setting('server_version') as server, (select extversion from pg_extension where extname = 'pg_cron') as cron",
  );
  return `Postgres ${row?.server} with ${row?.cron ? `pg_cron ${row.cron}` : "the platform's own pg_cron"}`;
}

async function runBaselines(
  lab: LabOptions,
  scenarios: readonly Scenario[],
  lanes: number,
  tell: (line: string) => void,
): Promise<{ nothing: BaselineTotals; retry_only: BaselineTotals }> {
  tell(`\nThe same without Prunella, observed for ${BASELINE_MS / 1000} s each ...`);
  const healable = new Set(scenarios.filter((scenario) => scenario.healable).map(({ name }) => name));
  const run = async (retries: number): Promise<BaselineOutcome[]> => {
    const outcomes = await inLanes(
      scenarios,
      lanes,
      (scenario) =>
        runBaseline(lab, scenario, retries).catch((error) => {
          tell(`${scenario.name} could not be observed: ${error instanceof Error ? error.message : error}`);
          return null;
        }),
    );
    return outcomes.filter((outcome) => outcome !== null);
  };
  return {
    nothing: baselineTotalsOf(await run(0), healable, BASELINE_MS),
    retry_only: baselineTotalsOf(await run(RETRIES), healable, BASELINE_MS),
  };
}

/** So many at a time, in order. After a failure nothing new is begun; it is thrown when all that runs has ended. */
export async function inLanes<T, R>(
  items: readonly T[],
  lanes: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < items.length; index = next++) {
      try {
        results[index] = await work(items[index] as T);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(lanes, items.length) }, lane));
  const failure = ends.find((end) => end.status === "rejected");
  if (failure) throw failure.reason;
  return results;
}
