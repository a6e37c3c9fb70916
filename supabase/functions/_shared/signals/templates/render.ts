import { scanLine } from "./scan.ts";
import { UNITS, VARIABLE } from "./vocabulary.ts";

interface Rendered {
  sample: string;
  count: number;
  values: (string | null)[];
  varies: boolean;
  /** How many tokens of the sample each token of the template stands for; null when they do not correspond. */
  widths: number[] | null;
}

/** A name with a digit in it, which belongs to the text when it never changes: `utf8`, `log4j_init`, `L1`. */
const NAME_WITH_DIGITS = /^[A-Za-z_][A-Za-z_.-]*\d{1,2}(?:[A-Za-z_][\w.-]*)?$/;
/** The same with any number, for what was seen often enough to be sure. */
const LASTING_NAME = /^[A-Za-z][\w-]*$/;
const LINES_TO_BE_SURE = 3;

/** For each token of the sample, the token of the template that stands for it. */
function placesOf(shape: Rendered, tokenCount: number): number[] {
  if (shape.widths === null) return Array.from({ length: tokenCount }, (_, index) => index);
  return shape.widths.flatMap((width, place) => new Array<number>(width).fill(place));
}

/** Values of a shape by the token of the template and the place in it that they belong to. */
function valuesByPlace(shape: Rendered): Map<string, string | null> {
  const byPlace = new Map<string, string | null>();
  const counts = new Map<number, number>();
  const scanned = scanLine(shape.sample);
  const places = placesOf(shape, scanned.tokens.length);
  scanned.owners.forEach((owner, index) => {
    const place = owner < 0 ? owner : places[owner] ?? owner;
    const nth = counts.get(place) ?? 0;
    counts.set(place, nth + 1);
    // What a word was seen for is no constant, nor is what is only a part of the value.
    const isWhole = owner < 0 || (shape.widths?.[place] ?? 1) === 1;
    byPlace.set(`${place}.${nth}`, isWhole ? shape.values[index] ?? null : null);
  });
  return byPlace;
}

/** Values that were the same in every line of every shape and look like names, by their place. */
function constantValues(shapes: readonly Rendered[]): Map<string, string> {
  const lines = shapes.reduce((sum, shape) => sum + shape.count, 0);
  const [first, ...others] = shapes.map(valuesByPlace);
  const constants = new Map<string, string>();
  for (const [place, value] of first!) {
    if (value === null || !others.every((other) => other.get(place) === value)) continue;
    if (
      value === "" || UNITS.has(value) || NAME_WITH_DIGITS.test(value) ||
      (lines >= LINES_TO_BE_SURE && LASTING_NAME.test(value))
    ) {
      constants.set(place, value);
    }
  }
  return constants;
}

/** A part in parentheses that only some lines have, with its blanks: the template must fit lines without it too. */
function widened(sample: string, start: number, end: number): [number, number] {
  let from = start;
  let to = end;
  while (from > 0 && /[\s(]/.test(sample[from - 1]!)) from--;
  while (to < sample.length && /[\s)]/.test(sample[to]!)) to++;
  return [from, to];
}

/**
 * A template as text: the sample of the most frequent shape with `<*>` at its variable parts and at the words that were
 * found to be values. `tokens` are those of the template.
 */
export function renderTemplate(tokens: readonly string[], shapes: readonly Rendered[]): string {
  const sorted = shapes.toSorted((a, b) => b.count - a.count);
  const best = sorted.find((shape) => shape.widths !== null) ?? sorted[0]!;
  const scanned = scanLine(best.sample);
  const places = placesOf(best, scanned.tokens.length);
  const constants = constantValues([best, ...sorted.filter((shape) => shape !== best)]);
  const parts: [number, number, string][] = [];
  // Words that were found to be values; what is a value by its form is known by its place in the line.
  if (best.widths !== null) {
    let first = 0;
    best.widths.forEach((width, place) => {
      const last = first + width - 1;
      if (tokens[place] === VARIABLE && (width > 1 || scanned.tokens[first] !== VARIABLE)) {
        parts.push([scanned.starts[first]!, scanned.ends[last]!, VARIABLE]);
      }
      first = last + 1;
    });
  }
  const counts = new Map<number, number>();
  scanned.owners.forEach((owner, index) => {
    const place = owner < 0 ? owner : places[owner] ?? owner;
    const nth = counts.get(place) ?? 0;
    counts.set(place, nth + 1);
    let start = scanned.spans[2 * index]!;
    let end = scanned.spans[2 * index + 1]!;
    if (owner < 0 && best.varies) [start, end] = widened(best.sample, start, end);
    parts.push([start, end, constants.get(`${place}.${nth}`) ?? VARIABLE]);
  });
  parts.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  let text = "";
  let at = 0;
  for (const [start, end, shown] of parts) {
    if (start < at) continue;
    text += best.sample.slice(at, start) + shown;
    at = end;
  }
  return text + best.sample.slice(at);
}
