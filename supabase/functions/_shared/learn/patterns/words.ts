import { scrubText } from "../../signals/scrub/scrub-text.ts";
import { maskMessage } from "../../signals/templates/mask.ts";
import { GAP } from "./shape.ts";

/** Characters of a message that are read, and words that are kept: what names the fault stands at the beginning. */
const MAX_TEXT = 1_000;
const MAX_WORDS = 40;
const MAX_WORD_LENGTH = 24;

/** Text in quotes is a value or a name. An apostrophe inside a word (`can't`) opens nothing. */
const QUOTED = /"[^"]{0,500}"|`[^`]{0,500}`|(?<!\w)'[^']{0,500}'(?!\w)|“[^”]{0,500}”|«[^»]{0,500}»/g;
/** A plain word: letters of one case after the first, so neither `poolSize`, `tenant_42` nor `db.internal`. */
const PROSE = /^(?:[A-Za-z]?[a-z]+(?:['’-][a-z]+)*|[A-Z]{2,6})$/;

/** Nouns after which a name stands: `user alice`, `table orders`, `on host db1`. */
const NAMING = new Set(
  ("user username customer client account tenant organization organisation org company team workspace project owner member " +
    "table relation column schema database index view sequence role host hostname server bucket queue topic channel domain " +
    "function service app application email login named called for by")
    .split(" "),
);
/** Words that follow such a noun without being a name. */
const NOT_NAMES = new Set(
  ("a an and any are as at be because been but by can cannot could does exceeded exist exists failed for from has have in into is " +
    "it its limit lookup must name names no not of on or pool query rejected request requests reset response returned returns " +
    "should than that the this timeout timed to too unavailable unknown unreachable up was were when which while will with without " +
    "connection connections closed error errors denied missing refused already while key value call calls found unexpectedly")
    .split(" "),
);

/**
 * The plain words of a message in order, with `*` for every stretch of anything else: secrets, values, quoted text, numbers, paths,
 * identifiers, names. Lower case. Where two words were not next to each other with a single space between, a `*` stands between them.
 *
 * @example maskedWords('relation "acme_orders" does not exist') // ["relation", "*", "does", "not", "exist"]
 */
export function maskedWords(text: string): string[] {
  const masked = maskMessage(scrubText(text.slice(0, MAX_TEXT)).replace(QUOTED, ` ${GAP} `));
  const words: string[] = [];
  const gap = () => {
    if (words.at(-1) !== GAP) words.push(GAP);
  };
  let isStart = true;
  let previous = "";
  for (const token of masked.split(/\s+/)) {
    if (words.length >= MAX_WORDS) break;
    const [, before = "", core = "", after = ""] = /^([([{]*)(.*?)([.,:;!?)\]}…]*)$/s.exec(token) ?? [];
    const startsSentence = isStart;
    isStart = /[.:!?;]$/.test(after) || (core === "" && isStart);
    if (before !== "") gap();
    if (isSharedWord(core, startsSentence, previous)) words.push(core.toLowerCase().replaceAll("’", "'"));
    else gap();
    if (after !== "") gap();
    previous = core.toLowerCase();
  }
  while (words.at(-1) === GAP) words.pop();
  while (words[0] === GAP) words.shift();
  return words;
}

function isSharedWord(word: string, startsSentence: boolean, before: string): boolean {
  if (word.length > MAX_WORD_LENGTH || !PROSE.test(word)) return false;
  // Within a sentence a capital letter begins a name; a word in capitals is an acronym.
  if (/^[A-Z]/.test(word) && !startsSentence && !/^[A-Z]{2,6}$/.test(word)) return false;
  const lower = word.toLowerCase();
  return !NAMING.has(before) || NAMING.has(lower) || NOT_NAMES.has(lower);
}
