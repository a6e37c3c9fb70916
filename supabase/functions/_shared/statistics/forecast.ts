/** A probability that was stated, and whether the event came true. */
export interface Forecast {
  /** In [0, 1]. */
  confidence: number;
  success: boolean;
}
