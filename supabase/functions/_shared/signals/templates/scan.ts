import { DAYS, FLAGS, HOST_ENDING, MONTHS, TIME_ZONE, UNITS, VARIABLE } from "./vocabulary.ts";

/** Characters read of one line. */
export const MAX_LINE_LENGTH = 2_000;
/** Tokens kept of one line: what follows is data, such as dumps and lists. */
export const MAX_TOKENS = 120;

/** A line as words, punctuation and `<*>` where it surely holds data. */
export interface ScannedLine {
  tokens: string[];
  /** Where each token starts in the line. */
  starts: number[];
  /** Where the variable parts stand in the line: start, end, start, end ... in ascending order. */
  spans: number[];
  /** The token that each variable part belongs to; -1 for one in parentheses that were left out. */
  owners: number[];
}

/** Tokens of one item of a list. */
const MAX_ITEM_TOKENS = 6;

const WORD = 0;
const SPACE = 1;
const DELIMITER = 2;
const KIND = new Uint8Array(128);
for (const character of " \t\r\n\f\v") KIND[character.charCodeAt(0)] = SPACE;
for (const character of "=:,;()[]{}<>\"'|") KIND[character.charCodeAt(0)] = DELIMITER;

const COLON = 58;
const DOT = 46;
/** Between two values without a blank they make one value: `10.0.0.1:80`, `3/7`, `12,5`. */
const CONNECTORS = new Set([":", ",", "/", "-", "+", "@", "#", ".", "|", "_"]);
/** All-letter words of hexadecimal digits this long are no words. */
const MIN_HEX_WORD = 8;
const HEX_WORD = /^(?:[a-f]+|[A-F]+)$/;

