import { VARIABLE } from "./vocabulary.ts";

/** A masked line that was seen, with how often. Tokens are replaced as places are found to be variable. */
export interface Shape {
  tokens: string[];
  /** How many tokens of the scanned line each token stands for; null when they no longer correspond. */
  widths: number[] | null;
  /** Whether words were seen at each token, so that it is a value by comparison and not by form. */
  opened: boolean[];
  count: number;
}

/** Shapes with equal tokens, as one. */
export interface Candidate {
  tokens: string[];
  count: number;
  shapes: Shape[];
}

const PUNCTUATION = /^[^\p{L}\p{N}<]+$/u;
const punctuationCache = new Map<string, boolean>();
const MAX_PUNCTUATION_CACHE = 10_000;

/** Whether a token is a word: neither punctuation nor `<*>`. */
export function isWord(token: string): boolean {
  if (token === VARIABLE) return false;
  let known = punctuationCache.get(token);
  if (known === undefined) {
    if (punctuationCache.size >= MAX_PUNCTUATION_CACHE) punctuationCache.clear();
    punctuationCache.set(token, known = PUNCTUATION.test(token));
  }
  return !known;
}

/** Tokens of one value: names and titles have few. */
export const MAX_GAP = 6;
/** Punctuation inside a value. */
const INNER = new Set([",", "'", "&", "/", "-"]);

/** Whether a token may be a part of a value of several words. */
export function isInside(token: string): boolean {
  return token === VARIABLE || isWord(token) || INNER.has(token);
}

/** Shapes by their tokens. */
export function distinct(shapes: readonly Shape[]): Candidate[] {
  const byKey = new Map<string, Candidate>();
  for (const shape of shapes) {
    const key = shape.tokens.join(" ");
    const known = byKey.get(key);
    if (known) {
      known.count += shape.count;
      known.shapes.push(shape);
    } else byKey.set(key, { tokens: shape.tokens, count: shape.count, shapes: [shape] });
  }
  return [...byKey.values()];
}

/** How many tokens beside a value belong to it: values without anything between, and items of a list. */
function reachOf(next: string | undefined, afterwards: string | undefined): number {
  return next === VARIABLE ? 1 : next === "," && afterwards === VARIABLE ? 2 : 0;
}

/** Replaces the tokens from `from` to before `to` by one `<*>`, which swallows values beside it. */
export function openGap(candidate: Candidate, from: number, to: number): void {
  const { tokens } = candidate;
  let start = from;
  let end = to;
  for (let step = 0; (step = reachOf(tokens[start - 1], tokens[start - 2])) > 0;) start -= step;
  for (let step = 0; (step = reachOf(tokens[end], tokens[end + 1])) > 0;) end += step;
  const sum = (widths: readonly number[]) => widths.reduce((total, width) => total + width, 0);
  for (const shape of candidate.shapes) {
    const hasWords = shape.tokens.slice(start, end).some((token, index) =>
      token !== VARIABLE || shape.opened[start + index]!
    );
    shape.opened = [...shape.opened.slice(0, start), hasWords, ...shape.opened.slice(end)];
    shape.tokens = [...shape.tokens.slice(0, start), VARIABLE, ...shape.tokens.slice(end)];
    shape.widths = shape.widths &&
      [...shape.widths.slice(0, start), sum(shape.widths.slice(start, end)), ...shape.widths.slice(end)];
  }
  candidate.tokens = candidate.shapes[0]!.tokens;
}

/** Opens single places; values side by side become one. */
export function openPlaces(candidate: Candidate, positions: readonly number[]): void {
  for (const position of positions.toSorted((a, b) => b - a)) openGap(candidate, position, position + 1);
}

/** The most tokens that each token of a candidate stands for, over its shapes. */
export function widest(candidate: Candidate): number[] {
  return candidate.tokens.map((_, position) =>
    Math.max(1, ...candidate.shapes.map((shape) => shape.widths?.[position] ?? 1))
  );
}
