import { isEnclosed, isVerbPlace, OPEN_AT_FLOWING } from "./evidence.ts";
import { type Candidate, isInside, isWord, MAX_GAP, openGap } from "./shape.ts";
import { keyOf, mix, type TokenHashes } from "./token-hashes.ts";
import { FUNCTION_WORDS, HTTP_METHODS, PROSE, VARIABLE } from "./vocabulary.ts";

/** Lines with more tokens are data for the most part; comparing all their parts would cost too much. */
const MAX_TOKENS = 48;
/** Fixed words around a gap. */
const ANCHORS = 2;
/** Different parts from which on they are values: one more than of single words, since parts of sentences are longer. */
const OPEN_AT = 5;
/** More values are needed of what may be the end of a sentence, or its begin. */
const OPEN_END = 2;
/** After these a text stands that may be anything. */
const LEADS_TO_TEXT = new Set([":", "=", "(", "[", '"', "'", "`"]);

const SEED_HIGH = 0x27d4eb2f;
const SEED_LOW = 0x165667b1;
/** Tells ends of lines from beginnings. */
const TAIL = 0x5bd1e995;

/** Parts that stand in for each other: all around them is equal. */
interface Alternatives {
  key: number;
  parts: Part[];
}

interface Part {
  candidate: Candidate;
  from: number;
  to: number;
}

/** Hashes of all beginnings and all ends of a line. */
function sums(hashes: readonly number[], seed: number): { heads: number[]; tails: number[] } {
  const heads = [1];
  for (const hash of hashes) heads.push(mix(heads.at(-1)!, hash, seed));
  const tails = new Array<number>(hashes.length + 1).fill(2);
  for (let i = hashes.length - 1; i >= 0; i--) tails[i] = mix(tails[i + 1]!, hashes[i]!, seed ^ TAIL);
  return { heads, tails };
}

function isEdge(token: string): boolean {
  return token === VARIABLE || isWord(token);
}

/** Lines that are equal but for a part of some words, by what is equal. */
function partsOf(candidates: readonly Candidate[], hashes: TokenHashes): Alternatives[] {
  const parts = new Map<number, Part[]>();
  for (const candidate of candidates) {
    const tokens = candidate.tokens;
    if (tokens.length > MAX_TOKENS) continue;
    const own = tokens.map((token) => hashes.of(token));
    const high = sums(own.map((hash) => hash.high), SEED_HIGH);
    const low = sums(own.map((hash) => hash.low), SEED_LOW);
    for (let from = 0; from < tokens.length; from++) {
      if (!isEdge(tokens[from]!)) continue;
      for (let to = from + 1; to <= Math.min(tokens.length, from + MAX_GAP); to++) {
        if (!isInside(tokens[to - 1]!)) break;
        if (!isEdge(tokens[to - 1]!)) continue;
        if (to - from === 1 && tokens[from] !== VARIABLE && tokens.length === 1) continue;
        const key = keyOf(
          mix(high.heads[from]!, high.tails[to]!, SEED_HIGH),
          mix(low.heads[from]!, low.tails[to]!, SEED_LOW),
        );
        const known = parts.get(key);
        if (known) known.push({ candidate, from, to });
        else parts.set(key, [{ candidate, from, to }]);
      }
    }
  }
  return [...parts].filter(([, list]) => list.length > 1).map(([key, list]) => ({ key, parts: list }));
}

/** Whether a part reads like a piece of a sentence rather than like a name. */
function isSentence(tokens: readonly string[]): boolean {
  return tokens.some((token) => FUNCTION_WORDS.has(token) || PROSE.test(token));
}

/**
 * Whether a colon follows one word alone: `warning: ` begins statements of many kinds, where `cannot open the file: `
 * is a statement that a text follows.
 */
function isLabel(tokens: readonly string[], colon: number): boolean {
  if (tokens[colon] !== ":") return false;
  let words = 0;
  for (let at = colon - 1; at >= 0 && tokens[at] !== ":"; at--) if (isWord(tokens[at]!)) words++;
  return words < 2;
}

/** Texts that end lines after a colon, with the statements before it: one that follows several is a value of them. */
function travellingTexts(candidates: readonly Candidate[]): Set<string> {
  const origins = new Map<string, string>();
  const travelling = new Set<string>();
  for (const { tokens } of candidates) {
    const colon = tokens.lastIndexOf(":");
    if (colon <= 0 || colon === tokens.length - 1 || tokens.length - colon - 1 > MAX_GAP) continue;
    const text = tokens.slice(colon + 1).join(" ");
    const origin = tokens.slice(0, colon).join(" ");
    const known = origins.get(text);
    if (known === undefined) origins.set(text, origin);
    else if (known !== origin) travelling.add(text);
  }
  return travelling;
}

/** Whether the place is one for texts of others: between quotes or brackets, or at the end after a colon or the like. */
function isTextPlace(
  tokens: readonly string[],
  from: number,
  to: number,
  texts: ReadonlySet<string>,
  travelling: ReadonlySet<string>,
): boolean {
  const before = tokens[from - 1];
  const after = tokens[to];
  if (before === undefined) return false;
  if (after !== undefined) return isEnclosed(before, after);
  if (!LEADS_TO_TEXT.has(before)) return false;
  if (!isLabel(tokens, from - 1)) return true;
  let count = 0;
  for (const text of texts) if (travelling.has(text)) count++;
  return count >= OPEN_AT_FLOWING;
}

function isValue(parts: readonly Part[], travelling: ReadonlySet<string>): boolean {
  const { candidate, from, to } = parts[0]!;
  const tokens = candidate.tokens;
  const anchors = [...tokens.slice(0, from), ...tokens.slice(to)].filter(isWord).length;
  if (anchors < ANCHORS || isVerbPlace(tokens, from)) return false;
  const fillers = parts.map((part) => part.candidate.tokens.slice(part.from, part.to));
  const different = new Set(fillers.map((filler) => filler.join(" ")));
  const isText = isTextPlace(tokens, from, to, different, travelling);
  const isOfOneLength = parts.every((part) => part.to - part.from === to - from);
  if (isOfOneLength && !isText) return false;
  if (fillers.some((filler) => HTTP_METHODS.has(filler[0]!))) return false;
  const sentences = fillers.filter(isSentence).length;
  if (sentences * 2 > fillers.length && !isText) return false;
  const isOpen = from === 0 ? tokens[to] !== ":" : to === tokens.length && !isText;
  return different.size >= (isOpen ? OPEN_AT + OPEN_END : OPEN_AT);
}

/**
 * Opens parts of several words, of whatever length, that lines differ in while all around is equal: titles, lists of
 * names, texts of other programs. Returns whether any was opened.
 */
export function openGaps(candidates: readonly Candidate[], hashes: TokenHashes): boolean {
  const travelling = travellingTexts(candidates);
  const found = partsOf(candidates, hashes).filter(({ parts }) => isValue(parts, travelling));
  // What more lines support first; of what the same lines support the shortest part.
  const length = (parts: Part[]) => Math.min(...parts.map((part) => part.to - part.from));
  found.sort((a, b) => b.parts.length - a.parts.length || length(a.parts) - length(b.parts) || a.key - b.key);
  const settled = new Set<Candidate>();
  let changed = false;
  for (const { parts } of found) {
    const free = parts.filter((part) => !settled.has(part.candidate));
    if (free.length < 2 || !isValue(free, travelling)) continue;
    for (const { candidate, from, to } of free) {
      settled.add(candidate);
      openGap(candidate, from, to);
    }
    changed = true;
  }
  return changed;
}
