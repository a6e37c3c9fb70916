import { gammaQuantile } from "./gamma-quantile.ts";

/**
 * Score interval of a share (Wilson 1927). Unlike the textbook interval it never leaves [0, 1] and stays honest for few trials.
 *
 * @param successes 0..trials
 * @param trials >= 0; with none, the interval is [0, 1]
 * @param level e.g. 0.95
 * @throws RangeError when successes are not within trials or the level is not in (0, 1)
 * @example wilsonInterval(8, 10); // { low: 0.490162, high: 0.943318 }
 */
export function wilsonInterval(
  successes: number,
  trials: number,
  level = 0.95,
): { low: number; high: number } {
  if (!(trials >= 0 && successes >= 0 && successes <= trials)) {
    throw new RangeError(`wilsonInterval needs 0 <= successes <= trials, got ${successes} of ${trials}`);
  }
  if (!(level > 0 && level < 1)) throw new RangeError(`wilsonInterval needs a level in (0, 1), got ${level}`);
  if (trials === 0) return { low: 0, high: 1 };
  // The square of a normal variable is chi-square with one degree of freedom: exact where a probit approximation is off by 0.1 %.
  const z = Math.sqrt(2 * gammaQuantile(level, 0.5));
  const share = successes / trials;
  const center = share + (z * z) / (2 * trials);
  const spread = z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials));
  const scale = 1 + (z * z) / trials;
  return { low: Math.max(0, (center - spread) / scale), high: Math.min(1, (center + spread) / scale) };
}
