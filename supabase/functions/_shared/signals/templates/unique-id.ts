/** Shorter words are names far more often than ids. */
const MIN_LENGTH = 10;
/** Mean length of runs of one character class below which no word is pronounceable. */
const RANDOM_RUN_LENGTH = 2.8;
/** The same for ids without any digit, where camelCase must not be taken for chance. */
const RANDOM_LETTER_RUN_LENGTH = 1.9;
/** The same for long words with a single group of digits. */
const RANDOM_MIXED_RUN_LENGTH = 2.3;
/** A run of this many digits inside a word counts something. */
const LONG_DIGITS = 9;

enum Class {
  Lower,
  Upper,
  Digit,
  Other,
}

function classOf(code: number): Class {
  if (code >= 48 && code <= 57) return Class.Digit;
  if (code >= 97 && code <= 122) return Class.Lower;
  if (code >= 65 && code <= 90) return Class.Upper;
  return Class.Other;
}

/**
 * Whether a word of letters, digits, `_` and `-` was made by a generator rather than by a person: chance changes between
 * lower case, upper case and digits far more often than words, version numbers and camelCase do.
 */
export function looksUnique(word: string): boolean {
  if (word.length < MIN_LENGTH) return false;
  let runs = 0;
  let digitRuns = 0;
  let digits = 0;
  let letters = 0;
  let longest = 0;
  let current = 0;
  let hex = true;
  let previous: Class = Class.Other;
  for (let i = 0; i < word.length; i++) {
    const code = word.charCodeAt(i);
    const kind = classOf(code);
    if (kind !== previous || i === 0) {
      // A capital that starts a word (`Error`) belongs to the run that follows it.
      const startsWord = previous === Class.Upper && kind === Class.Lower && current === 1;
      if (!startsWord && kind !== Class.Other) runs++;
      if (kind === Class.Digit) digitRuns++;
      current = 0;
    }
    current++;
    if (kind === Class.Digit) {
      digits++;
      if (current > longest) longest = current;
    } else if (kind !== Class.Other) letters++;
    if (hex && kind !== Class.Digit && !(code >= 97 && code <= 102) && !(code >= 65 && code <= 70)) {
      hex = kind === Class.Other && i >= 8;
      if (hex) return digits > 1 && letters > 0 && digitRuns > 1;
    }
    previous = kind;
  }
  if (letters === 0) return false;
  const runLength = (letters + digits) / Math.max(1, runs);
  if (digits === 0) return word.length >= 16 && runLength < RANDOM_LETTER_RUN_LENGTH;
  if (longest >= LONG_DIGITS) return true;
  if (word.length >= 16 && runLength < RANDOM_MIXED_RUN_LENGTH) return true;
  if (word.length >= 20 && digitRuns >= 2) return runLength < RANDOM_RUN_LENGTH + 0.6;
  return digitRuns >= 2 && runLength < RANDOM_RUN_LENGTH;
}
