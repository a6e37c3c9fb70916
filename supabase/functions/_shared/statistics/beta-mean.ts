/**
 * Mean of Beta(alpha, beta): alpha / (alpha + beta).
 *
 * @example betaMean(8, 2); // 0.8
 */
export function betaMean(alpha: number, beta: number): number {
  return alpha / (alpha + beta);
}
