import { type ScannedLine, Tokens } from "./tokens.ts";
import { quotedEnd, structuredEnd } from "./quoted.ts";
import { FLAGS, HOST_ENDING, HTTP_METHODS, LITERALS } from "./vocabulary.ts";

/** Characters read of one line. */
export const MAX_LINE_LENGTH = 2_000;
/** Tokens kept of one line: what follows is data, such as dumps and lists. */
export const MAX_TOKENS = 120;

const WORD = 0;
const SPACE = 1;
const DELIMITER = 2;
const KIND = new Uint8Array(128);
for (const character of " \t\r\n\f\v") KIND[character.charCodeAt(0)] = SPACE;
for (const character of "=:,;()[]{}<>\"'`|") KIND[character.charCodeAt(0)] = DELIMITER;

const COLON = 58;
const DOT = 46;
const HYPHEN = 45;
const BACKSLASH = 92;
const APOSTROPHE = 39;
const GREATER = 62;
/** All-letter words of hexadecimal digits this long are no words. */
const MIN_HEX_WORD = 8;
const HEX_WORD = /^(?:[a-f]+|[A-F]+)$/;

function kindOf(code: number): number {
  return code < 128 ? KIND[code]! : WORD;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isLetter(code: number): boolean {
  const lower = code | 32;
  return (lower >= 97 && lower <= 122) || code > 191;
}

function isHexDigit(code: number): boolean {
  return isDigit(code) || (code >= 97 && code <= 102) || (code >= 65 && code <= 70);
}

/** The end of an address of hexadecimal groups (MAC, IPv6) or a clock that starts at `from`; 0 when there is none. */
function colonGroups(line: string, from: number): number {
  let at = from;
  let colons = 0;
  let digits = 0;
  let group = 0;
  for (; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === COLON) {
      colons++;
      group = 0;
    } else if (isHexDigit(code)) {
      if (code <= 57) digits++;
      if (++group > 4) return 0;
    } else break;
  }
  while (at > from && line.charCodeAt(at - 1) === COLON) {
    at--;
    colons--;
  }
  if (colons < 2 || digits === 0) return 0;
  // The function of a device: `0000:03:00.1`.
  if (line.charCodeAt(at) === DOT && isDigit(line.charCodeAt(at + 1))) {
    at++;
    while (at < line.length && isDigit(line.charCodeAt(at))) at++;
  }
  return at < line.length && kindOf(line.charCodeAt(at)) === WORD ? 0 : at;
}

/** Whether a number alone follows `from`, as a port does. */
function isNumberAt(line: string, from: number): boolean {
  let at = from;
  while (at < line.length && isDigit(line.charCodeAt(at))) at++;
  return at > from && (at >= line.length || kindOf(line.charCodeAt(at)) !== WORD);
}

