/** What replaces a secret. The same word as in Sentry, so that people know it and so that scrubbing twice is harmless. */
export const FILTERED = "[Filtered]";

/** Traits of a text that one pass over its characters finds; a detector runs only where all the traits it needs are. */
export const TRAITS = {
  at: 1,
  percent: 2,
  separator: 4,
  longRun: 8,
  url: 16,
  pem: 32,
  dottedDigits: 64,
  colons: 128,
  manyDigits: 256,
  quoteOrFlag: 512,
  nul: 1024,
  space: 2048,
  backslash: 4096,
} as const;

/** A part of a text that must go, from `start` up to and without `end`, and what takes its place. */
export interface Span {
  start: number;
  end: number;
  marker: string;
}

/**
 * Finds one kind of secret or personal data by its shape. `find` takes time linear in the length of the text, whatever
 * the text is: no pattern in it may backtrack over an unbounded run. Its spans are in order and do not overlap.
 */
export interface Detector {
  name: string;
  /** Traits of which at least one must be there for `find` to find anything. */
  needs: number;
  find(text: string): Span[];
}

/** The spans of all matches of `pattern` that `accepts`. `lead` of a match is kept: what stands before the secret. */
export function spansOf(
  text: string,
  pattern: RegExp,
  marker: string,
  accepts: (match: RegExpExecArray) => boolean = () => true,
  lead: (match: RegExpExecArray) => number = () => 0,
): Span[] {
  const found: Span[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    if (accepts(match)) {
      found.push({ start: match.index + lead(match), end: match.index + match[0].length, marker });
    }
  }
  return found;
}

/**
 * The text with the markers in place of the spans. Spans that overlap go as one, so that nothing of either is left;
 * the marker is that of the one which comes first in `spans`.
 */
export function replaceSpans(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text;
  const ordered = spans.map((span, rank) => ({ ...span, rank }))
    .sort((a, b) => a.start - b.start || b.end - a.end);
  let out = "";
  let done = 0;
  for (let i = 0; i < ordered.length;) {
    let { start, end, marker, rank } = ordered[i++]!;
    for (; i < ordered.length && ordered[i]!.start < end; i++) {
      const other = ordered[i]!;
      end = Math.max(end, other.end);
      if (other.rank < rank) ({ marker, rank } = other);
    }
    out += text.slice(done, start) + marker;
    done = end;
  }
  return out + text.slice(done);
}
