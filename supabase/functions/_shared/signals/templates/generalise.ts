import { type Candidate, type Proposal, proposalsOf, type Shape } from "./proposals.ts";
import { ENUMERATED, IDENTIFIER, LEADS_TO_VALUE, PROSE, VARIABLE } from "./vocabulary.ts";

/** Different words at one place, everything else equal, from which on the place is taken for variable. */
const OPEN_AT = 5;
/** Changes of that number by what the place and its words look like. */
const FIRST_WORD = 6;
const FEW_ANCHORS = 2;
const LEADS = -1;
const ENCLOSED = -1;
const NAMES = -1;
const PROSE_WORDS = 2;
const CONSTANTS = 4;
/**
 * Enough where the same plain words are interchangeable at several places of different lines: they are data that flows.
 * Names that programs give (dotted, camelCase) do so as constants, too, and need the usual number.
 */
const OPEN_AT_FLOWING = 3;
/** However plain the form: fewer words may always be the cases of one switch. */
const FEWEST = 4;
/** Rounds until nothing opens any more; each can make shapes equal that the next one compares. */
const MAX_ROUNDS = 6;
/** Fixed words that must surround a place where both a word and a value were seen, unless values are the rule there. */
const ANCHORS_OF_MIXED = 2;

const PUNCTUATION = /^[^\p{L}\p{N}<]+$/u;
const punctuationCache = new Map<string, boolean>();
const MAX_PUNCTUATION_CACHE = 10_000;

/** Whether a token is a word: neither punctuation nor `<*>`. */
export function isWord(token: string): boolean {
  if (token === VARIABLE) return false;
  let known = punctuationCache.get(token);
  if (known === undefined) {
    if (punctuationCache.size >= MAX_PUNCTUATION_CACHE) punctuationCache.clear();
    punctuationCache.set(token, known = PUNCTUATION.test(token));
  }
  return !known;
}

/** Places of words and punctuation: only lines that agree in it can be one statement of a program. */
function skeleton(tokens: readonly string[]): string {
  let key = "";
  for (const token of tokens) key += token === VARIABLE || isWord(token) ? "w " : `${token} `;
  return key;
}

/** Different words that a proposal saw at a place. */
function valuesAt(members: readonly Candidate[], position: number): Set<string> {
  return new Set(members.map((member) => member.tokens[position]!));
}

function most(values: readonly string[], pattern: RegExp): boolean {
  let count = 0;
  for (const value of values) if (pattern.test(value)) count++;
  return count * 2 > values.length;
}

