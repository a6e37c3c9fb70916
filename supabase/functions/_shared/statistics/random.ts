/** A source of numbers uniform in [0, 1). Every function that needs chance takes one. */
export type Random = () => number;

/**
 * A seeded generator: Mulberry32 (Tommy Ettinger, 2017), 32 bits of state, period 2^32. Good enough to sample and simulate,
 * never for secrets. Equal seeds give equal sequences on every machine.
 *
 * @param seed any finite number; its low 32 bits are used
 * @example const random = seededRandom(1); random(); // 0.6270739405881613
 */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
