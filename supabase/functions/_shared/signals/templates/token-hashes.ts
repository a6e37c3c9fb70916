/** Two hashes of a token, together 64 bits: so that chance never makes two lines equal. */
export interface TokenHash {
  high: number;
  low: number;
}

const SEED_HIGH = 0x27d4eb2f;
const SEED_LOW = 0x165667b1;

/** Scatters a number under a seed. */
export function mix(hash: number, value: number, seed: number): number {
  let mixed = Math.imul(hash ^ (value + 0x9e3779b1), seed);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function hashOf(token: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < token.length; i++) hash = Math.imul(hash ^ token.charCodeAt(i), 0x01000193);
  return mix(hash, token.length, seed);
}

/** One number of two hashes: 53 bits, exact in a double. */
export function keyOf(high: number, low: number): number {
  return high * 0x20_0000 + (low >>> 11);
}

/** Hashes of tokens, each computed once. They depend on the text alone, so that no outcome depends on what came first. */
export class TokenHashes {
  #known = new Map<string, TokenHash>();

  of(token: string): TokenHash {
    let known = this.#known.get(token);
    if (!known) {
      known = { high: hashOf(token, SEED_HIGH), low: hashOf(token, SEED_LOW) };
      this.#known.set(token, known);
    }
    return known;
  }
}
