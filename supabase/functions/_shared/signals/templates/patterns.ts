import { isInside, isWord } from "./shape.ts";
import { VARIABLE } from "./vocabulary.ts";

/** What a token of a template may be in a line. */
export interface Place {
  /** Its most tokens; one for those that are fixed. */
  reach: number;
  /** Whether it may be a word: not so for what is a value by its form alone. */
  opened: boolean;
}

interface Pattern<T> {
  tokens: readonly string[];
  places: readonly Place[];
  /** Tokens of the longest line that fits. */
  longest: number;
  /** Tokens that are fixed. */
  fixed: number;
  value: T;
}

/** What each token at the beginning may be followed by; templates that begin with a value are under this. */
const ANY = "";

/** Templates with values of one or several words, found by the lines that are instances of them. */
export class Patterns<T> {
  #byFirst = new Map<string, Pattern<T>[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  *all(): Generator<T> {
    for (const patterns of this.#byFirst.values()) for (const { value } of patterns) yield value;
  }

  clear(): void {
    this.#byFirst.clear();
    this.#size = 0;
  }

  add(tokens: readonly string[], places: readonly Place[], value: T): void {
    const first = tokens[0] === VARIABLE ? ANY : tokens[0] ?? ANY;
    const longest = places.reduce((sum, place) => sum + place.reach, 0);
    const fixed = tokens.reduce((count, token) => token === VARIABLE ? count : count + 1, 0);
    const known = this.#byFirst.get(first);
    const pattern = { tokens, places, longest, fixed, value };
    if (known) known.push(pattern);
    else this.#byFirst.set(first, [pattern]);
    this.#size++;
  }

  /** The template that a line is an instance of, of several the one with most that is fixed. */
  find(tokens: readonly string[], isWanted: (value: T) => boolean = () => true): T | null {
    let best: Pattern<T> | null = null;
    for (const patterns of [this.#byFirst.get(tokens[0] ?? ANY), this.#byFirst.get(ANY)]) {
      for (const pattern of patterns ?? []) {
        if (tokens.length < pattern.tokens.length || tokens.length > pattern.longest) continue;
        if (best && (pattern.fixed < best.fixed || !isBefore(pattern, best))) continue;
        if (isWanted(pattern.value) && fits(pattern, tokens)) best = pattern;
      }
    }
    return best?.value ?? null;
  }
}

/** An order that does not depend on which was added first. */
function isBefore(a: Pattern<unknown>, b: Pattern<unknown>): boolean {
  return a.fixed > b.fixed || (a.fixed === b.fixed && a.tokens.join(" ") < b.tokens.join(" "));
}

/** Whether a line is an instance: for each number of tokens of the pattern, where in the line it may end. */
function fits({ tokens: pattern, places, longest }: Pattern<unknown>, line: readonly string[]): boolean {
  if (longest === pattern.length) {
    return pattern.every((expected, index) => agrees(expected, places[index]!.opened, line[index]!));
  }
  let ends = new Set([0]);
  for (let i = 0; i < pattern.length; i++) {
    const next = new Set<number>();
    const { reach, opened } = places[i]!;
    for (const from of ends) {
      for (let to = from + 1; to <= Math.min(line.length, from + reach); to++) {
        const token = line[to - 1]!;
        if (to === from + 1 ? !agrees(pattern[i]!, opened, token) : !isInside(token)) break;
        next.add(to);
      }
    }
    if (next.size === 0) return false;
    ends = next;
  }
  return ends.has(line.length);
}

function agrees(expected: string, opened: boolean, token: string): boolean {
  return expected === token || (expected === VARIABLE && opened && isWord(token));
}
