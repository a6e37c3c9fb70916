import { isWord } from "./shape.ts";
import { VARIABLE } from "./vocabulary.ts";

interface Pattern<T> {
  tokens: readonly string[];
  reach: readonly number[];
  /** Tokens of the longest line that fits. */
  longest: number;
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

  /** `reach` is the most tokens of a line that each token stands for; one for those that are fixed. */
  add(tokens: readonly string[], reach: readonly number[], value: T): void {
    const first = tokens[0] === VARIABLE ? ANY : tokens[0] ?? ANY;
    const longest = reach.reduce((sum, width) => sum + width, 0);
    const known = this.#byFirst.get(first);
    const pattern = { tokens, reach, longest, value };
    if (known) known.push(pattern);
    else this.#byFirst.set(first, [pattern]);
    this.#size++;
  }

  find(tokens: readonly string[]): T | null {
    return this.#among(this.#byFirst.get(tokens[0] ?? ANY), tokens) ??
      this.#among(this.#byFirst.get(ANY), tokens);
  }

  #among(patterns: readonly Pattern<T>[] | undefined, tokens: readonly string[]): T | null {
    if (!patterns) return null;
    for (const pattern of patterns) {
      if (tokens.length < pattern.tokens.length || tokens.length > pattern.longest) continue;
      if (fits(pattern, tokens)) return pattern.value;
    }
    return null;
  }
}

/** Whether a line is an instance: for each number of tokens of the pattern, where in the line it may end. */
function fits({ tokens: pattern, reach, longest }: Pattern<unknown>, line: readonly string[]): boolean {
  if (longest === pattern.length) {
    return pattern.every((expected, index) => agrees(expected, line[index]!));
  }
  let ends = new Set([0]);
  for (let i = 0; i < pattern.length; i++) {
    const next = new Set<number>();
    for (const from of ends) {
      for (let to = from + 1; to <= Math.min(line.length, from + reach[i]!); to++) {
        const token = line[to - 1]!;
        if (to > from + 1 ? token === ":" || token === "=" : !agrees(pattern[i]!, token)) break;
        next.add(to);
      }
    }
    if (next.size === 0) return false;
    ends = next;
  }
  return ends.has(line.length);
}

function agrees(expected: string, token: string): boolean {
  return expected === token || (expected === VARIABLE && isWord(token));
}
