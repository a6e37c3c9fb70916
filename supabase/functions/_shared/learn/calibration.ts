import { brierScore } from "../statistics/brier-score.ts";
import { expectedCalibrationError } from "../statistics/expected-calibration-error.ts";
import type { Forecast } from "../statistics/forecast.ts";
import { isotonicRegression } from "../statistics/isotonic-regression.ts";

/** Below these counts the map stays the identity: a curve through a handful of outcomes is noise. */
export const MIN_FORECASTS = 30;
export const MIN_OF_EACH_OUTCOME = 5;
/** Outcomes that the stated confidence itself is worth in every block. */
const SHRINKAGE_WEIGHT = 10;
/** Parts that the data are cut into to measure the map on outcomes that it has not seen. */
const FOLDS = 5;
/** Confidences closer than this are taken as equal. */
const RESOLUTION = 1e-4;
/** Nothing is ever certain. */
const HIGHEST = 0.995;

/** Plain JSON. Knots ascend strictly in x and do not descend in y; no knots is the identity. */
export interface CalibrationMap {
  version: string;
  samples: number;
  knots: { x: number; y: number }[];
}

export interface CalibrationQuality {
  /** Expected calibration error over ten bins, and Brier score; null without data. */
  expectedCalibrationError: number | null;
  brier: number | null;
}

export interface CalibrationReport {
  map: CalibrationMap;
  /** As stated. */
  before: CalibrationQuality;
  /** Through maps that were fitted without the forecast they are judged on. */
  after: CalibrationQuality;
  sentence: string;
}

/**
 * Learns how stated confidence relates to outcomes: isotonic regression (Zadrozny and Elkan 2002), each block shrunk toward the
 * confidence that was stated, the result made monotone again. When the map does worse than none on outcomes it has not seen, it is
 * the identity.
 *
 * @param forecasts uncalibrated confidences with their outcomes, inconclusive ones left out; in order of time, say, but not of outcome
 * @example fitCalibration([]).map.knots; // []
 */
export function fitCalibration(forecasts: readonly Forecast[]): CalibrationReport {
  const before = quality(forecasts);
  const successes = forecasts.filter((each) => each.success).length;
  const enough = forecasts.length >= MIN_FORECASTS &&
    Math.min(successes, forecasts.length - successes) >= MIN_OF_EACH_OUTCOME;
  const identity = { version: "identity", samples: forecasts.length, knots: [] };
  if (!enough) {
    const sentence =
      `Confidence is used as stated: ${forecasts.length} outcomes with ${successes} successes are too few ` +
      `(at least ${MIN_FORECASTS}, with ${MIN_OF_EACH_OUTCOME} of each kind, are needed).`;
    return { map: identity, before, after: before, sentence };
  }
  const maps = Array.from(
    { length: FOLDS },
    (_, fold) => fitMap(forecasts.filter((_, index) => index % FOLDS !== fold)),
  );
  const judged = forecasts.map((forecast, index) => ({
    ...forecast,
    confidence: calibrate(maps[index % FOLDS] ?? null, forecast.confidence),
  }));
  const after = quality(judged);
  if ((after.brier ?? 1) >= (before.brier ?? 0)) {
    return {
      map: identity,
      before,
      after: before,
      sentence:
        `Confidence is used as stated: a correction learnt from ${forecasts.length} outcomes does not predict unseen ones better.`,
    };
  }
  return {
    map: fitMap(forecasts),
    before,
    after,
    sentence: `Confidence is corrected by ${forecasts.length} outcomes: calibration error ${
      show(before.expectedCalibrationError)
    } before, ${show(after.expectedCalibrationError)} after, on outcomes that the correction had not seen.`,
  };
}

/**
 * Passes a probability through a map: straight lines between knots. Below the first knot and above the last one nothing was
 * learnt: there the map goes on in proportion where it lowers, and never raises.
 *
 * @param map null for none
 * @param probability 0..1
 * @returns 0..1, never decreasing in `probability`
 * @example calibrate({ version: "1", samples: 50, knots: [{ x: 0.5, y: 0.4 }, { x: 0.9, y: 0.7 }] }, 0.7); // 0.55
 */
export function calibrate(map: CalibrationMap | null, probability: number): number {
  const knots = map?.knots ?? [];
  const first = knots[0];
  const last = knots.at(-1);
  if (!first || !last) return probability;
  if (probability < first.x) return first.y <= first.x ? proportion(first, probability) : probability;
  if (probability >= last.x) {
    return last.y <= last.x ? proportion(last, probability) : Math.max(last.y, probability);
  }
  const upper = knots.findIndex((knot) => knot.x > probability);
  const from = knots[upper - 1] ?? first;
  const to = knots[upper] ?? last;
  return from.y + ((to.y - from.y) * (probability - from.x)) / (to.x - from.x);
}

function proportion(knot: { x: number; y: number }, probability: number): number {
  return knot.x > 0 ? Math.min(1, (knot.y / knot.x) * probability) : probability;
}

function fitMap(forecasts: readonly Forecast[]): CalibrationMap {
  // Finer differences of confidence mean nothing, and slopes between knots that nearly touch overflow.
  const x = (confidence: number) => Math.round(confidence / RESOLUTION) * RESOLUTION;
  const blocks = isotonicRegression(
    forecasts.map(({ confidence, success }) => ({ x: x(confidence), y: Number(success) })),
  );
  const shrunk = blocks.map((block) => ({
    x: block.x,
    y: (block.y * block.weight + block.x * SHRINKAGE_WEIGHT) / (block.weight + SHRINKAGE_WEIGHT),
    weight: block.weight,
  }));
  // Blocks of different weight shrink by different amounts, which can turn their order around.
  const knots = isotonicRegression(shrunk).map((block) => ({ x: block.x, y: Math.min(HIGHEST, block.y) }));
  return { version: `isotonic-${forecasts.length}`, samples: forecasts.length, knots };
}

function quality(forecasts: readonly Forecast[]): CalibrationQuality {
  return {
    expectedCalibrationError: expectedCalibrationError(forecasts).error,
    brier: brierScore(forecasts),
  };
}

const show = (value: number | null) => (value === null ? "unknown" : value.toFixed(3));
