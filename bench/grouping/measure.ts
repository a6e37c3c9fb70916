import { TemplateMiner } from "../../supabase/functions/_shared/signals/templates/miner.ts";
import type { BenchRow } from "../main.ts";
import { type LabelledLine, printer } from "../synthetic-logs/generate.ts";
import { Random } from "../synthetic-logs/random.ts";
import { groupingAccuracy, parsingAccuracy } from "./accuracy.ts";
import { explain } from "./explain.ts";

/** Each set is fed again and again up to this many lines, so that start-up does not decide the speed. */
const TIMED_LINES = 100_000;
/** How often memory is looked at, in lines. */
const SAMPLE_EVERY = 5_000;

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

/** One labelled set: `shuffle` feeds its lines in another order, which must change nothing. */
export function measureSet(
  name: string,
  lines: readonly LabelledLine[],
  options: { shuffle: number | null; verbose: boolean },
): BenchRow {
  const positions = lines.map((_, index) => index);
  if (options.shuffle !== null) new Random(options.shuffle).shuffle(positions);
  const miner = new TemplateMiner();
  const ids: number[] = new Array(lines.length);
  for (const position of positions) ids[position] = miner.add(lines[position]!.content);
  const clusters = ids.map((id) => miner.templateOf(id));
  const texts = new Map(miner.templates().map((template) => [template.id, template.text]));
  if (options.verbose) {
    console.error(`--- ${name}`);
    explain(lines, clusters, texts);
  }
  return {
    case: name,
    lines: lines.length,
    grouping_accuracy: groupingAccuracy(lines.map((line) => line.eventId), clusters),
    parsing_accuracy: parsingAccuracy(
      lines.map((line) => line.template),
      clusters.map((cluster) => texts.get(cluster) ?? ""),
    ),
    lines_per_s: linesPerSecond(lines),
  };
}

/** A long stream that is printed while it is read: how fast, how well, and what the miner holds at its most. */
export function measureStream(sources: readonly string[], count: number, seed: number): BenchRow {
  const print = printer(sources, seed);
  const labels = new Set<string>();
  const truth = new Array<string>(count);
  const ids = new Array<number>(count);
  const miner = new TemplateMiner();
  let spent = 0;
  let shapes = 0;
  let state = 0;
  for (let from = 0; from < count; from += SAMPLE_EVERY) {
    const lines = Array.from({ length: Math.min(SAMPLE_EVERY, count - from) }, print);
    const start = performance.now();
    lines.forEach((line, index) => ids[from + index] = miner.add(line.content));
    spent += performance.now() - start;
    lines.forEach(({ eventId }, index) => {
      labels.add(eventId);
      truth[from + index] = eventId;
    });
    shapes = Math.max(shapes, miner.shapeCount);
    state = Math.max(state, JSON.stringify(miner).length);
  }
  const start = performance.now();
  const clusters = ids.map((id) => miner.templateOf(id));
  spent += performance.now() - start;
  return {
    case: `stream of ${count} lines, ${labels.size} statements`,
    lines: count,
    grouping_accuracy: groupingAccuracy(truth, clusters),
    parsing_accuracy: null,
    lines_per_s: Math.round(count / (spent / 1000)),
    shapes_at_most: shapes,
    state_kb_at_most: Math.ceil(state / 1000),
  };
}
