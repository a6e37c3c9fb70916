import { type Detector, FILTERED, type Span, TRAITS } from "../detector.ts";
import { classifyKey } from "../key-class.ts";
import { isProse } from "../prose.ts";

/**
 * Secrets written behind their name in a text: `password=x`, `"token": "x"`, `Authorization: Bearer x`,
 * `<secret>x</secret>`, `'password' => 'x'`, `--token x`. Looks backwards from each separator for a name, so that a
 * text without separators costs one search.
 */
export const keyValue: Detector = {
  name: "key and value",
  needs: TRAITS.separator,
  find: findPairs,
};

/** Characters looked at before a separator; names are shorter. */
const MAX_NAME_CHARS = 64;
const MAX_GAP_CHARS = 8;
const MAX_STRUCTURE_CHARS = 2048;
/** Words that need the one before them: "API key: x", "card number = x". */
const TAIL_WORD = /^(?:key|keys|number|code|id|token|no|string)$/i;
const HEADER = /^(?:proxy-)?authorization$|cookie$/i;
const INNER_HEADER = /(?:authorization|cookie)["'\s]{0,4}:/i;
const SCHEME = /^(?:Bearer|Basic|Token|ApiKey|Negotiate)(?:\s+|%20|\+)/i;
const PLACEHOLDER = /^(?:\$\{|\$\d+$|%[sdrivo@]$|\*+$|\[Filtered\]|\{\{|<[a-z_ -]{1,32}>$)/;
const NOTHING = /^(?:null|undefined|None|nil|true|false|True|False)$/;

/** What detectors leave behind: `[ssn] = x` speaks of no secret any more, and `password: [phone]` holds none. */
const MARKERS = new Set(["email", "ip", "card", "phone", "ssn", "iban"]);
const MARKER = /^\[(?:Filtered|email|ip|card|phone|ssn|iban)\]/;

function findPairs(text: string): Span[] {
  const found: Span[] = [];
  const separator = /[=:>]/g;
  let floor = 0;
  for (let match = separator.exec(text); match; match = separator.exec(text)) {
    const pair = pairAt(text, match.index, floor);
    if (!pair) continue;
    // A header in a value that seems to end: its quotes are its own, and it goes on to the end of the line.
    if (INNER_HEADER.test(text.slice(pair.start, pair.end))) pair.end = endOf(text, pair.end, /[\r\n]/g);
    found.push({ start: pair.start, end: pair.end, marker: FILTERED });
    // In `password= "api_key": "x"` and `password= Cookie: x` the first value is the name of the second.
    floor = pair.start;
    separator.lastIndex = "=:>".includes(text[pair.end - 1]!) ? pair.end - 1 : pair.end;
  }
  return found;
}

/** Start and end of the secret value that belongs to the separator at `index`, or null. */
function pairAt(
  text: string,
  index: number,
  floor: number,
): { start: number; end: number } | null {
  const name = nameBefore(text, index, floor);
  if (!name) return null;
  const kind = classifyKey(name.text);
  if (kind === null || kind === "personal") return null;
  if (text[index] === ">") return name.tag ? elementValue(text, index + 1) : null;

  let start = index + 1;
  while (start < text.length && start - index <= 3 && "=>:".includes(text[start]!)) start++;
  const arrow = start > index + 1;
  const gapStart = start;
  while (start < text.length && start - gapStart < MAX_GAP_CHARS && /\s/.test(text[start]!)) start++;
  if (start >= text.length || (text[index] === ":" && text.startsWith("//", start))) return null;
  const value = valueAt(
    text,
    start,
    HEADER.test(name.text) && text[index] === ":" && !name.quoted,
    text[name.start - 1] ?? "",
  );
  if (!value || value.end <= value.start) return null;
  const content = text.slice(value.start, Math.min(value.end, value.start + MAX_NAME_CHARS));
  if (NOTHING.test(content) || PLACEHOLDER.test(content)) return null;
  if (value.kind === "bare") {
    // `reset-password.ts:12:5` is a place in the source.
    if (name.text.includes(".") && /^\d{1,7}(?::\d{1,7})?$/.test(content)) return null;
    // Code, not data: a call, an index, an arrow function, a comparison.
    if (arrow && text[index] === "=") return null;
    if (/^[A-Za-z_$][\w$.]*$/.test(content) && "([".includes(text[value.end] ?? " ")) return null;
  }
  const spoken = text[index] === ":" && start > gapStart && !name.quoted;
  if (kind === "weak") {
    if (value.kind === "structure" || /^\d{1,6}$/.test(content)) return null;
    if (spoken && isProse(content)) return null;
    if (/nexpected\s+token$/.test(text.slice(Math.max(0, name.start - 12), name.end))) return null;
  }
  return value;
}

interface Name {
  text: string;
  start: number;
  end: number;
  quoted: boolean;
  /** True when it is the name of an XML element. */
  tag: boolean;
}

const NAME = 1, GAP = 2, QUOTE = 4;
/** What each ASCII character can be before a separator; a table, since this is asked for every character there. */
const KIND = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  return (/[\w.-]/.test(char) ? NAME : 0) | (/[\s=!:]/.test(char) ? GAP : 0) |
    (/["'`\\\])]/.test(char) ? QUOTE : 0);
});

function is(kind: number, text: string, index: number): boolean {
  return ((KIND[text.charCodeAt(index)] ?? 0) & kind) !== 0;
}

function nameBefore(text: string, index: number, floor: number): Name | null {
  let end = index;
  const gapFloor = Math.max(floor, index - MAX_GAP_CHARS);
  while (end > gapFloor && is(GAP, text, end - 1)) end--;
  const unquoted = end;
  while (end > gapFloor && is(QUOTE, text, end - 1)) end--;
  let start = end;
  const nameFloor = Math.max(floor, end - MAX_NAME_CHARS);
  while (start > nameFloor && is(NAME, text, start - 1)) start--;
  if (start === end) return null;
  let name = text.slice(start, end);
  if (text[start - 1] === "[" && text[end] === "]" && MARKERS.has(name)) return null;
  const tag = text[start - 1] === "<" || text[start - 1] === ":";
  if (text[start - 1] === " " && TAIL_WORD.test(name)) {
    let before = start - 1;
    while (before > nameFloor && is(NAME, text, before - 1)) before--;
    name = `${text.slice(before, start - 1)} ${name}`;
  }
  return { text: name, start, end, quoted: end < unquoted, tag };
}

function elementValue(text: string, start: number): { start: number; end: number } | null {
  const end = text.indexOf("<", start);
  if (end === -1 || end === start || end - start > MAX_STRUCTURE_CHARS) return null;
  return { start, end };
}

type Value = { start: number; end: number; kind: "quoted" | "bare" | "structure" };

function valueAt(text: string, start: number, header: boolean, quote: string): Value | null {
  if (header) return { start, end: headerEnd(text, start, quote), kind: "bare" };
  const opening = /^[bruf]?(\\{0,3})(["'`])/i.exec(text.slice(start, start + 5));
  if (opening) {
    const from = start + opening[0].length;
    return {
      start: from,
      end: closingQuote(text, from, opening[2]!, opening[1]!.length > 0),
      kind: "quoted",
    };
  }
  const first = text[start]!;
  if (first === "[" || first === "{") {
    if (MARKER.test(text.slice(start, start + FILTERED.length))) return null;
    const close = text.indexOf(first === "[" ? "]" : "}", start);
    const end = close === -1 || close - start > MAX_STRUCTURE_CHARS
      ? endOf(text, start, /[\r\n]/g)
      : close + 1;
    return { start, end, kind: "structure" };
  }
  const scheme = SCHEME.exec(text.slice(start, start + 16));
  const from = start + (scheme?.[0].length ?? 0);
  return { start: from, end: endOf(text, from, /[\s,;&"'`<>()\[\]{}|\\]/g), kind: "bare" };
}

/**
 * A header's value goes to the end of the line; or, when the whole header is quoted as in `-H "Cookie: a=b"`, to that
 * quote, unless it is one that opens a quoted part of the value.
 */
function headerEnd(text: string, start: number, quote: string): number {
  const line = endOf(text, start, /[\r\n]/g);
  if (!`"'\``.includes(quote) || quote === "") return line;
  const end = text.indexOf(quote, start);
  return end === -1 || end > line || text[end - 1] === "=" ? line : end;
}

/** Index of the quote that ends a value, or the end of the line when none does. */
function closingQuote(text: string, from: number, quote: string, escaped: boolean): number {
  for (let at = text.indexOf(quote, from); at !== -1; at = text.indexOf(quote, at + 1)) {
    if (escaped) return text[at - 1] === "\\" ? backslashesBefore(text, at) : at;
    if (text[at - 1] !== "\\") return at;
  }
  return endOf(text, from, /[\r\n]/g);
}

function backslashesBefore(text: string, index: number): number {
  let at = index;
  while (at > 0 && text[at - 1] === "\\") at--;
  return at;
}

function endOf(text: string, from: number, stop: RegExp): number {
  stop.lastIndex = from;
  return stop.exec(text)?.index ?? text.length;
}
