import type { Candidate } from "./shape.ts";

/** Places that may be variable, and the lines that differ only there. */
export interface Proposal {
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
export function proposalsOf(members: readonly Candidate[], ids: Map<string, number>): Proposal[] {
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
