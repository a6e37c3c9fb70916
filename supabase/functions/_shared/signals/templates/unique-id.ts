/** Shorter words are names far more often than ids. */
const MIN_LENGTH = 10;
/** Mean length of runs of one character class below which no word is pronounceable. */
const RANDOM_RUN_LENGTH = 2.8;
/** The same for ids without any digit, where camelCase must not be taken for chance. */
const RANDOM_LETTER_RUN_LENGTH = 1.9;
/** The same for long words with a single group of digits. */
const RANDOM_MIXED_RUN_LENGTH = 2.5;
/** Words of this length are judged by their runs alone. */
const LONG = 16;
/** A run of this many digits inside a word counts something. */
const LONG_DIGITS = 9;

const HEX = /^(?:[0-9a-f]+|[0-9A-F]+)$/;

enum Class {
  Lower,
  Upper,
  Digit,
}

function classOf(code: number): Class {
  if (code >= 48 && code <= 57) return Class.Digit;
  return code >= 97 && code <= 122 ? Class.Lower : Class.Upper;
}

/**
 * Whether a word of letters, digits, `_` and `-` was made by a generator rather than by a person: chance changes between
 * lower case, upper case and digits far more often than words, version numbers and camelCase do.
 */
export function looksUnique(word: string): boolean {
  if (word.length < MIN_LENGTH) return false;
  const pieces = word.split(/[_-]/);
  if (pieces.some(pieceLooksUnique)) return true;
  // An alphabet with separators in it (base64url): the whole is random although its pieces are short.
  const whole = pieces.join("");
  return whole.length >= LONG && /[a-z]/.test(whole) && /[A-Z]/.test(whole) && /\d/.test(whole) &&
    pieceLooksUnique(whole);
}

/** The same for a piece without separators. */
function pieceLooksUnique(piece: string): boolean {
  if (piece.length < MIN_LENGTH) return false;
  let runs = 0;
  let digitRuns = 0;
  let digits = 0;
  let longest = 0;
  let current = 0;
  let previous: Class | null = null;
  for (let i = 0; i < piece.length; i++) {
    const kind = classOf(piece.charCodeAt(i));
    if (kind !== previous) {
      // A capital that starts a word (`Error`) belongs to the run that follows it.
      const startsWord = previous === Class.Upper && kind === Class.Lower && current === 1;
      if (!startsWord) runs++;
      if (kind === Class.Digit) digitRuns++;
      current = 0;
    }
    current++;
    if (kind === Class.Digit) {
      digits++;
      if (current > longest) longest = current;
    }
    previous = kind;
  }
  if (digits === piece.length) return false;
  const runLength = piece.length / runs;
  if (digits === 0) return piece.length >= LONG && runLength < RANDOM_LETTER_RUN_LENGTH;
  if (longest >= LONG_DIGITS) return true;
  if (HEX.test(piece)) return digits > 1 && digitRuns > 1;
  if (piece.length >= LONG && runLength < RANDOM_MIXED_RUN_LENGTH) return true;
  return digitRuns >= 2 && runLength < RANDOM_RUN_LENGTH;
}
