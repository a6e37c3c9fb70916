import { expect, test } from "vitest";
import { sourceConfidence } from "../../supabase/functions/_shared/decide/confidence.ts";
import { calibrate, fitCalibration } from "../../supabase/functions/_shared/learn/calibration.ts";
import { lesson } from "../../supabase/functions/_shared/learn/lesson.ts";
import type { OutcomeEvidence, TrackRecord } from "../../supabase/functions/_shared/learn/track-record.ts";
import { betaSample } from "../../supabase/functions/_shared/statistics/beta-sample.ts";
import { brierScore } from "../../supabase/functions/_shared/statistics/brier-score.ts";
import { expectedCalibrationError } from "../../supabase/functions/_shared/statistics/expected-calibration-error.ts";
import type { Forecast } from "../../supabase/functions/_shared/statistics/forecast.ts";
import { seededRandom } from "../../supabase/functions/_shared/statistics/random.ts";

const PATTERNS = 12;
const PROJECTS = 15;
const ROUNDS = 30;
const DAY_MS = 86_400_000;

interface World {
  /** What was said, learnt round by round, and what came true; in order of time. */
  learnt: Forecast[];
  /** The same fixes judged by the priors alone. */
  unlearnt: Forecast[];
}

/**
 * Plays projects that share patterns. Each pattern's fix works with a true rate that varies a little between projects; priors are too
 * hopeful by 0.15, and matches claim a strength that is right on average.
 */
function play(seed: number): World {
  const random = seededRandom(seed);
  const truth = Array.from({ length: PATTERNS }, () => betaSample(3, 1.5, random));
  const local = truth.map((rate) =>
    Array.from({ length: PROJECTS }, () => betaSample(12 * rate, 12 * (1 - rate), random))
  );
  const rows = new Map<string, OutcomeEvidence>();
  const world: World = { learnt: [], unlearnt: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (let project = 0; project < PROJECTS; project++) {
      const pattern = Math.floor(random() * PATTERNS);
      const now = new Date(Date.UTC(2026, 0, 1) + round * DAY_MS);
      const hopeful = Math.min(0.97, (truth[pattern] ?? 0) + 0.15);
      const strength = 0.6 + 0.4 * random();
      const causeKey = `pattern:${pattern}` as const;
      const base = {
        kind: "pattern" as const,
        causeKey,
        patternId: String(pattern),
        prior: { alpha: 6 * hopeful, beta: 6 * (1 - hopeful), from: "catalogue" },
        causeProbability: strength,
        backgroundProbability: 0.05,
      };
      const poolKey = `pool ${pattern}`;
      const projectKey = `${project} ${pattern}`;
      const source = sourceConfidence(
        { ...base, pool: rows.get(poolKey) ?? null, project: rows.get(projectKey) ?? null },
        now,
      );
      const works = random() < strength ? local[pattern]?.[project] ?? 0 : 0.05;
      const success = random() < works;
      world.learnt.push({ confidence: source.probability, success });
      world.unlearnt.push({
        confidence: sourceConfidence({ ...base, pool: null, project: null }, now).probability,
        success,
      });
      const records = ([["pool", poolKey], ["project", projectKey]] as const).flatMap(
        ([scope, key]): TrackRecord[] => {
          const evidence = rows.get(key);
          return evidence ? [{ scope, causeKey, action: "fix", evidence }] : [];
        },
      );
      const { updates } = lesson({
        now,
        outcome: success ? "succeeded" : "not_resolved",
        candidate: { action: "fix", sources: [source], rawProbability: source.probability },
        records,
      });
      for (const { scope, evidence } of updates) rows.set(scope === "pool" ? poolKey : projectKey, evidence);
    }
  }
  return world;
}

test("learning makes confidence truer: smaller calibration error and Brier score than the priors'", () => {
  const worlds = [1, 2, 3, 4, 5, 6].map(play);
  const secondHalf = (key: keyof World) => worlds.flatMap((world) => world[key].slice(world[key].length / 2));
  const learnt = secondHalf("learnt");
  const unlearnt = secondHalf("unlearnt");
  const errorOf = (forecasts: Forecast[]) => expectedCalibrationError(forecasts).error ?? 1;
  expect(errorOf(unlearnt)).toBeGreaterThan(0.08);
  expect(errorOf(learnt)).toBeLessThan(errorOf(unlearnt) / 2);
  expect(brierScore(learnt)).toBeLessThan(brierScore(unlearnt) ?? 0);
});

test("where learning has not come yet, the calibration map takes the hopefulness out", () => {
  const train = [11, 12, 13].flatMap((seed) => play(seed).unlearnt);
  const fresh = [14, 15, 16, 17].flatMap((seed) => play(seed).unlearnt);
  const { map } = fitCalibration(train);
  const errorOf = (forecasts: Forecast[]) => expectedCalibrationError(forecasts).error ?? 1;
  const corrected = fresh.map((each) => ({ ...each, confidence: calibrate(map, each.confidence) }));
  expect(errorOf(fresh)).toBeGreaterThan(0.08);
  // What remains is that each world draws its own dozen patterns: a shared map cannot know them.
  expect(errorOf(corrected)).toBeLessThan((errorOf(fresh) * 2) / 3);
});
