import { type Candidate, isWord } from "./shape.ts";
import { VARIABLE } from "./vocabulary.ts";

/** Fixed words that two lines of different length must share before one is taken for the other. */
const ANCHORS = 3;

/** `name : <*>` as `<*>`, and `( name )` left out: what a value or its apposition looks like in other lines. */
function reductions(tokens: readonly string[]): string[][] {
  const found: string[][] = [];
  for (let i = 0; i + 2 < tokens.length; i++) {
    if (tokens[i + 1] === ":" && tokens[i + 2] === VARIABLE && isWord(tokens[i]!)) {
      found.push([...tokens.slice(0, i), ...tokens.slice(i + 2)]);
    }
    if (tokens[i] === "(" && tokens[i + 2] === ")" && isWord(tokens[i + 1]!)) {
      found.push([...tokens.slice(0, i), ...tokens.slice(i + 3)]);
    }
  }
  return found;
}

/** Gives lines that say the same with one value more the tokens of those without it. */
export function reduce(candidates: readonly Candidate[]): void {
  const byKey = new Map(candidates.map((candidate) => [candidate.tokens.join(" "), candidate]));
  // Shorter ones first: what they were taken for holds for the longer ones, too.
  for (const candidate of candidates.toSorted((a, b) => a.tokens.length - b.tokens.length)) {
    for (const tokens of reductions(candidate.tokens)) {
      const other = byKey.get(tokens.join(" "));
      if (!other || other.count < candidate.count || tokens.filter(isWord).length < ANCHORS) continue;
      for (const shape of candidate.shapes) {
        shape.tokens = other.shapes[0]!.tokens;
        shape.widths = null;
        shape.opened = other.shapes[0]!.opened;
      }
      break;
    }
  }
}
