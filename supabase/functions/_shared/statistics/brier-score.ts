import type { Forecast } from "./forecast.ts";

/**
 * Mean squared error of stated probabilities (Brier 1950). 0 is perfect, 0.25 is what always saying 0.5 gets.
 *
 * @returns null when there are no forecasts
 * @example brierScore([{ confidence: 0.9, success: true }, { confidence: 0.5, success: false }]); // 0.13
 */
export function brierScore(forecasts: readonly Forecast[]): number | null {
  if (forecasts.length === 0) return null;
  const sum = forecasts.reduce((total, each) => total + (each.confidence - Number(each.success)) ** 2, 0);
  return sum / forecasts.length;
}
