/**
 * Runs one bench: `npm run bench -- <name> [--json] [arguments of the bench]`.
 * A bench is a file of this folder that exports `describe` (one line, or more for its arguments) and `run(args)`.
 */

/** One row of a bench's outcome: flat, so that it fits a table. */
export type BenchRow = Record<string, string | number | boolean | null>;

export interface Bench {
  describe: string;
  run(args: string[]): Promise<{ results: unknown[] }>;
}

const FOLDER = new URL(".", import.meta.url);

async function benchNames(): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(FOLDER)) {
    if (!entry.isFile || !entry.name.endsWith(".ts") || entry.name === "main.ts") continue;
    names.push(entry.name.slice(0, -".ts".length));
  }
  return names.sort();
}

async function load(name: string): Promise<Bench | null> {
  const module: Partial<Bench> = await import(new URL(`${name}.ts`, FOLDER).href);
  return typeof module.run === "function" ? { describe: module.describe ?? "", run: module.run } : null;
}

async function machine(): Promise<Record<string, string | number>> {
  const cpu = await Deno.readTextFile("/proc/cpuinfo").then(
    (text) => /^model name\s*:\s*(.+)$/m.exec(text)?.[1] ?? "unknown",
    () => "unknown",
  );
  return {
    os: Deno.build.os,
    arch: Deno.build.arch,
    cpu,
    cores: navigator.hardwareConcurrency,
    memory_mb: Math.round(Deno.systemMemoryInfo().total / 1024 / 1024),
    deno: Deno.version.deno,
    v8: Deno.version.v8,
  };
}

function isRow(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function cell(value: unknown): string {
  if (typeof value === "number" && !Number.isInteger(value)) return value.toFixed(4);
  if (typeof value === "string") return value;
  return value === undefined ? "" : JSON.stringify(value);
}

/** Rows as a table with aligned columns. */
export function table(results: readonly unknown[]): string {
  const rows = results.filter(isRow);
  if (rows.length < results.length || rows.length === 0) return JSON.stringify(results, null, 2);
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [keys, ...rows.map((row) => keys.map((key) => cell(row[key])))];
  const widths = keys.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const numeric = keys.map((key) =>
    rows.every((row) => row[key] === undefined || typeof row[key] === "number")
  );
  return lines.map((line) =>
    line.map((text, column) =>
      numeric[column] ? text.padStart(widths[column]!) : text.padEnd(widths[column]!)
    )
      .join("  ").trimEnd()
  ).join("\n");
}

/** What a bench says of itself, read from its source: listing the benches must not start them. Null for other files. */
async function description(name: string): Promise<string | null> {
  const source = await Deno.readTextFile(new URL(`${name}.ts`, FOLDER));
  const found = /^export const describe =\s*(?:`([^`]*)`|"([^"]*)"|'([^']*)')/m.exec(source);
  return found && /^export (?:(?:async )?function run|const run)\b/m.test(source)
    ? found[1] ?? found[2] ?? found[3] ?? ""
    : null;
}

async function usage(names: string[]): Promise<string> {
  const lines = ["npm run bench -- <name> [--json] [arguments]", "", "Benches:"];
  for (const name of names) {
    const text = await description(name);
    if (text !== null) lines.push(`  ${name.padEnd(14)} ${text.split("\n").join(`\n${" ".repeat(17)}`)}`);
  }
  lines.push("", "--json prints one JSON object { bench, machine, results } instead of a table.");
  return lines.join("\n");
}

/** Runs the command line; the number is the exit code. */
export async function main(args: string[]): Promise<number> {
  const names = await benchNames();
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h") {
    console.log(await usage(names));
    return name === undefined ? 2 : 0;
  }
  const bench = names.includes(name) ? await load(name) : null;
  if (!bench) {
    console.error(`There is no bench "${name}". Choose one of: ${names.join(", ")}. See --help.`);
    return 2;
  }
  if (rest.includes("--help") || rest.includes("-h")) {
    console.log(`npm run bench -- ${name} [--json] [arguments]\n\n${bench.describe}`);
    return 0;
  }
  const json = rest.includes("--json");
  let results: unknown[];
  try {
    ({ results } = await bench.run(rest.filter((argument) => argument !== "--json")));
  } catch (error) {
    console.error(`The bench "${name}" failed: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
  console.log(
    json ? JSON.stringify({ bench: name, machine: await machine(), results }, null, 2) : table(results),
  );
  return 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
