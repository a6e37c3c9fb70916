import { MESSAGE_KEYS } from "./vocabulary.ts";

/** Characters of a quoted value. */
const MAX_QUOTED = 200;
const QUOTES: Readonly<Record<string, string>> = { '"': '"', "'": "'", "`": "`'" };
const SPACE = /\s/;
const WORD = /[\w$]/;

/**
 * Where the quote at `open` is closed, when it encloses one word or nothing: programs put quotes around values. 0 for text
 * of several words, for apostrophes, and for names (`"status": 200`).
 */
export function quotedEnd(line: string, open: number): number {
  const closing = QUOTES[line[open]!];
  if (closing === undefined || (open > 0 && WORD.test(line[open - 1]!))) return 0;
  const limit = Math.min(line.length, open + MAX_QUOTED);
  for (let at = open + 1; at < limit; at++) {
    const character = line[at]!;
    if (SPACE.test(character)) return 0;
    if (!closing.includes(character)) continue;
    const next = line[at + 1];
    if (next !== undefined && WORD.test(next)) continue;
    return next === ":" && line[open] === '"' ? 0 : at;
  }
  return 0;
}

/** The key of a message in an object. */
const MESSAGE_KEY = new RegExp(`["'](?:${[...MESSAGE_KEYS].join("|")})["']\\s{0,3}:`);
const OBJECT_START = /^\{\s{0,20}["'][^"']{0,100}["']\s{0,3}:/;

/** The end of an object printed as JSON or as a dictionary, which is data as a whole; 0 when it is a log record itself. */
export function structuredEnd(line: string, open: number): number {
  if (!OBJECT_START.test(line.slice(open, open + 140))) return 0;
  let depth = 0;
  let quote = "";
  let end = line.length;
  for (let at = open; at < line.length; at++) {
    const character = line[at]!;
    if (quote !== "") {
      if (character === "\\") at++;
      else if (character === quote) quote = "";
    } else if (character === '"') quote = character;
    else if (character === "{") depth++;
    else if (character === "}" && --depth === 0) {
      end = at + 1;
      break;
    }
  }
  return MESSAGE_KEY.test(line.slice(open, end)) ? 0 : end;
}
