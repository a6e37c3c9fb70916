import { maskMessage } from "../supabase/functions/_shared/signals/templates/mask.ts";
import { type BenchRow } from "./main.ts";

export const describe = `Masking of the variable parts of messages.
--data <folder>  folder with message_parameterization_cases.json: lists of { name, input, expected } by kind
Keys: case, cases, cases_right, us_per_message. One row per kind, then the total.`;

const FILE = "message_parameterization_cases.json";
const TIMED_RUNS = 200;

interface MaskCase {
  name: string;
  input: string;
  expected: string;
}

function isCase(value: unknown): value is MaskCase {
  return typeof value === "object" && value !== null && "input" in value && typeof value.input === "string" &&
    "expected" in value && typeof value.expected === "string";
}

export async function run(args: string[]): Promise<{ results: BenchRow[] }> {
  const at = args.indexOf("--data");
  const folder = at >= 0 ? args[at + 1] : undefined;
  if (!folder) throw new Error("name the folder of cases with --data <folder>");
  const content: unknown = JSON.parse(await Deno.readTextFile(`${folder}/${FILE}`));
  if (typeof content !== "object" || content === null) throw new Error(`${FILE} holds no lists of cases`);
  const results: BenchRow[] = [];
  for (const [kind, list] of Object.entries(content)) {
    if (!Array.isArray(list)) continue;
    const cases = list.filter(isCase);
    const right = cases.filter(({ input, expected }) => maskMessage(input) === expected);
    if (args.includes("--verbose")) {
      for (const one of cases) {
        if (!right.includes(one)) {
          console.error(one.name, "\n  wanted", one.expected, "\n  got   ", maskMessage(one.input));
        }
      }
    }
    const start = performance.now();
    for (let run = 0; run < TIMED_RUNS; run++) for (const { input } of cases) maskMessage(input);
    const us = (performance.now() - start) * 1000 / TIMED_RUNS / Math.max(1, cases.length);
    results.push({
      case: kind,
      cases: cases.length,
      cases_right: right.length,
      us_per_message: Math.round(us * 100) / 100,
    });
  }
  const sum = (key: string) => results.reduce((total, row) => total + Number(row[key]), 0);
  const mean = Math.round(sum("us_per_message") / Math.max(1, results.length) * 100) / 100;
  results.push({ case: "total", cases: sum("cases"), cases_right: sum("cases_right"), us_per_message: mean });
  return { results };
}
