/** Below this many events an hour nothing escalates, however quiet the issue was: a handful is noise. */
export const MIN_ESCALATION = 10;
/** An issue that never had an event in the window may come this often before somebody should look. */
const DEVIATIONS = 5;
/** A steady issue escalates at this multiple of its worst hour, a bursty one, whose worst hour is a burst already, at the lesser. */
const SPIKE_OF_STEADY = 2.5;
const SPIKE_OF_BURSTY = 1.2;

export interface EscalationForecast {
  /** More events an hour than this are an escalation. A whole number. */
  escalatesAbove: number;
  /** What the two limits said. */
  spike: number;
  burst: number;
}

/**
 * How many events an hour an archived issue may have, forecast from its past hours: the greater of two limits.
 *
 * - Spike: the worst hour times a factor between 2.5, for an issue whose hours are alike, and 1.2, for one that comes in bursts. Between
 *   them the factor falls exponentially with the coefficient of variation.
 * - Burst: five standard deviations above the mean, which is the greater where one old outlier is far above everything else.
 *
 * @param hourly events of each hour of the window, hours without any included
 * @example forecastEscalation([20, 20, 20, 20]).escalatesAbove // 50
 */
export function forecastEscalation(hourly: readonly number[]): EscalationForecast {
  const count = hourly.length;
  const mean = count === 0 ? 0 : hourly.reduce((sum, each) => sum + each, 0) / count;
  if (mean === 0) return { escalatesAbove: MIN_ESCALATION, spike: 0, burst: 0 };
  const deviation = Math.sqrt(hourly.reduce((sum, each) => sum + (each - mean) ** 2, 0) / count);
  const factor = SPIKE_OF_BURSTY + (SPIKE_OF_STEADY - SPIKE_OF_BURSTY) * Math.exp(-deviation / mean);
  const spike = factor * Math.max(...hourly);
  const burst = mean + DEVIATIONS * deviation;
  // The column is an integer of 32 bits.
  const limit = Math.min(2_000_000_000, Math.ceil(Math.max(spike, burst, MIN_ESCALATION)));
  return { escalatesAbove: limit, spike, burst };
}
