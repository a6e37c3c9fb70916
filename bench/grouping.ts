import { TemplateMiner } from "../supabase/functions/_shared/signals/templates/miner.ts";
import { type BenchRow } from "./main.ts";

export const describe =
  `Template mining on labelled log sets, one setting for all of them, only the message as input.
--data <folder>  folder of *log_structured.csv files (columns Content, EventId, EventTemplate)
--shuffle <seed> feed the lines in another order
--verbose        also list what was split or mixed
Keys: case, lines, grouping_accuracy, parsing_accuracy, lines_per_s. The last row is the mean.`;

/** Each set is fed again and again up to this many lines, so that start-up does not decide the speed. */
const TIMED_LINES = 100_000;

interface LabelledLine {
  content: string;
  eventId: string;
  template: string;
}

/** Rows of a CSV text (RFC 4180): quoted cells may hold commas, quotes and line breaks. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[i + 1] === '"') {
        cell += '"';
        i++;
      } else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === ",") {
      row.push(cell);
      cell = "";
    } else if (character === "\n") {
      row.push(cell.endsWith("\r") ? cell.slice(0, -1) : cell);
      rows.push(row);
      row = [];
      cell = "";
    } else cell += character;
  }
  if (cell !== "" || row.length > 0) rows.push([...row, cell]);
  return rows;
}

function labelledLines(csv: string, name: string): LabelledLine[] {
  const [header, ...rows] = parseCsv(csv.replace(/^\ufeff/, ""));
  const column = (title: string) => {
    const index = header?.indexOf(title) ?? -1;
    if (index < 0) throw new Error(`${name} has no column "${title}"`);
    return index;
  };
  const content = column("Content");
  const eventId = column("EventId");
  const template = column("EventTemplate");
  return rows.filter((row) => row.length > Math.max(content, eventId, template)).map((row) => ({
    content: row[content]!,
    eventId: row[eventId]!,
    template: row[template]!,
  }));
}

/** Share of lines whose cluster holds exactly the lines of their true template. */
export function groupingAccuracy(truth: readonly string[], clusters: readonly number[]): number {
  const linesOf = new Map<string, number[]>();
  const sizes = new Map<number, number>();
  truth.forEach((label, index) => {
    const lines = linesOf.get(label);
    if (lines) lines.push(index);
    else linesOf.set(label, [index]);
    sizes.set(clusters[index]!, (sizes.get(clusters[index]!) ?? 0) + 1);
  });
  let right = 0;
  for (const lines of linesOf.values()) {
    const cluster = clusters[lines[0]!]!;
    if (sizes.get(cluster) === lines.length && lines.every((line) => clusters[line] === cluster)) {
      right += lines.length;
    }
  }
  return truth.length === 0 ? 0 : right / truth.length;
}

/**
 * Templates as the literature compares them: a word that holds a variable is a variable, numbers are variables, and
 * variables side by side are one.
 */
