import { startPostgres } from "../scripts/platform/postgres.ts";
import { type Platform, startPlatform } from "../scripts/platform/start.ts";
import { breakAndHeal, type Heal } from "./loop/heal.ts";

export const describe = `From an accepted error to the decision and to the applied fix, and the lab's totals.
--heals <n>            faults that are broken and healed on each database (default 30)
--database <name>      postgres, pglite or both (default both)
--no-lab               without the lab, which takes minutes
Keys: database, decision_p50_ms, decision_p95_ms (first accepted event until the first decision is stored), applied_p50_ms,
applied_p95_ms (until the fix is applied); the lab's row: mttd_ms, mttr_ms, healable, healed, false_heals, baselines.
Times are those of the database. One fault at a time; each is a configuration change in a project of its own.`;

const DATABASES = ["postgres", "pglite"] as const;

export async function run(args: string[]): Promise<{ results: Record<string, unknown>[] }> {
  const option = (name: string) => args.includes(name) ? args[args.indexOf(name) + 1] : undefined;
  const heals = Number(option("--heals") ?? 30);
  const wanted = option("--database") ?? "both";
  const results: Record<string, unknown>[] = [];
  for (const database of DATABASES.filter((name) => wanted === "both" || wanted === name)) {
    // Functions that were loaded for one platform keep its address, so each database has a process of its own.
    results.push(
      wanted === "both"
        ? await inOwnProcess(database, heals)
        : { database, ...await measure(database, heals) },
    );
  }
  if (!args.includes("--no-lab")) results.push(await lab());
  return { results };
}

async function measure(database: (typeof DATABASES)[number], heals: number): Promise<Record<string, number>> {
  const server = database === "postgres" ? await startPostgres() : null;
  let platform: Platform | null = null;
  try {
    platform = await startPlatform({ port: 0, memory: true, studioAdmin: false, databaseUrl: server?.url });
    // The first heal warms the functions up; an isolate that is asleep is what the bench `limits` measures.
    await breakAndHeal(platform);
    const done: Heal[] = [];
    for (let n = 0; n < heals; n++) {
      done.push(await breakAndHeal(platform));
      console.error(`${database}: heal ${n + 1} of ${heals}`);
    }
    const decision = done.map((heal) => heal.decisionMs);
    const applied = done.map((heal) => heal.appliedMs);
    return {
      heals,
      decision_p50_ms: quantile(decision, 0.5),
      decision_p95_ms: quantile(decision, 0.95),
      applied_p50_ms: quantile(applied, 0.5),
      applied_p95_ms: quantile(applied, 0.95),
    };
  } finally {
    await platform?.stop();
    await server?.stop();
  }
}

async function inOwnProcess(database: string, heals: number): Promise<Record<string, unknown>> {
  const script = new URL("main.ts", import.meta.url).pathname;
  const { results } = await jsonOf<{ results: [Record<string, unknown>] }>(script, [
    "loop",
    "--database",
    database,
    "--heals",
    String(heals),
    "--no-lab",
    "--json",
  ]);
  return results[0];
}

/** What a program of ours prints. */
async function jsonOf<T>(script: string, args: string[]): Promise<T> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", script, ...args],
    stderr: "inherit",
  }).output();
  const text = new TextDecoder().decode(stdout);
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new Error(`${script} ${args.join(" ")} printed no JSON: ${text.slice(0, 500)}`, { cause });
  }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? NaN);
}

/** The lab's own run, with its baselines, in a process of its own. */
async function lab(): Promise<Record<string, unknown>> {
  const script = new URL("../scripts/lab.ts", import.meta.url).pathname;
  const report = await jsonOf<{ totals?: Record<string, unknown>; baselines?: unknown }>(script, ["--json"]);
  return { case: "lab", ...report.totals, baselines: report.baselines };
}