function isEnclosed(before: string, after: string): boolean {
  return (before === "[" && after === "]") || (before === "(" && after === ")") ||
    ((before === '"' || before === "'") && after === before);
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
function neededAt(
  tokens: readonly string[],
  position: number,
  values: readonly string[],
  anchors: number,
  alternatives: readonly Set<string>[],
): number {
  const before = tokens[position - 1] ?? "";
  const after = tokens[position + 1] ?? "";
  let needed = OPEN_AT;
  if (position === 0) needed += FIRST_WORD;
  if (anchors <= 1) needed += FEW_ANCHORS;
  if (before === "=" || (before === ":" && position > 1) || LEADS_TO_VALUE.has(before.toLowerCase())) {
    needed += LEADS;
  }
  if (isEnclosed(before, after)) needed += ENCLOSED;
  const areNames = most(values, IDENTIFIER);
  if (areNames) needed += NAMES;
  if (most(values, PROSE)) needed += PROSE_WORDS;
  if (most(values, ENUMERATED)) return needed + CONSTANTS;
  needed = Math.max(needed, FEWEST);
  return !areNames && flows(values, alternatives) ? Math.min(needed, OPEN_AT_FLOWING) : needed;
}

/** The positions that a proposal opens, or null when the evidence does not suffice. */
function decide(
  proposal: Proposal,
  members: readonly Candidate[],
  alternatives: readonly Set<string>[],
): number[] | null {
  const tokens = members[0]!.tokens;
  let anchors = 0;
  tokens.forEach((token, position) => {
    if (!proposal.open.includes(position) && isWord(token)) anchors++;
  });
  if (anchors < Math.max(1, proposal.open.length)) return null;
  const opened: number[] = [];
  for (const position of proposal.open) {
    const values = valuesAt(members, position);
    if (values.size < 2) continue;
    if (values.delete(VARIABLE)) {
      let asValue = 0;
      let asWord = 0;
      for (const member of members) {
        if (member.tokens[position] === VARIABLE) asValue += member.count;
        else asWord += member.count;
      }
      if (anchors < ANCHORS_OF_MIXED && asValue < asWord) return null;
    } else if (values.size < neededAt(tokens, position, [...values], anchors, alternatives)) {
      return null;
    }
    opened.push(position);
  }
  return opened.length > 0 ? opened : null;
}

function openPositions(candidate: Candidate, positions: readonly number[]): void {
  for (const shape of candidate.shapes) {
    shape.tokens = shape.tokens.map((token, position) => positions.includes(position) ? VARIABLE : token);
  }
}

function distinct(shapes: readonly Shape[]): Candidate[] {
  const byKey = new Map<string, Candidate>();
  for (const shape of shapes) {
    const key = shape.tokens.join(" ");
    const known = byKey.get(key);
    if (known) {
      known.count += shape.count;
      known.shapes.push(shape);
    } else byKey.set(key, { tokens: shape.tokens, count: shape.count, shapes: [shape] });
  }
  return [...byKey.values()];
}

function generaliseOnce(candidates: Candidate[]): boolean {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const key = skeleton(candidate.tokens);
    const known = groups.get(key);
    if (known) known.push(candidate);
    else groups.set(key, [candidate]);
  }
  const ids = new Map<string, number>();
  const proposals: Proposal[][] = [];
  const alternatives: Set<string>[] = [];
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    const found = proposalsOf(group, ids);
    // Fewer open places first: what one place explains needs no second. Then the best supported.
    found.sort((a, b) => a.open.length - b.open.length || b.members.length - a.members.length);
    proposals.push(found);
    for (const proposal of found) {
      if (proposal.open.length > 1 || proposal.members.length < OPEN_AT_FLOWING) continue;
      const values = valuesAt(proposal.members, proposal.open[0]!);
      values.delete(VARIABLE);
      alternatives.push(values);
    }
  }
  let changed = false;
  for (const found of proposals) {
    const settled = new Set<Candidate>();
    for (const proposal of found) {
      const members = proposal.members.filter((member) => !settled.has(member));
      if (members.length < 2) continue;
      const opened = decide(proposal, members, alternatives);
      if (opened === null) continue;
      for (const member of members) {
        settled.add(member);
        openPositions(member, opened);
      }
      changed = true;
    }
  }
  return changed;
}

/** `name : <*>` as `<*>`, and `( name )` left out: what a value or its apposition looks like in other lines. */
function reductions(tokens: readonly string[]): string[][] {
  const found: string[][] = [];
  for (let i = 0; i + 2 < tokens.length; i++) {
    if (tokens[i + 1] === ":" && tokens[i + 2] === VARIABLE && isWord(tokens[i]!)) {
      found.push([...tokens.slice(0, i), ...tokens.slice(i + 2)]);
    }
    if (tokens[i] === "(" && tokens[i + 2] === ")" && isWord(tokens[i + 1]!)) {
      found.push([...tokens.slice(0, i), ...tokens.slice(i + 3)]);
    }
  }
  return found;
}

/** Fixed words that two lines of different length must share before one is taken for the other. */
const ANCHORS_OF_REDUCTION = 3;

/** Gives lines that say the same with one value more the tokens of those without it. */
function reduce(candidates: readonly Candidate[]): void {
  const byKey = new Map(candidates.map((candidate) => [candidate.tokens.join(" "), candidate]));
  for (const candidate of candidates) {
    for (const tokens of reductions(candidate.tokens)) {
      const other = byKey.get(tokens.join(" "));
      if (!other || other.count < candidate.count || tokens.filter(isWord).length < ANCHORS_OF_REDUCTION) {
        continue;
      }
      for (const shape of candidate.shapes) shape.tokens = other.tokens;
      break;
    }
  }
}

/**
 * Finds which words of masked lines are values, from how lines differ, and replaces them by `<*>` in place; shapes that
 * then have equal tokens are one template. Depends on the set of shapes alone, not on their order of arrival.
 *
 * A place is opened when many different words were seen there while everything else stayed the same. How many are needed
 * rests on form (names, constants, prose, what stands before) and on whether the same words are interchangeable elsewhere.
 */
export function generalise(shapes: readonly Shape[]): void {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (!generaliseOnce(distinct(shapes))) break;
  }
  reduce(distinct(shapes));
}
