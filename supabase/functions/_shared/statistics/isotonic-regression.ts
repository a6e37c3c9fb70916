export interface WeightedPoint {
  x: number;
  y: number;
  /** > 0; 1 when absent. */
  weight?: number;
}

/** Neighbouring points that share one fitted value. */
export interface IsotonicBlock {
  /** Smallest and largest x of the block, and their weighted mean. */
  from: number;
  to: number;
  x: number;
  y: number;
  weight: number;
}

/**
 * The non-decreasing step function closest to the points in weighted least squares: pool adjacent violators (Ayer et al. 1955).
 * Points of equal x are averaged first, so the answer does not depend on their order. O(n log n).
 *
 * @returns blocks in order of x, their y strictly increasing; empty for no points
 * @example isotonicRegression([{ x: 1, y: 1 }, { x: 2, y: 0 }, { x: 3, y: 3 }]).map((block) => block.y); // [0.5, 3]
 */
export function isotonicRegression(points: readonly WeightedPoint[]): IsotonicBlock[] {
  const blocks: IsotonicBlock[] = [];
  for (const point of [...points].sort((a, b) => a.x - b.x)) {
    const weight = point.weight ?? 1;
    if (!(weight > 0)) throw new RangeError(`isotonicRegression needs weights above 0, got ${weight}`);
    const last = blocks.at(-1);
    const next = { from: point.x, to: point.x, x: point.x, y: point.y, weight };
    if (last && last.from === last.to && last.to === point.x) blocks[blocks.length - 1] = pool(last, next);
    else blocks.push(next);
  }
  const pooled: IsotonicBlock[] = [];
  for (let block of blocks) {
    for (let last = pooled.at(-1); last && last.y >= block.y; last = pooled.at(-1)) {
      block = pool(last, block);
      pooled.pop();
    }
    pooled.push(block);
  }
  return pooled;
}

function pool(left: IsotonicBlock, right: IsotonicBlock): IsotonicBlock {
  const weight = left.weight + right.weight;
  const average = (a: number, b: number) => a + ((b - a) * right.weight) / weight;
  return { from: left.from, to: right.to, x: average(left.x, right.x), y: average(left.y, right.y), weight };
}
