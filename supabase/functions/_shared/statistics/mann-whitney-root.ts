const MACHINE_EPSILON = 2.220446049250313e-16;
const MAX_STEPS = 1000;

/**
 * A zero of `f` between `low` and `high` by Brent's method (Brent 1973, chapter 4: zeroin), which mixes bisection, secant and
 * inverse quadratic steps. On a step function, such as a rank statistic, it ends within the tolerance of the jump.
 *
 * @param tolerance wanted half-width of the final bracket; R's `uniroot` takes 1e-4 in `wilcox.test`
 * @throws RangeError when f has the same sign at both ends
 * @example brentRoot((x) => x * x - 2, 0, 2, 1e-12); // 1.4142135623730951
 */
export function brentRoot(f: (x: number) => number, low: number, high: number, tolerance: number): number {
  let [worse, best] = [low, high];
  let [fWorse, fBest] = [f(low), f(high)];
  if (fWorse === 0) return worse;
  if (fBest === 0) return best;
  if (Math.sign(fWorse) === Math.sign(fBest)) throw new RangeError("f must change sign between low and high");
  // `opposite` always lies on the other side of the zero from `best`.
  let [opposite, fOpposite] = [worse, fWorse];
  for (let step = 0; step < MAX_STEPS; step++) {
    const previous = best - worse;
    if (Math.abs(fOpposite) < Math.abs(fBest)) {
      [worse, best, opposite] = [best, opposite, best];
      [fWorse, fBest, fOpposite] = [fBest, fOpposite, fBest];
    }
    const limit = 2 * MACHINE_EPSILON * Math.abs(best) + tolerance / 2;
    const half = (opposite - best) / 2;
    if (Math.abs(half) <= limit || fBest === 0) return best;
    let next = half;
    if (Math.abs(previous) >= limit && Math.abs(fWorse) > Math.abs(fBest)) {
      const { p, q } = interpolation(worse, best, opposite, fWorse, fBest, fOpposite);
      const inside = p < 0.75 * (opposite - best) * q - Math.abs(limit * q) / 2;
      if (inside && p < Math.abs((previous * q) / 2)) next = p / q;
    }
    if (Math.abs(next) < limit) next = next > 0 ? limit : -limit;
    [worse, fWorse] = [best, fBest];
    best += next;
    fBest = f(best);
    if (Math.sign(fBest) === Math.sign(fOpposite) && fBest !== 0) [opposite, fOpposite] = [worse, fWorse];
  }
  return best;
}

/** The step p / q from `best`, with p >= 0: secant for two points, inverse quadratic for three. */
function interpolation(a: number, b: number, c: number, fa: number, fb: number, fc: number) {
  const width = c - b;
  let p: number;
  let q: number;
  if (a === c) {
    const ratio = fb / fa;
    p = width * ratio;
    q = 1 - ratio;
  } else {
    const [ac, bc, ba] = [fa / fc, fb / fc, fb / fa];
    p = ba * (width * ac * (ac - bc) - (b - a) * (bc - 1));
    q = (ac - 1) * (bc - 1) * (ba - 1);
  }
  return p > 0 ? { p, q: -q } : { p: -p, q };
}
