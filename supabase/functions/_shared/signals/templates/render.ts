import { scanLine } from "./scan.ts";
import { VARIABLE } from "./vocabulary.ts";

interface Rendered {
  sample: string;
  count: number;
  values: (string | null)[];
}

/** A name with a digit in it, which belongs to the text when it never changes: `ssh2`, `jk2_init`, `L1`. */
const NAME_WITH_DIGITS = /^[A-Za-z_][A-Za-z_.-]*\d{1,2}(?:[A-Za-z_][\w.-]*)?$/;

/** The same with any number, for what was seen often enough to be sure. */
const LASTING_NAME = /^[A-Za-z][\w-]*$/;
const LINES_TO_BE_SURE = 3;

/** Values that were the same in every line of every shape and look like names, by their place. */
function constantValues(shapes: readonly Rendered[]): (string | null)[] {
  const [first, ...others] = shapes;
  const lines = shapes.reduce((sum, shape) => sum + shape.count, 0);
  return first!.values.map((value, index) => {
    if (value === null || !others.every((other) => other.values[index] === value)) return null;
    const isName = NAME_WITH_DIGITS.test(value) || (lines >= LINES_TO_BE_SURE && LASTING_NAME.test(value));
    return isName ? value : null;
  });
}

/**
 * A template as text: the sample of the most frequent shape with `<*>` at its variable parts and at the words that were
 * found to be values. `tokens` are those of the template.
 */
export function renderTemplate(tokens: readonly string[], shapes: readonly Rendered[]): string {
  const sorted = shapes.toSorted((a, b) => b.count - a.count);
  const sample = sorted.find((shape) => scanLine(shape.sample).tokens.length === tokens.length) ?? sorted[0]!;
  const scanned = scanLine(sample.sample);
  const constants = constantValues([sample, ...sorted.filter((shape) => shape !== sample)]);
  // Words that were found to be values; what is a value by its form is known by its place in the line.
  const opened: [number, number][] = [];
  scanned.tokens.forEach((token, index) => {
    const start = scanned.starts[index]!;
    if (token !== VARIABLE && tokens.length === scanned.tokens.length && tokens[index] === VARIABLE) {
      opened.push([start, start + token.length]);
    }
  });
  const spans: [number, number, string | null][] = opened.map(([start, end]) => [start, end, null]);
  for (let i = 0; i < scanned.spans.length; i += 2) {
    spans.push([scanned.spans[i]!, scanned.spans[i + 1]!, constants[i / 2] ?? null]);
  }
  spans.sort((a, b) => a[0] - b[0]);
  let text = "";
  let at = 0;
  for (const [start, end, constant] of spans) {
    if (start < at) continue;
    text += sample.sample.slice(at, start) + (constant ?? VARIABLE);
    at = end;
  }
  return text + sample.sample.slice(at);
}
