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

/**
 * Finds one kind of secret or personal data by its shape. `scrub` takes time linear in the length of the text, whatever
 * the text is: no pattern in it may backtrack over an unbounded run.
 */
export interface Detector {
  name: string;
  /** Traits of which at least one must be there for `scrub` to find anything. */
  needs: number;
  scrub(text: string): string;
}
