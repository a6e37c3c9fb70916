import { ENUMERATED, IDENTIFIER, LEADS_TO_VALUE, PROSE, VARIABLE } from "./vocabulary.ts";

/** A masked line that was seen, with how often. `tokens` are replaced as positions are found to be variable. */
export interface Shape {
  tokens: string[];
  count: number;
}

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
/** Positions that may be opened at once. */
const MAX_OPEN = 4;
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

interface Candidate {
  tokens: string[];
  count: number;
  shapes: Shape[];
}

interface Proposal {
  open: number[];
  members: Candidate[];
}

/** Places of words and punctuation: only lines that agree in it can be one statement of a program. */
function skeleton(tokens: readonly string[]): string {
  let key = "";
  for (const token of tokens) key += token === VARIABLE || isWord(token) ? "w " : `${token} `;
  return key;
}

/** How many members have each word, per position. */
function degreesOf(members: readonly Candidate[]): Map<string, number>[] {
  return members[0]!.tokens.map((_, position) => {
    const degrees = new Map<string, number>();
    for (const member of members) {
      const token = member.tokens[position]!;
      degrees.set(token, (degrees.get(token) ?? 0) + 1);
    }
    return degrees;
  });
}

/** Two sums of position and word that wildcards can be taken out of without building a text for each proposal. */
function mix(position: number, token: number, seed: number): number {
  let hash = Math.imul(position + 1, 0x9e3779b1) ^ Math.imul(token + 1, seed);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const SEED_HIGH = 0x27d4eb2f;
const SEED_LOW = 0x165667b1;
const OPEN_TOKEN = -7;

/**
 * For each member the patterns that it may be an instance of: any one of its words open, or its two to four rarest words.
 * Rare is counted in different lines, not in occurrences: a value that is repeated a thousand times is still one value.
 */
function proposalsOf(members: readonly Candidate[], ids: Map<string, number>): Proposal[] {
  const degrees = degreesOf(members);
  const proposals = new Map<number, Proposal>();
  for (const member of members) {
    const places: number[] = [];
    const high: number[] = [];
    const low: number[] = [];
    let sumHigh = 0;
    let sumLow = 0;
    member.tokens.forEach((token, position) => {
      const id = ids.get(token) ?? ids.set(token, ids.size).get(token)!;
      high.push(mix(position, id, SEED_HIGH));
      low.push(mix(position, id, SEED_LOW));
      sumHigh = (sumHigh + high[position]!) >>> 0;
      sumLow = (sumLow + low[position]!) >>> 0;
      if (degrees[position]!.size > 1) places.push(position);
    });
    const degree = (position: number) => degrees[position]!.get(member.tokens[position]!)!;
    places.sort((a, b) => degree(a) - degree(b) || b - a);
    const propose = (open: number[]) => {
      let h = sumHigh;
      let l = sumLow;
      for (const position of open) {
        h = (h - high[position]! + mix(position, OPEN_TOKEN, SEED_HIGH)) >>> 0;
        l = (l - low[position]! + mix(position, OPEN_TOKEN, SEED_LOW)) >>> 0;
      }
      // 53 bits: exact in a double, and collisions are left to chance that never comes.
      const key = h * 0x20_0000 + (l >>> 11);
      const known = proposals.get(key);
      if (known) known.members.push(member);
      else proposals.set(key, { open, members: [member] });
    };
    for (const position of places) propose([position]);
    for (let count = 2; count <= Math.min(MAX_OPEN, places.length); count++) {
      propose(places.slice(0, count).sort((a, b) => a - b));
    }
  }
  return [...proposals.values()].filter((proposal) => proposal.members.length > 1);
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
