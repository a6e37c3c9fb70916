import { TRAITS } from "./detector.ts";

/** Token characters in a row from which on a text may hold a key; the shortest known key has 16. */
const LONG_RUN_CHARS = 16;
/** A dotted IPv4 address has at least four digits and three dots. */
const IPV4_DOTS = 3;
const IPV4_DIGITS = 4;
/** A US social security number has nine digits, phones ten, cards thirteen. */
const MANY_DIGITS = 9;
/** The shortest IPv6 address that matters has two colons. */
const IPV6_COLONS = 2;
const PEM_DASHES = 5;

const OTHER = 0,
  TOKEN = 1,
  DIGIT = 2,
  DOT = 3,
  COLON = 4,
  AT = 5,
  PERCENT = 6,
  EQUALS = 7,
  QUOTE = 8,
  DASH = 9;
const SLASH = 10, NUL = 11, SPACE = 12, BACKSLASH = 13;

const CLASS = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const char = String.fromCharCode(code);
  if (/[A-Za-z_+]/.test(char)) CLASS[code] = TOKEN;
  else if (/\d/.test(char)) CLASS[code] = DIGIT;
}
for (
  const [char, kind] of [
    [".", DOT],
    [":", COLON],
    ["@", AT],
    ["%", PERCENT],
    ["=", EQUALS],
    [">", EQUALS],
    [
      '"',
      QUOTE,
    ],
    ["'", QUOTE],
    ["-", DASH],
    ["/", SLASH],
    ["\0", NUL],
    [" ", SPACE],
    ["\\", BACKSLASH],
  ] as const
) CLASS[char.charCodeAt(0)] = kind;

/**
 * The traits of `text`, in one pass. Most strings of an event have none that matters, and then cost nothing more.
 */
export function traitsOf(text: string): number {
  let traits = 0, run = 0, longest = 0, digits = 0, dots = 0, colons = 0, dashes = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const kind = code < 128 ? CLASS[code] : OTHER;
    if (kind === TOKEN) {
      run++;
      dashes = 0;
      continue;
    }
    if (kind === DIGIT) {
      run++;
      digits++;
      dashes = 0;
      continue;
    }
    if (kind === DASH) {
      run++;
      dashes++;
      if (dashes === 2) traits |= TRAITS.quoteOrFlag;
      else if (dashes === PEM_DASHES) traits |= TRAITS.pem;
      continue;
    }
    dashes = 0;
    if (kind === SLASH) {
      // Base64 has slashes, but so have paths: a slash ends a run, keys are found by the part before it.
      if (i >= 2 && text.charCodeAt(i - 1) === 47 && text.charCodeAt(i - 2) === 58) traits |= TRAITS.url;
    } else if (kind === DOT) dots++;
    else if (kind === COLON) colons++;
    else if (kind === AT) traits |= TRAITS.at;
    else if (kind === PERCENT) traits |= TRAITS.percent;
    else if (kind === EQUALS) traits |= TRAITS.separator;
    else if (kind === QUOTE) traits |= TRAITS.quoteOrFlag;
    else if (kind === BACKSLASH) traits |= TRAITS.backslash;
    else if (kind === SPACE) traits |= TRAITS.space;
    else if (kind === NUL) traits |= TRAITS.nul;
    if (run > longest) longest = run;
    run = 0;
  }
  if (Math.max(run, longest) >= LONG_RUN_CHARS) traits |= TRAITS.longRun;
  if (colons > 0) traits |= TRAITS.separator;
  if (colons >= IPV6_COLONS) traits |= TRAITS.colons;
  if (dots >= IPV4_DOTS && digits >= IPV4_DIGITS) traits |= TRAITS.dottedDigits;
  if (digits >= MANY_DIGITS) traits |= TRAITS.manyDigits;
  return traits;
}