export function comparableTemplate(template: string): string {
  let text = template.replace(/\s+/g, " ").trim()
    .split(/([\s,!;:=|"'[\](){}])/)
    .map((part) =>
      /<\*>/.test(part) || /^[+-]?\d+(?:\.\d+)*$/.test(part) || /^0x[0-9a-f]+$/i.test(part) ? "<*>" : part
    )
    .join("");
  for (let before = ""; before !== text;) {
    before = text;
    text = text.replace(/<\*>[ .,:;/@#+_-]*<\*>/g, "<*>");
  }
  return text;
}

/** A seeded order of the numbers below `count` (mulberry32, Fisher-Yates). */
function order(count: number, seed: number): number[] {
  const numbers = Array.from({ length: count }, (_, index) => index);
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [numbers[i], numbers[j]] = [numbers[j]!, numbers[i]!];
  }
  return numbers;
}

/** Speed of the pass and of finding the templates after it: the best of three, so that other work counts least. */
function linesPerSecond(lines: readonly LabelledLine[]): number {
  let best = Infinity;
  for (let attempt = 0; attempt < 3; attempt++) {
    const miner = new TemplateMiner();
    const ids = new Set<number>();
    const start = performance.now();
    for (let count = 0; count < TIMED_LINES; count++) {
      ids.add(miner.add(lines[count % lines.length]!.content));
    }
    for (const id of ids) miner.templateOf(id);
    best = Math.min(best, performance.now() - start);
  }
  return Math.round(TIMED_LINES / (best / 1000));
}

function explain(
  lines: readonly LabelledLine[],
  clusters: readonly number[],
  texts: Map<number, string>,
): void {
  const count = (keys: readonly (string | number)[], values: readonly (string | number)[]) => {
    const map = new Map<string | number, Map<string | number, number>>();
    keys.forEach((key, index) => {
      const inner = map.get(key) ?? map.set(key, new Map()).get(key)!;
      inner.set(values[index]!, (inner.get(values[index]!) ?? 0) + 1);
    });
    return [...map].filter(([, inner]) => inner.size > 1);
  };
  const truth = lines.map((line) => line.eventId);
  const templateOf = new Map(lines.map((line) => [line.eventId, line.template]));
  for (const [id, inner] of count(truth, clusters)) {
    console.error(`split: ${templateOf.get(String(id))}`);
    for (const [cluster, n] of [...inner].slice(0, 8)) {
      console.error(`   ${n}  ${texts.get(Number(cluster))}`);
    }
  }
  for (const [cluster, inner] of count(clusters, truth)) {
    console.error(`mixed: ${texts.get(Number(cluster))}`);
    for (const [id, n] of [...inner].slice(0, 8)) console.error(`   ${n}  ${templateOf.get(String(id))}`);
  }
}

function measure(name: string, lines: LabelledLine[], seed: number | null, verbose: boolean): BenchRow {
  const positions = seed === null ? lines.map((_, index) => index) : order(lines.length, seed);
  const miner = new TemplateMiner();
  const ids: number[] = new Array(lines.length);
  for (const position of positions) ids[position] = miner.add(lines[position]!.content);
  const clusters = ids.map((id) => miner.templateOf(id));
  const texts = new Map(miner.templates().map((template) => [template.id, template.text]));
  const wanted = new Map<string, string>();
  const parsed = lines.filter(({ template }, index) => {
    let comparable = wanted.get(template);
    if (comparable === undefined) wanted.set(template, comparable = comparableTemplate(template));
    return comparable === comparableTemplate(texts.get(clusters[index]!) ?? "");
  });
  if (verbose) {
    console.error(`--- ${name}`);
    explain(lines, clusters, texts);
    const missed = new Map<string, string>();
    lines.forEach((line, index) => {
      const text = texts.get(clusters[index]!) ?? "";
      if (comparableTemplate(line.template) !== comparableTemplate(text)) missed.set(line.template, text);
    });
    for (const [template, text] of [...missed].slice(0, 40)) {
      console.error(`template: ${template}\n     got: ${text}`);
    }
  }
  return {
    case: name,
    lines: lines.length,
    grouping_accuracy: groupingAccuracy(lines.map((line) => line.eventId), clusters),
    parsing_accuracy: lines.length === 0 ? 0 : parsed.length / lines.length,
    lines_per_s: linesPerSecond(lines),
  };
}

function option(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
}

export async function run(args: string[]): Promise<{ results: BenchRow[] }> {
  const folder = option(args, "--data");
  if (!folder) throw new Error("name the folder of *log_structured.csv files with --data <folder>");
  const seedText = option(args, "--shuffle");
  const seed = seedText === undefined ? null : Number(seedText);
  const files: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isFile && entry.name.endsWith("log_structured.csv")) files.push(entry.name);
  }
  if (files.length === 0) throw new Error(`no *log_structured.csv files in ${folder}`);
  const results: BenchRow[] = [];
  for (const file of files.sort()) {
    const lines = labelledLines(await Deno.readTextFile(`${folder}/${file}`), file);
    if (lines.length === 0) throw new Error(`${file} has no lines`);
    const name = file.replace(/_\d+k\.log_structured\.csv$|\.?log_structured\.csv$/, "");
    results.push(measure(name, lines, seed, args.includes("--verbose")));
  }
  const mean = (key: string) => results.reduce((sum, row) => sum + Number(row[key]), 0) / results.length;
  results.push({
    case: "mean",
    lines: Math.round(results.reduce((sum, row) => sum + Number(row.lines), 0)),
    grouping_accuracy: mean("grouping_accuracy"),
    parsing_accuracy: mean("parsing_accuracy"),
    lines_per_s: Math.round(mean("lines_per_s")),
  });
  return { results };
}
