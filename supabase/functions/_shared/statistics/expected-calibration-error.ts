import type { Forecast } from "./forecast.ts";

/** One bin of a reliability diagram. */
export interface ReliabilityBin {
  /** Bounds of the bin, [from, to), the last one closed. */
  from: number;
  to: number;
  count: number;
  /** Mean stated probability, and share that came true. */
  confidence: number;
  successShare: number;
}

/**
 * Mean gap between stated probability and share that came true, over equally wide bins weighted by their counts (Naeini et al.
 * 2015). 0 is perfectly calibrated. Biased upwards when bins hold few forecasts.
 *
 * @returns the error (null without forecasts) and the bins that hold any
 * @example expectedCalibrationError([{ confidence: 0.9, success: true }, { confidence: 0.9, success: false }]).error; // 0.4
 */
export function expectedCalibrationError(
  forecasts: readonly Forecast[],
  binCount = 10,
): { error: number | null; bins: ReliabilityBin[] } {
  const sums = Array.from({ length: binCount }, () => ({ count: 0, confidence: 0, successes: 0 }));
  for (const { confidence, success } of forecasts) {
    const bin = sums[Math.min(binCount - 1, Math.max(0, Math.floor(confidence * binCount)))];
    if (!bin) throw new RangeError(`expectedCalibrationError needs confidences in [0, 1], got ${confidence}`);
    bin.count++;
    bin.confidence += confidence;
    bin.successes += Number(success);
  }
  const bins = sums.flatMap((bin, index) =>
    bin.count === 0 ? [] : [{
      from: index / binCount,
      to: (index + 1) / binCount,
      count: bin.count,
      confidence: bin.confidence / bin.count,
      successShare: bin.successes / bin.count,
    }]
  );
  if (forecasts.length === 0) return { error: null, bins };
  const gaps = bins.reduce((sum, bin) => sum + bin.count * Math.abs(bin.confidence - bin.successShare), 0);
  return { error: gaps / forecasts.length, bins };
}
