import { absorb } from "./absorb.ts";
import { neededAt, OPEN_AT_FLOWING } from "./evidence.ts";
import { openGaps } from "./gaps.ts";
import { type Proposal, proposalsOf } from "./places.ts";
import { reduce } from "./reduce.ts";
import { type Candidate, distinct, isWord, openPlaces, type Shape } from "./shape.ts";
import { TokenHashes } from "./token-hashes.ts";
import { VARIABLE } from "./vocabulary.ts";

/** Rounds until nothing opens any more; each can make shapes equal that the next one compares. */
const MAX_ROUNDS = 8;
/** Fixed words that must surround a place where both a word and a value were seen, unless values are the rule there. */
const ANCHORS_OF_MIXED = 2;

/** Places of words and punctuation: only lines that agree in it can differ in single words. */
function skeleton(tokens: readonly string[]): string {
  let key = "";
  for (const token of tokens) key += token === VARIABLE || isWord(token) ? "w " : `${token} `;
  return key;
}

/** Different words that a proposal saw at a place. */
function valuesAt(members: readonly Candidate[], position: number): Set<string> {
  return new Set(members.map((member) => member.tokens[position]!));
}

/**
 * Words that were seen in exchange for each other at one place, over all lines in which they were: `GET` and `POST` in
 * one, `POST` and `PUT` in another are three values of one variable.
 */
class Exchanges {
  #parents = new Map<string, string>();
  #sizes = new Map<string, string[]>();

  static key(position: number, word: string): string {
    return `${position} ${word}`;
  }

  #root(key: string): string {
    let root = key;
    for (let next = this.#parents.get(root); next !== undefined; next = this.#parents.get(root)) root = next;
    if (root !== key) this.#parents.set(key, root);
    return root;
  }

  link(position: number, words: Iterable<string>): void {
    let first: string | null = null;
    for (const word of words) {
      const root = this.#root(Exchanges.key(position, word));
      const members = this.#sizes.get(root) ?? [word];
      this.#sizes.set(root, members);
      if (first === null) {
        first = root;
        continue;
      }
      const target = this.#root(first);
      if (target === root) continue;
      this.#parents.set(root, target);
      this.#sizes.get(target)!.push(...members);
      this.#sizes.delete(root);
    }
  }

  of(position: number, word: string): readonly string[] {
    return this.#sizes.get(this.#root(Exchanges.key(position, word))) ?? [word];
  }
}

/** The positions that a proposal opens, or null when the evidence does not suffice. */
function decide(
  proposal: Proposal,
  members: readonly Candidate[],
  alternatives: readonly Set<string>[],
  exchanges: Exchanges,
): number[] | null {
  const tokens = members[0]!.tokens.map((token, position) =>
    proposal.open.includes(position) ? VARIABLE : token
  );
  const anchors = tokens.filter(isWord).length;
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
    } else {
      const [first] = values;
      const pooled = proposal.open.length === 1 ? exchanges.of(position, first!) : [...values];
      const all = pooled.length > values.size ? pooled : [...values];
      if (all.length < neededAt(tokens, position, all, anchors, alternatives)) return null;
    }
    opened.push(position);
  }
  return opened.length > 0 ? opened : null;
}

function openSinglePlaces(candidates: readonly Candidate[], hashes: TokenHashes): boolean {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const key = skeleton(candidate.tokens);
    const known = groups.get(key);
    if (known) known.push(candidate);
    else groups.set(key, [candidate]);
  }
  const proposals: { found: Proposal[]; exchanges: Exchanges }[] = [];
  const alternatives: Set<string>[] = [];
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    const found = proposalsOf(group, hashes);
    // Fewer open places first: what one place explains needs no second. Then the best supported.
    found.sort((a, b) =>
      a.open.length - b.open.length || b.members.length - a.members.length || a.key - b.key
    );
    const exchanges = new Exchanges();
    proposals.push({ found, exchanges });
    for (const proposal of found) {
      if (proposal.open.length > 1) continue;
      const values = valuesAt(proposal.members, proposal.open[0]!);
      values.delete(VARIABLE);
      exchanges.link(proposal.open[0]!, values);
      if (proposal.members.length >= OPEN_AT_FLOWING) alternatives.push(values);
    }
  }
  let changed = false;
  for (const { found, exchanges } of proposals) {
    const settled = new Set<Candidate>();
    for (const proposal of found) {
      const members = proposal.members.filter((member) => !settled.has(member));
      if (members.length < 2) continue;
      const opened = decide(proposal, members, alternatives, exchanges);
      if (opened === null) continue;
      for (const member of members) {
        settled.add(member);
        openPlaces(member, opened);
      }
      changed = true;
    }
  }
  return changed;
}

/**
 * Finds which parts of masked lines are values, from how lines differ, and replaces them by `<*>` in place; shapes that
 * then have equal tokens are one template. Depends on the set of shapes alone, not on their order of arrival.
 *
 * In each round single places are opened where enough different words were seen while all else stayed the same (how many
 * is in `evidence.ts`), then parts of any length, and what is an instance of a template found so far joins it.
 */
export function generalise(shapes: readonly Shape[]): void {
  const hashes = new TokenHashes();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const single = openSinglePlaces(distinct(shapes), hashes);
    const gaps = openGaps(distinct(shapes), hashes);
    if (!absorb(distinct(shapes)) && !gaps && !single) break;
  }
  reduce(distinct(shapes));
}
