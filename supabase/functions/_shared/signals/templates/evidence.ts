import { BEFORE_TO_AND_VERB, ENUMERATED, HTTP_METHODS, IDENTIFIER, MODALS } from "./vocabulary.ts";

/**
 * Different words at one place, everything else equal, from which on the place is taken for variable: fewer may be the
 * cases of one switch. People who label logs keep two or three words apart, and programs seldom have four statements that
 * differ in one word alone; 3,200 format strings of some thirty programs were looked at for that.
 */
const OPEN_AT = 4;
/** How many more are needed of a first word: it is the subject of the statement, unless it is a name or a label. */
const FIRST_WORD = 6;
/** How many more where hardly anything else stands in the line. */
const FEW_ANCHORS = 2;
/** Verbs tell statements apart. */
const OPEN_AT_VERBS = 20;
/** Constants in capitals are printed by name, from an enumeration. */
const OPEN_AT_CONSTANTS = 3;
/**
 * Enough where the same plain words are interchangeable at several places of different lines: they are data that flows.
 * Names that programs give (dotted, camelCase) do so as constants, too, and need the usual number.
 */
export const OPEN_AT_FLOWING = 3;

/** Whether English puts a verb after these words. */
export function isVerbPlace(tokens: readonly string[], position: number): boolean {
  const before = tokens[position - 1];
  if (before === undefined) return false;
  return MODALS.has(before.toLowerCase()) ||
    (before === "to" && BEFORE_TO_AND_VERB.test(tokens[position - 2] ?? ""));
}

function most(values: readonly string[], pattern: RegExp): boolean {
  let count = 0;
  for (const value of values) if (pattern.test(value)) count++;
  return count * 2 > values.length;
}

/** Whether a value between these two tokens is set off from the sentence. */
export function isEnclosed(before: string, after: string): boolean {
  return (before === "[" && after === "]") || (before === "(" && after === ")") ||
    ((before === '"' || before === "'") && after === before) || (before === "`" && after === "'");
}

/** Whether at least three of the words are interchangeable at two places or more. */
function flows(values: readonly string[], alternatives: readonly Set<string>[]): boolean {
  if (values.length < OPEN_AT_FLOWING) return false;
  let places = 0;
  for (const other of alternatives) {
    let shared = 0;
    for (const value of values) if (other.has(value)) shared++;
    if (shared >= OPEN_AT_FLOWING && ++places >= 2) return true;
  }
  return false;
}

/** How many different words must have been seen at a place before it is taken for variable. */
export function neededAt(
  tokens: readonly string[],
  position: number,
  values: readonly string[],
  anchors: number,
  alternatives: readonly Set<string>[],
): number {
  if (isVerbPlace(tokens, position) || values.every((value) => HTTP_METHODS.has(value))) return OPEN_AT_VERBS;
  const areNames = most(values, IDENTIFIER);
  let needed = OPEN_AT;
  if (position === 0 && !areNames && tokens[1] !== ":") needed += FIRST_WORD;
  if (anchors <= 1) needed += FEW_ANCHORS;
  if (most(values, ENUMERATED)) return OPEN_AT_CONSTANTS;
  return !areNames && flows(values, alternatives) ? Math.min(needed, OPEN_AT_FLOWING) : needed;
}
