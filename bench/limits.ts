import { startPlatform } from "../scripts/platform/start.ts";
import type { Platform } from "../scripts/platform/start.ts";
import { cpuMs, peakMemoryMb } from "./limits/process.ts";
import { type Kind, REQUESTS } from "./limits/requests.ts";

export const describe = `Import time, CPU and memory of every edge function.
  --runs <n>      fresh processes per import time (median; default 7)
  --calls <n>     calls per kind of request (default 100)
import_ms: importing the function in a fresh process. cpu_ms: CPU time of its process per call, of the heaviest kind of
request, warm. memory_mb: the most that its process, Deno included, ever had resident, with the heap limit of an edge function.`;

const FUNCTIONS = new URL("../supabase/functions/", import.meta.url);
/** Calls before measuring: code is compiled on first use, which hosted isolates do once as well. */
const WARM_UP_CALLS = 20;
/** MB. The edge runtime limits an isolate's heap like this; V8 sizes its generations, and so how lazily it collects, by the limit. */
const HEAP_LIMIT_MB = 256;
/** Requests under way at once, so that the process is not measured idling. */
const CONCURRENCY = 4;

export interface LimitsRow {
  case: string;
  import_ms: number;
  cpu_ms: number;
  memory_mb: number;
}

export async function run(args: string[]): Promise<{ results: LimitsRow[] }> {
  const runs = numberAfter(args, "--runs", 7);
  const calls = numberAfter(args, "--calls", 100);
  const names = await functionNames();
  const unknown = names.filter((name) => !(name in REQUESTS));
  if (unknown.length > 0) {
    throw new Error(`bench/limits/requests.ts has no requests for ${unknown.join(", ")}: add them`);
  }

  const importMs = new Map<string, number>();
  for (const name of names) importMs.set(name, await medianImportMs(name, runs));

  const results: LimitsRow[] = [];
  const platform = await startPlatform({ port: 0, memory: true, cron: false, log: () => {} });
  try {
    for (const name of names) {
      const { cpu, memory } = await measureCalls(name, platform, calls);
      results.push({
        case: name,
        import_ms: round(importMs.get(name)!),
        cpu_ms: round(cpu),
        memory_mb: round(memory),
      });
    }
  } finally {
    await platform.stop();
  }
  return { results };
}

/** The folders that are deployed as functions. */
export async function functionNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(FUNCTIONS)) {
    const index = new URL(`${entry.name}/index.ts`, FUNCTIONS);
    if (entry.isDirectory && await Deno.stat(index).then(() => true, () => false)) names.push(entry.name);
  }
  return names.sort();
}

async function medianImportMs(name: string, runs: number): Promise<number> {
  const times: number[] = [];
  // The first run fills Deno's cache of transpiled files, as deploying does; it is not counted.
  for (let i = 0; i <= runs; i++) {
    const { code, stdout, stderr } = await deno("import.ts", name).output();
    if (code !== 0) throw new Error(`${name} cannot be imported: ${new TextDecoder().decode(stderr)}`);
    if (i > 0) times.push(Number(new TextDecoder().decode(stdout)));
  }
  return median(times);
}

async function measureCalls(
  name: string,
  platform: Platform,
  calls: number,
): Promise<{ cpu: number; memory: number }> {
  const child = deno("serve.ts", name).spawn();
  try {
    const url = `http://127.0.0.1:${await firstLine(child.stdout)}/${name}`;
    // The database's wake-up calls go to the measured process as well.
    await platform.sql(
      "select vault.update_secret(id, $1) from vault.secrets where name = 'prunella_functions_url'",
      [url.slice(0, -name.length - 1)],
    );
    let cpu = 0;
    for (const kind of await REQUESTS[name]!(platform)) {
      await callMany(url, kind, 0, WARM_UP_CALLS);
      const before = await cpuMs(child.pid);
      await callMany(url, kind, WARM_UP_CALLS, WARM_UP_CALLS + calls);
      cpu = Math.max(cpu, (await cpuMs(child.pid) - before) / calls);
    }
    return { cpu, memory: await peakMemoryMb(child.pid) };
  } finally {
    child.kill();
    await child.status;
  }
}

async function callMany(url: string, kind: Kind, from: number, to: number): Promise<void> {
  let next = from;
  // Changes name the version they saw, so requests that write must come one after another.
  const writes = ["PUT", "PATCH", "DELETE"].includes(kind.request(0).init?.method ?? "GET");
  const worker = async () => {
    while (next < to) {
      const n = next++;
      await kind.prepare?.(n);
      const { path, init } = kind.request(n);
      const response = await fetch(`${url}${path}`, init);
      const text = await response.text();
      if (!response.ok) throw new Error(`${kind.name}: ${response.status} ${text.slice(0, 300)}`);
    }
  };
  await Promise.all(Array.from({ length: writes ? 1 : CONCURRENCY }, worker));
}

// The child gets this process's environment, into which the platform has put what functions need.
function deno(script: string, name: string): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      `--v8-flags=--max-heap-size=${HEAP_LIMIT_MB}`,
      new URL(`limits/${script}`, import.meta.url).href,
      new URL(`${name}/index.ts`, FUNCTIONS).href,
    ],
    stdout: "piped",
    stderr: script === "import.ts" ? "piped" : "inherit",
  });
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream.values({ preventCancel: true })) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes("\n")) return text.slice(0, text.indexOf("\n"));
  }
  throw new Error("The function's process ended before it listened");
}

function numberAfter(args: string[], name: string, fallback: number): number {
  const at = args.indexOf(name);
  if (at < 0) return fallback;
  const value = Number(args[at + 1]);
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} wants a positive whole number`);
  return value;
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const round = (value: number): number => Math.round(value * 10) / 10;