const SCHEME_END = "://";
const SCHEME = /^[a-z][a-z0-9+.-]{1,11}$/i;
/** What ends a URL beside blanks: quotes and brackets around it. */
const URL_END = /[\s"'`<>()[\]{}|]/g;
/** Punctuation after a URL that belongs to the sentence. */
const AFTER_URL = /[.,;:!?]+$/;

/** The end of the URL whose scheme, from `from`, ends before `colon`; 0 when it is none. */
function urlEnd(line: string, from: number, colon: number): number {
  if (!line.startsWith(SCHEME_END, colon) || !SCHEME.test(line.slice(from, colon))) return 0;
  URL_END.lastIndex = colon;
  const end = URL_END.exec(line)?.index ?? line.length;
  return end - (AFTER_URL.exec(line.slice(from, end))?.[0].length ?? 0);
}

/** Whether a quote stands between two letters, as in `can't`. */
function isInWord(line: string, at: number): boolean {
  return isLetter(line.charCodeAt(at - 1)) && isLetter(line.charCodeAt(at + 1));
}

/** The length of a drive before a path: `C:\\logs`. */
function driveLength(line: string, start: number): number {
  const code = line.charCodeAt(start) | 32;
  return code >= 97 && code <= 122 && line.charCodeAt(start + 1) === COLON &&
      line.charCodeAt(start + 2) === BACKSLASH
    ? 2
    : 0;
}

function isPath(word: string, slashes: number, dots: number): boolean {
  return slashes >= 2 || dots >= 2 || (word.length > 2 && word.charCodeAt(0) === 47) ||
    word.startsWith("./") ||
    word.startsWith("../") || word.startsWith("~/");
}

/**
 * Splits a line into words and punctuation, with `<*>` for what is surely data by its form: anything with a digit, paths,
 * host names, addresses, dates. Values side by side become one. One pass over the characters, no regular expression on
 * the line as a whole.
 */
export function scanLine(text: string): ScannedLine {
  const line = text.length > MAX_LINE_LENGTH ? text.slice(0, MAX_LINE_LENGTH) : text;
  const tokens = new Tokens();
  const length = line.length;
  let spaced = true;
  let at = 0;
  while (at < length && tokens.length < MAX_TOKENS) {
    const kind = kindOf(line.charCodeAt(at));
    if (kind === SPACE) {
      spaced = true;
      at++;
      continue;
    }
    at = kind === DELIMITER ? scanDelimiter(line, at, spaced, tokens) : scanWord(line, at, spaced, tokens);
    spaced = false;
  }
  return tokens.finish();
}

/** What programs print for a value that is not there. */
const NOTHING = /[<(](?:null|nil|none|unset|undefined|unknown)[>)]/iy;
const EQUALS = 61;
const OPEN_BRACE = 123;
const OPEN_PARENTHESIS = 40;
const LESS = 60;

/** Punctuation, with what it encloses where that is one value: a quoted word, an object. */
function scanDelimiter(line: string, at: number, spaced: boolean, tokens: Tokens): number {
  const code = line.charCodeAt(at);
  if (code === OPEN_BRACE) {
    const end = structuredEnd(line, at);
    if (end > 0) {
      tokens.variable(at, end, spaced);
      return end;
    }
  }
  if (code === OPEN_PARENTHESIS || code === LESS) {
    NOTHING.lastIndex = at;
    if (NOTHING.test(line)) {
      const end = NOTHING.lastIndex;
      tokens.variable(at, end, spaced);
      return end;
    }
  }
  const isName = code === EQUALS && !spaced && tokens.endsWithWord();
  tokens.punctuation(line[at]!, at, spaced);
  if (isName) {
    if (isEmptyValue(line, at + 1)) tokens.variable(at + 1, at + 1, false);
    return at + 1;
  }
  const close = quotedEnd(line, at);
  if (close === 0 || tokens.isMessageNext() || HTTP_METHODS.has(line.slice(at + 1, close))) return at + 1;
  tokens.variable(at + 1, close, false);
  tokens.punctuation(line[close]!, close, false);
  return close + 1;
}

/** Whether nothing stands after a `name=`: the line ends, a separator follows, or the next name does. */
function isEmptyValue(line: string, from: number): boolean {
  let at = from;
  while (at < line.length && kindOf(line.charCodeAt(at)) === SPACE) at++;
  if (at >= line.length) return true;
  if (at === from) return ",;)]}".includes(line[at]!);
  if (kindOf(line.charCodeAt(at)) !== WORD) return false;
  while (at < line.length && kindOf(line.charCodeAt(at)) === WORD) at++;
  return line.charCodeAt(at) === EQUALS;
}

function scanWord(line: string, start: number, spaced: boolean, tokens: Tokens): number {
  if (isHexDigit(line.charCodeAt(start))) {
    const end = colonGroups(line, start);
    if (end > 0) {
      tokens.variable(start, end, spaced);
      return end;
    }
  }
  let at = start + driveLength(line, start);
  let hasDigit = false;
  let hasBackslash = false;
  let slashes = 0;
  let dots = 0;
  let hasAt = false;
  for (; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (kindOf(code) !== WORD && !(code === APOSTROPHE && at > start && isInWord(line, at))) break;
    // An arrow between two values.
    if (code === HYPHEN && line.charCodeAt(at + 1) === GREATER) break;
    if (isDigit(code)) hasDigit = true;
    else if (code === 47) slashes++;
    else if (code === BACKSLASH) hasBackslash = true;
    else if (code === 64) hasAt = true;
    else if (code === DOT) {
      // Leader dots separate: `retries......0`.
      if (line.charCodeAt(at + 1) === DOT) break;
      dots++;
    }
  }
  if (at === start && line.charCodeAt(at) === HYPHEN) {
    tokens.punctuation("->", start, spaced);
    return at + 2;
  }
  if (at === start) {
    while (line.charCodeAt(at) === DOT) at++;
    tokens.punctuation("..", start, spaced);
    return at;
  }
  const url = line.charCodeAt(at) === COLON ? urlEnd(line, start, at) : 0;
  if (url > 0) {
    tokens.variable(start, url, spaced);
    return url;
  }
  let end = at;
  while (end > start + 1) {
    const code = line.charCodeAt(end - 1);
    if (code !== DOT && code !== 33 && code !== 63) break;
    end--;
    if (code === DOT) dots--;
  }
  const word = line.slice(start, end);
  const isHost = dots > 0 && (
    (end === at && line.charCodeAt(at) === COLON && isNumberAt(line, at + 1)) ||
    (dots >= 2 && HOST_ENDING.test(word))
  );
  const isData = hasDigit || isHost || (hasBackslash && word.length > 2) ||
    (slashes > 0 && isPath(word, slashes, dots)) ||
    (hasAt && dots > 0 && word.length > 4) ||
    (word.length >= MIN_HEX_WORD && HEX_WORD.test(word)) || LITERALS.has(word) ||
    (!spaced && FLAGS.has(word) && tokens.isValueNext());
  if (isData) tokens.variable(start, end, spaced);
  else tokens.word(word, start, end, spaced);
  if (end < at) tokens.punctuation(".", end, false);
  return at;
}
