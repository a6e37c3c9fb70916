import {
  BEFORE_TO_AND_VERB,
  ENUMERATED,
  HTTP_METHODS,
  IDENTIFIER,
  LEADS_TO_VALUE,
  MODALS,
  PROSE,
} from "./vocabulary.ts";

/** Different words at one place, everything else equal, from which on the place is taken for variable. */
export const OPEN_AT = 5;
/** Changes of that number by what the place and its words look like. */
const FIRST_WORD = 6;
const FEW_ANCHORS = 2;
const LEADS = -1;
const ENCLOSED = -1;
const NAMES = -1;
const PROSE_WORDS = 2;
/** Verbs tell statements apart. */
const OPEN_AT_VERBS = 20;
/** Constants in capitals are printed by name, from an enumeration. */
const OPEN_AT_CONSTANTS = 3;
/**
 * Enough where the same plain words are interchangeable at several places of different lines: they are data that flows.
 * Names that programs give (dotted, camelCase) do so as constants, too, and need the usual number.
 */
export const OPEN_AT_FLOWING = 3;
/** However plain the form: fewer words may always be the cases of one switch. */
const FEWEST = 4;

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
  const before = tokens[position - 1] ?? "";
  const after = tokens[position + 1] ?? "";
  let needed = OPEN_AT;
  if (anchors <= 1) needed += FEW_ANCHORS;
  if (isVerbPlace(tokens, position) || values.every((value) => HTTP_METHODS.has(value))) return OPEN_AT_VERBS;
  if (before === "=" || (before === ":" && position > 1) || LEADS_TO_VALUE.has(before.toLowerCase())) {
    needed += LEADS;
  }
  if (isEnclosed(before, after)) needed += ENCLOSED;
  const areNames = most(values, IDENTIFIER);
  if (position === 0 && !areNames && after !== ":") needed += FIRST_WORD;
  if (areNames) needed += NAMES;
  if (most(values, PROSE)) needed += PROSE_WORDS;
  if (most(values, ENUMERATED)) return OPEN_AT_CONSTANTS;
  needed = Math.max(needed, FEWEST);
  return !areNames && flows(values, alternatives) ? Math.min(needed, OPEN_AT_FLOWING) : needed;
}
