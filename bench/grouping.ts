import { labelledFiles, labelledLines, setName } from "./grouping/csv.ts";
import { measureSet, measureStream } from "./grouping/measure.ts";
import { type BenchRow } from "./main.ts";
import { linesOf } from "./synthetic-logs/generate.ts";
import { isHeldOut, STYLES } from "./synthetic-logs/styles.ts";

export const describe =
  `Template mining on labelled log sets, one setting for all of them, only the message as input.
--data <folder>    folder of *log_structured*.csv files, also in folders in it (columns Content, EventId, EventTemplate)
--synthetic        instead, lines printed from known statements of 15 kinds of programs, a row for each kind
  --part <which>   held-out (usual), developed or all: the half that development never looked at, the other, or both
  --lines <n>      lines of each kind (2000)
  --stream <n>     also one stream of n lines of all kinds, with the most that the miner holds
  --seed <n>       other values, frequencies and order (1)
--shuffle <seed>   feed the lines in another order
--verbose          also list what was split or mixed
Keys: case, lines, grouping_accuracy, parsing_accuracy (null without true templates), lines_per_s; for streams also
shapes_at_most and state_kb_at_most. The mean is over all sets.`;

const LINES = 2_000;

function option(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
}

function whole(args: readonly string[], name: string): number | null {
  const text = option(args, name);
  if (text === undefined) return null;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} needs a whole number, not "${text}"`);
  return Number(text);
}

function meanRow(results: readonly BenchRow[]): BenchRow {
  const mean = (key: string) => {
    const numbers = results.map((row) => row[key]).filter((value) => typeof value === "number");
    return numbers.length === 0 ? null : numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  };
  return {
    case: "mean",
    lines: results.reduce((sum, row) => sum + Number(row.lines), 0),
    grouping_accuracy: mean("grouping_accuracy"),
    parsing_accuracy: mean("parsing_accuracy"),
    lines_per_s: Math.round(mean("lines_per_s") ?? 0),
  };
}

/** Which statements `--part` asks for. */
function chosen(part: string): (statement: string) => boolean {
  if (part === "held-out") return isHeldOut;
  if (part === "developed") return (statement) => !isHeldOut(statement);
  if (part === "all") return () => true;
  throw new Error(`--part is held-out, developed or all, not "${part}"`);
}

export async function run(args: string[]): Promise<{ results: BenchRow[] }> {
  const options = { shuffle: whole(args, "--shuffle"), verbose: args.includes("--verbose") };
  if (args.includes("--synthetic")) {
    const seed = whole(args, "--seed") ?? 1;
    const isChosen = chosen(option(args, "--part") ?? "held-out");
    const results = STYLES.map(({ name, statements }) =>
      measureSet(name, linesOf(statements.filter(isChosen), whole(args, "--lines") ?? LINES, seed), options)
    );
    results.push(meanRow(results));
    const stream = whole(args, "--stream");
    if (stream !== null) {
      results.push(
        measureStream(STYLES.flatMap(({ statements }) => statements.filter(isChosen)), stream, seed),
      );
    }
    return { results };
  }
  const folder = option(args, "--data");
  if (!folder) {
    throw new Error("name the folder of *log_structured.csv files with --data <folder>, or --synthetic");
  }
  const files = await labelledFiles(folder);
  if (files.length === 0) throw new Error(`no *log_structured.csv files in ${folder}`);
  const results: BenchRow[] = [];
  for (const file of files) {
    const lines = labelledLines(await Deno.readTextFile(file), file);
    if (lines.length === 0) throw new Error(`${file} has no lines`);
    results.push(measureSet(setName(file), lines, options));
  }
  results.push(meanRow(results));
  return { results };
}
