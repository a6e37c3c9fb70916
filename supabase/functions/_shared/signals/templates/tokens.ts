import { DAYS, FLAGS, MESSAGE_KEYS, MONTHS, TIME_ZONE, UNITS, VARIABLE } from "./vocabulary.ts";

/** A line as words, punctuation and `<*>` where it surely holds data. */
export interface ScannedLine {
  tokens: string[];
  /** Where each token starts in the line. */
  starts: number[];
  /** Where each token ends in the line. */
  ends: number[];
  /** Where the variable parts stand in the line: start, end, start, end ... in ascending order. */
  spans: number[];
  /** The token that each variable part belongs to; -1 for one in parentheses that were left out. */
  owners: number[];
}

/** Tokens of one item of a list. */
const MAX_ITEM_TOKENS = 6;

/** Between two values without a blank they make one value: `10.0.0.1:80`, `3/7`, `12,5`. */
const CONNECTORS = new Set([":", ",", "/", "-", "+", "@", "#", ".", "|", "_"]);
/** What stands among numbers where one is hidden, or did not fit its field, for which Fortran prints asterisks. */
const PLACEHOLDER = /^(?:\*{2,}|\?{2,}|#{2,})$/;

/** Collects tokens and joins values as they come. */
export class Tokens {
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

  /** Whether a word, rather than punctuation or nothing, stands last. */
  endsWithWord(): boolean {
    const last = this.#at(1);
    return last !== undefined && /[A-Za-z\d_>]$/.test(last);
  }

  /** Whether `name=` stands last, so that what follows without a blank is its value. */
  isValueNext(): boolean {
    return this.#at(1) === "=" && this.length > 1 && !this.#spaced[this.length - 1];
  }

  /** Whether an open quote stands last and encloses the text of the statement: `msg="`, `"msg":"`. */
  isMessageNext(): boolean {
    let at = this.length - 2;
    while (at >= 0 && (this.list[at] === "=" || this.list[at] === ":" || this.list[at] === '"')) at--;
    return at >= 0 && at < this.length - 2 && MESSAGE_KEYS.has(this.list[at]!);
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
    if (last === "," && this.#isVariable(2) && !this.#spaced[this.length - 1]) {
      // A list of any length is one value.
      this.#pop();
      this.#append(start, end);
      return;
    }
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
    return { tokens: this.list, starts: this.#starts, ends: this.#ends, spans, owners };
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

  /** A host list, as cluster tools print it: `node-[40-63]` is one value, as `node-40` is. */
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