/** What stands among numbers where one did not fit or is hidden. */
const PLACEHOLDER = /^(?:\*{2,}|\?{2,}|#{2,})$/;

function kindOf(code: number): number {
  return code < 128 ? KIND[code]! : WORD;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
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
  return at < line.length && kindOf(line.charCodeAt(at)) === WORD ? 0 : at;
}

/** Whether a number alone follows `from`, as a port does. */
function isNumberAt(line: string, from: number): boolean {
  let at = from;
  while (at < line.length && isDigit(line.charCodeAt(at))) at++;
  return at > from && (at >= line.length || kindOf(line.charCodeAt(at)) !== WORD);
}

function isPath(word: string, slashes: number, dots: number): boolean {
  return slashes >= 2 || dots >= 2 || (word.length > 2 && word.charCodeAt(0) === 47) ||
    word.startsWith("./") ||
    word.startsWith("../") || word.startsWith("~/");
}

/** Collects tokens and joins values as they come. */
class Tokens {
  readonly list: string[] = [];
  /** Parts that no token stands for alone: start, end, owner. */
  #extra: [number, number, number][] = [];
  #starts: number[] = [];
  #ends: number[] = [];
  #spaced: boolean[] = [];
  #unsorted = false;

  get length(): number {
    return this.list.length;
  }

  punctuation(token: string, at: number, spaced: boolean): void {
    if (token === ")" && this.#dropParenthesis()) return;
    if (token === "]" && this.#takeRange(at + 1)) return;
    this.#push(token, at, at + 1, spaced);
  }

  word(token: string, start: number, end: number, spaced: boolean): void {
    if (FLAGS.has(token) && this.length > 0 && FLAGS.has(this.#at(1)!)) {
      // Two flags side by side are a list of states: `( on off )`.
      this.list[this.length - 1] = VARIABLE;
      this.variable(start, end, spaced);
      return;
    }
    if (this.#isVariable(1)) {
      if (UNITS.has(token) || PLACEHOLDER.test(token)) return this.#append(start, end);
      if (MONTHS.has(token)) {
        this.#ends[this.length - 1] = end;
        return;
      }
    }
    this.#push(token, start, end, spaced);
  }

  variable(start: number, end: number, spaced: boolean): void {
    this.#takeDate();
    if (this.length > 0 && PLACEHOLDER.test(this.#at(1)!)) this.list[this.length - 1] = VARIABLE;
    // `<1 sec`, `>5`: a comparison belongs to its number.
    if (!spaced && (this.#at(1) === "<" || this.#at(1) === ">") && this.#spaced[this.length - 1]) this.#pop();
    if (this.#isVariable(1)) {
      this.#append(start, end);
      return;
    }
    const last = this.#at(1);
    if (last !== undefined && this.#isVariable(2)) {
      const glued = !spaced && !this.#spaced[this.length - 1] && CONNECTORS.has(last);
      if (glued || TIME_ZONE.test(last)) {
        this.#pop();
        this.#ends[this.length - 1] = end;
        return;
      }
    }
    this.#push(VARIABLE, start, end, spaced);
  }

  finish(): ScannedLine {
    const parts = this.#extra;
    this.#collapseLists();
    for (let i = 0; i < this.length; i++) {
      if (this.list[i] === VARIABLE) parts.push([this.#starts[i]!, this.#ends[i]!, i]);
    }
    if (this.#unsorted) parts.sort((a, b) => a[0] - b[0]);
    const spans: number[] = [];
    const owners: number[] = [];
    for (const [start, end, owner] of parts) {
      // A value that was joined over one in parentheses covers it.
      if (spans.length > 0 && start < spans[spans.length - 1]!) {
        spans[spans.length - 1] = Math.max(spans[spans.length - 1]!, end);
      } else {
        spans.push(start, end);
        owners.push(owner);
      }
    }
    return { tokens: this.list, starts: this.#starts, spans, owners };
  }

  /** Items of one form that follow each other are a list, of which one item stands for all: `a 1, a 2, a 3, `. */
  #collapseLists(): void {
    const list = this.list;
    for (let at = 0; at + 4 <= list.length; at++) {
      for (let period = 2; period <= MAX_ITEM_TOKENS && at + 2 * period <= list.length; period++) {
        while (this.#repeats(at, period)) this.#removeItem(at, period);
      }
    }
  }

  #repeats(at: number, period: number): boolean {
    const list = this.list;
    if (at + 2 * period > list.length) return false;
    let hasVariable = false;
    let hasWord = false;
    for (let i = at; i < at + period; i++) {
      if (list[i] !== list[i + period]) return false;
      if (list[i] === VARIABLE) hasVariable = true;
      else if (list[i]!.length > 1) hasWord = true;
    }
    return hasVariable && hasWord;
  }

  /** Takes out the item after the one at `at`; its values become further values of the first. */
  #removeItem(at: number, period: number): void {
    const from = at + period;
    for (const extra of this.#extra) {
      if (extra[2] >= from) extra[2] -= period;
    }
    for (let i = from; i < from + period; i++) {
      if (this.list[i] !== VARIABLE) continue;
      this.#extra.push([this.#starts[i]!, this.#ends[i]!, i - period]);
      this.#unsorted = true;
    }
    this.list.splice(from, period);
    this.#starts.splice(from, period);
    this.#ends.splice(from, period);
    this.#spaced.splice(from, period);
  }

  #setAside(owner: number): void {
    const index = this.length - 1;
    this.#extra.push([this.#starts[index]!, this.#ends[index]!, owner]);
    this.#unsorted = true;
  }

  #at(fromEnd: number): string | undefined {
    return this.list[this.length - fromEnd];
  }

  #isVariable(fromEnd: number): boolean {
    return this.#at(fromEnd) === VARIABLE;
  }

  #push(token: string, start: number, end: number, spaced: boolean): void {
    this.list.push(token);
    this.#starts.push(start);
    this.#ends.push(end);
    this.#spaced.push(spaced);
  }

  #pop(): void {
    this.list.pop();
    this.#starts.pop();
    this.#ends.pop();
    this.#spaced.pop();
  }

  /** One token, since lists have any length, but a value of its own for whoever renders the template. */
  #append(start: number, end: number): void {
    const index = this.length - 1;
    this.#setAside(index);
    this.#starts[index] = start;
    this.#ends[index] = end;
  }

  /** A month before a number, and the day of the week before it, become part of the value. */
  #takeDate(): void {
    const last = this.#at(1);
    if (last === undefined || !MONTHS.has(last)) return;
    const index = this.length - 1;
    this.list[index] = VARIABLE;
    let before = this.#at(2);
    if (before === "," && DAYS.has(this.#at(3) ?? "")) before = this.#at(3);
    if (before !== undefined && DAYS.has(before)) {
      const start = this.#starts[this.list.lastIndexOf(before)]!;
      const end = this.#ends[index]!;
      while (this.#at(1) !== before) this.#pop();
      this.#pop();
      this.#push(VARIABLE, start, end, true);
    }
    if (this.#isVariable(2)) {
      const end = this.#ends[this.length - 1]!;
      this.#pop();
      this.#ends[this.length - 1] = end;
    }
  }

  /** `node-[40-63]` is one value, as `node-40` is. */
  #takeRange(end: number): boolean {
    const name = this.#at(3);
    if (!this.#isVariable(1) || this.#at(2) !== "[" || name === undefined || this.#spaced[this.length - 2]) {
      return false;
    }
    if (!name.endsWith("-") && !name.endsWith("_")) return false;
    this.#pop();
    this.#pop();
    const start = this.#starts[this.length - 1]!;
    const spaced = this.#spaced[this.length - 1]!;
    this.#pop();
    this.variable(start, end, spaced);
    return true;
  }

  /** What stands in parentheses and is only data says the same again: `(1.2 KB)`, `(10.0.0.1)`, `()`. */
  #dropParenthesis(): boolean {
    if (this.#at(1) === "(") {
      // Empty, yet a place where other lines may have a value.
      this.#extra.push([this.#ends[this.length - 1]!, this.#ends[this.length - 1]!, -1]);
      this.#unsorted = true;
      this.#pop();
      return true;
    }
    if (!this.#isVariable(1) || this.#at(2) !== "(") return false;
    const index = this.length - 1;
    for (const extra of this.#extra) {
      if (extra[2] !== index) continue;
      // Parts of the value that is left out: one span from the first of them on.
      extra[2] = -1;
      extra[1] = this.#ends[index]!;
      this.#starts[index] = this.#starts[index]! < extra[0] ? this.#starts[index]! : extra[0];
    }
    this.#setAside(-1);
    this.#pop();
    this.#pop();
    return true;
  }
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
    if (kind === DELIMITER) {
      tokens.punctuation(line[at]!, at, spaced);
      spaced = false;
      at++;
      continue;
    }
    at = scanWord(line, at, spaced, tokens);
    spaced = false;
  }
  return tokens.finish();
}

function scanWord(line: string, start: number, spaced: boolean, tokens: Tokens): number {
  if (isHexDigit(line.charCodeAt(start))) {
    const end = colonGroups(line, start);
    if (end > 0) {
      tokens.variable(start, end, spaced);
      return end;
    }
  }
  let at = start;
  let hasDigit = false;
  let hasBackslash = false;
  let slashes = 0;
  let dots = 0;
  let hasAt = false;
  for (; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (kindOf(code) !== WORD) break;
    if (isDigit(code)) hasDigit = true;
    else if (code === 47) slashes++;
    else if (code === 92) hasBackslash = true;
    else if (code === 64) hasAt = true;
    else if (code === DOT) {
      // Leader dots separate: `retries......0`.
      if (line.charCodeAt(at + 1) === DOT) break;
      dots++;
    }
  }
  if (at === start) {
    while (line.charCodeAt(at) === DOT) at++;
    tokens.punctuation("..", start, spaced);
    return at;
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
    (word.length >= MIN_HEX_WORD && HEX_WORD.test(word));
  if (isData) tokens.variable(start, end, spaced);
  else tokens.word(word, start, end, spaced);
  if (end < at) tokens.punctuation(".", end, false);
  return at;
}
