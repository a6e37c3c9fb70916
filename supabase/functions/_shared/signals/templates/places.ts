import type { Candidate } from "./shape.ts";
import { keyOf, mix, type TokenHashes } from "./token-hashes.ts";

/** Places that may be variable, and the lines that differ only there. */
export interface Proposal {
  /** Tells proposals of one group apart, whatever the order of the lines. */
  key: number;
  open: number[];
  members: Candidate[];
}

/** Positions that may be opened at once. */
const MAX_OPEN = 4;

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

const SEED_HIGH = 0x85ebca6b;
const SEED_LOW = 0xc2b2ae35;
const OPEN_TOKEN = -7;

/**
 * For each member the patterns that it may be an instance of: any one of its words open, or its two to four rarest words.
 * Rare is counted in different lines, not in occurrences: a value that is repeated a thousand times is still one value.
 */
export function proposalsOf(members: readonly Candidate[], hashes: TokenHashes): Proposal[] {
  const degrees = degreesOf(members);
  const proposals = new Map<number, Proposal>();
  for (const member of members) {
    const places: number[] = [];
    const high: number[] = [];
    const low: number[] = [];
    let sumHigh = 0;
    let sumLow = 0;
    member.tokens.forEach((token, position) => {
      const hash = hashes.of(token);
      high.push(mix(position, hash.high, SEED_HIGH));
      low.push(mix(position, hash.low, SEED_LOW));
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
      const key = keyOf(h, l);
      const known = proposals.get(key);
      if (known) known.members.push(member);
      else proposals.set(key, { key, open, members: [member] });
    };
    for (const position of places) propose([position]);
    for (let count = 2; count <= Math.min(MAX_OPEN, places.length); count++) {
      propose(places.slice(0, count).sort((a, b) => a - b));
    }
  }
  return [...proposals.values()].filter((proposal) => proposal.members.length > 1);
}
