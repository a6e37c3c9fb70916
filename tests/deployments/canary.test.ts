import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  classifyMetric,
  JUDGE_OPTIONS,
} from "../../supabase/functions/_shared/deployments/canary/kayenta/classify.ts";
import {
  commonLanguageEffect,
  meanRatio,
} from "../../supabase/functions/_shared/deployments/canary/kayenta/effect-size.ts";
import { judgeCanary } from "../../supabase/functions/_shared/deployments/canary/kayenta/judge.ts";
import {
  outlierMask,
  percentile,
} from "../../supabase/functions/_shared/deployments/canary/kayenta/outliers.ts";
import { completeRules } from "../../supabase/functions/_shared/deployments/canary/kayenta/rules.ts";
import { scoreCanary } from "../../supabase/functions/_shared/deployments/canary/kayenta/score.ts";
import type {
  CanaryMetric,
  MetricLabel,
  MetricResult,
  PartialRules,
} from "../../supabase/functions/_shared/deployments/canary/kayenta/types.ts";
import { shiftInterval } from "../../supabase/functions/_shared/statistics/mann-whitney-interval.ts";
import { normalSample } from "../../supabase/functions/_shared/statistics/normal-sample.ts";
import { seededRandom } from "../../supabase/functions/_shared/statistics/random.ts";

const random = () => seededRandom(1);
const around = (mean: number, spread: number, seed: number, count = 30) => {
  const source = seededRandom(seed);
  return Array.from({ length: count }, () => mean + spread * normalSample(source));
};
const label = (control: number[], experiment: number[], rules: PartialRules = {}) =>
  classifyMetric({ name: "latency", groups: ["g"], control, experiment, rules }, random());

describe("labels of one metric", () => {
  test("samples of the same distribution pass", () => {
    expect(label(around(10, 2, 1), around(10, 2, 2)).label).toBe("Pass");
  });

  test("twice the value is High, half of it Low", () => {
    expect(label(around(10, 2, 1), around(20, 2, 2))).toMatchObject({ label: "High", critical: false });
    expect(label(around(20, 2, 1), around(10, 2, 2)).label).toBe("Low");
  });

  test("a change in the direction nobody minds passes", () => {
    expect(label(around(20, 2, 1), around(10, 2, 2), { direction: "increase" }).label).toBe("Pass");
    expect(label(around(10, 2, 1), around(20, 2, 2), { direction: "decrease" }).label).toBe("Pass");
  });

  test("a significant change below the allowed effect passes", () => {
    const [control, experiment] = [around(10, 0.5, 1), around(12, 0.5, 2)];
    expect(label(control, experiment).label).toBe("High");
    expect(label(control, experiment, { effectSize: { allowedIncrease: 1.5 } }).label).toBe("Pass");
  });

  test("an interval that reaches into the tolerance passes", () => {
    // The shift is about 1, but its interval begins near 0, within a quarter of the shift.
    expect(label(around(10, 3, 3), around(11.2, 3, 4)).label).toBe("Pass");
  });

  test("a critical metric is critical only from its critical effect on", () => {
    const values = { control: [1, 2.2, 1.1, 2.5, 3], experiment: [20, 22, 21, 25, 30] };
    const rules = (criticalIncrease: number): PartialRules => ({
      critical: true,
      effectSize: { criticalIncrease },
    });
    // The ratio of means is 118 / 9.8 = 12.04.
    expect(label(values.control, values.experiment, rules(1.2))).toMatchObject({
      label: "High",
      critical: true,
    });
    expect(label(values.control, values.experiment, rules(13))).toMatchObject({
      label: "High",
      critical: false,
    });
    expect(label(values.control, values.experiment, { critical: true })).toMatchObject({ critical: true });
    const allowed: PartialRules = {
      critical: true,
      effectSize: { allowedIncrease: 13, criticalIncrease: 15 },
    };
    expect(label(values.control, values.experiment, allowed)).toMatchObject({
      label: "Pass",
      critical: false,
    });
  });

  test("a critical drop is critical from its critical effect down", () => {
    const rules: PartialRules = { critical: true, effectSize: { criticalDecrease: 1.2 } };
    expect(label([10, 20.2, 10.1, 20.5, 30], [2, 2, 2, 2, 3], rules)).toMatchObject({
      label: "Low",
      critical: true,
    });
  });

  test("the common language effect decides instead of the ratio when asked to", () => {
    const rules: PartialRules = {
      effectSize: { measure: "cles", allowedIncrease: 0.8, allowedDecrease: 0.2 },
    };
    expect(label(around(10, 2, 1), around(20, 2, 2), rules).label).toBe("High");
    expect(
      label(around(10, 2, 1), around(11.5, 2, 9), {
        effectSize: { ...rules.effectSize, allowedIncrease: 0.99 },
      }).label,
    )
      .toBe("Pass");
  });

  test("no data is Nodata, and fails only where data was required", () => {
    expect(label([1, 2], [])).toMatchObject({ label: "Nodata", critical: false });
    expect(label([1, 2], [NaN, NaN]).label).toBe("Nodata");
    expect(label([1, 2], [], { critical: true })).toMatchObject({ label: "Nodata", critical: true });
    expect(label([1, 2], [], { mustHaveData: true }).label).toBe("NodataFailMetric");
    expect(label([1, 2], [], { mustHaveData: true, critical: true })).toMatchObject({
      label: "Nodata",
      critical: true,
    });
    expect(label([1, 2], [], { nanStrategy: "replace" }).label).toBe("Pass");
  });

  test("missing values are removed or replaced by zero", () => {
    const control = [5, 5.1, NaN, 4.9, 5.2, NaN, 5, 4.8];
    expect(label(control, [5, 4.9, 5.1, 5, NaN, NaN, NaN, NaN]).label).toBe("Pass");
    const silent = [5, NaN, NaN, NaN, NaN, NaN, NaN, NaN];
    expect(label([5, 5.1, 4.9, 5.2, 5, 4.8, 5, 5.1], silent, { nanStrategy: "replace" }).label).toBe("Low");
  });

  test("identical data in any order and a single value pass", () => {
    expect(label([1, 2, 3, 4, 5], [5, 4, 3, 2, 1]).label).toBe("Pass");
    expect(label([1, 1], [1, 1, 1]).label).toBe("Pass");
    expect(label([1, 1, 1, 1, 1], [0, 1, 1, 1, 1]).label).toBe("Pass");
  });

  test("one value of each side passes, whatever the values are", () => {
    expect(label([10], [30])).toMatchObject({ label: "Pass", reason: "One value of each tells nothing" });
  });

  test("two different constants are told apart, with a trace of noise", () => {
    expect(label(Array(20).fill(10), Array(20).fill(30)).label).toBe("High");
  });

  test("outliers can be removed", () => {
    const control = [...around(10, 1, 5, 200), 500];
    expect(outlierMask(control, 3, true).filter(Boolean)).toHaveLength(1);
    const rules: PartialRules = { outliers: { strategy: "remove" } };
    const experiment = around(12, 1, 6, 200);
    expect(label(control, experiment, rules).ratio).toBeCloseTo(1.2, 1);
    expect(label(control, experiment).ratio).toBeLessThan(1.05);
  });
});

describe("the published defaults of NetflixACAJudge-v1.0", () => {
  test("are a confidence of 98 %, a tolerance of a quarter of the estimate, and rules that harm nobody who says nothing", () => {
    expect(JUDGE_OPTIONS).toEqual({ confidence: 0.98, tolerance: 0.25 });
    expect(completeRules()).toEqual({
      direction: "either",
      nanStrategy: "remove",
      critical: false,
      mustHaveData: false,
      muted: false,
      outliers: { strategy: "keep", factor: 3 },
      effectSize: {
        measure: "meanRatio",
        allowedIncrease: 1,
        allowedDecrease: 1,
        criticalIncrease: 1,
        criticalDecrease: 1,
      },
    });
    expect(completeRules({ effectSize: { measure: "cles" } }).effectSize).toMatchObject({
      allowedIncrease: 0.5,
      allowedDecrease: 0.5,
    });
  });

  test("a shift that is certain at 50 % is not certain at 98 %", () => {
    const metric = { name: "m", groups: ["g"], control: around(10, 3, 3), experiment: around(12, 3, 4) };
    expect(classifyMetric(metric, random()).label).toBe("Pass");
    expect(classifyMetric(metric, random(), { confidence: 0.5, tolerance: 0.25 }).label).toBe("High");
  });

  test("samples too small for the confidence get the widest interval there is, as in R, and so are told apart", () => {
    // Whoever calls the judge with a handful of values has to know: the monitor waits for five minutes of each side.
    expect(label([1, 2, 3], [11, 12, 13]).label).toBe("High");
    expect(shiftInterval([11, 12, 13], [1, 2, 3], 0.98)).toMatchObject({ lower: 8, upper: 12 });
  });

  test("the bounds are the tolerance times the Hodges-Lehmann estimate, on both sides", () => {
    const [control, experiment] = [around(10, 1, 11, 40), around(12, 1, 12, 40)];
    const { lower, estimate } = shiftInterval(experiment, control, 0.98);
    const share = lower / Math.abs(estimate);
    expect(share).toBeGreaterThan(0.25);
    const at = (tolerance: number, a = control, b = experiment) =>
      classifyMetric({ name: "m", groups: ["g"], control: a, experiment: b }, random(), {
        confidence: 0.98,
        tolerance,
      })
        .label;
    expect([at(share - 0.01), at(share + 0.01)]).toEqual(["High", "Pass"]);
    const mirrored = shiftInterval(control, experiment, 0.98);
    const low = Math.abs(mirrored.upper / mirrored.estimate);
    expect([at(low - 0.01, experiment, control), at(low + 0.01, experiment, control)]).toEqual([
      "Low",
      "Pass",
    ]);
  });

  test("an effect that cannot be computed does not stand in the way of the label, and counts as critical", () => {
    const rules: PartialRules = { critical: true, effectSize: { allowedIncrease: 5, criticalIncrease: 10 } };
    expect(label(Array(10).fill(0).map((_, index) => index % 2 === 0 ? -1 : 1), around(20, 2, 3), rules))
      .toMatchObject({ label: "High", critical: true });
  });

  test("a fence never lies within the 99th percentile", () => {
    const values = [...Array(500).fill(1), ...Array(10).fill(2)];
    // The quartiles are equal, so the fence of Tukey alone would cut off everything that is not 1.
    expect(outlierMask(values, 3, false).filter(Boolean)).toHaveLength(10);
    expect(outlierMask(values, 3, true).filter(Boolean)).toHaveLength(0);
  });

  test("half of the metrics without data fail it, less than half do not", () => {
    const results = (labels: MetricLabel[]) =>
      labels.map((one, index): MetricResult => ({
        name: `m${index}`,
        groups: [`g${index}`],
        label: one,
        critical: false,
        muted: false,
        reason: null,
        ratio: 1,
      }));
    const thresholds = { pass: 90, marginal: 75 };
    expect(scoreCanary(results(["Pass", "Nodata"]), {}, thresholds)).toMatchObject({
      score: 0,
      classification: "Fail",
      reason: "Canary Failed: 50% or more metrics returned NODATA",
    });
    expect(scoreCanary(results(["Pass", "Pass", "Nodata"]), {}, thresholds)).toMatchObject({
      score: 100,
      classification: "Pass",
    });
  });
});

describe("effect sizes and fences", () => {
  test("the ratio of means is left out when a mean is zero", () => {
    expect(meanRatio([1, 3], [4, 4])).toBe(2);
    expect(meanRatio([0, 0], [1])).toBeNaN();
    expect(meanRatio([1], [0])).toBeNaN();
  });

  test("the common language effect is the share of won pairs", () => {
    const values = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 });
    fc.assert(fc.property(values, values, (control, experiment) => {
      const pairs = experiment.flatMap((e) => control.map((c) => e > c ? 1 : e === c ? 0.5 : 0 as number));
      const wins = pairs.reduce((sum, pair) => sum + pair, 0);
      expect(commonLanguageEffect(control, experiment)).toBeCloseTo(wins / pairs.length, 10);
    }));
  });

  test("percentiles interpolate as R's type 7", () => {
    expect(percentile([1, 2, 3, 4], 25)).toBe(1.75);
    expect(percentile([3, 1, 2], 50)).toBe(2);
    expect(percentile([9], 99)).toBe(9);
  });

  test("Tukey's fences mark the far values of both sides", () => {
    expect(outlierMask([21, 23, 24, 25, 50, 29, 23, 21], 1.5, false)).toEqual(
      [false, false, false, false, true, false, false, false],
    );
    expect(outlierMask([1, 1, 1, 5, -1, -1, -1, -5], 1.5, false)).toEqual(
      [false, false, false, true, false, false, false, true],
    );
    expect(outlierMask([], 3, true)).toEqual([]);
  });
});

describe("the score", () => {
  const thresholds = { pass: 95, marginal: 75 };
  const metric = (name: MetricLabel, group = "g", more: Partial<MetricResult> = {}): MetricResult => ({
    name: `metric-${name}`,
    groups: [group],
    label: name,
    critical: false,
    muted: false,
    reason: `The metric was ${name}`,
    ratio: 1,
    ...more,
  });
  const score = (metrics: MetricResult[], weights = {}) => scoreCanary(metrics, weights, thresholds).score;

  test("is the share of passed metrics", () => {
    expect(score([metric("Pass")])).toBe(100);
    expect(score([metric("High")])).toBe(0);
    expect(score([metric("Pass"), metric("High")])).toBe(50);
    expect(score([metric("Pass"), metric("High"), metric("Low")])).toBe(33.33);
  });

  test("weighs groups, and those without a weight share the rest", () => {
    expect(score([metric("Pass", "a"), metric("Pass", "a"), metric("High", "b")], { a: 75, b: 25 })).toBe(75);
    expect(score([metric("Pass", "a"), metric("High", "b"), metric("Pass", "c")], { a: 50 })).toBe(75);
    expect(score([metric("Pass", "a"), metric("High", "a"), metric("High", "b")], { a: 50, b: 50 })).toBe(25);
  });

  test("counts a group without data as passed, unless half of all metrics had none", () => {
    expect(score([metric("Pass", "a"), metric("Pass", "a"), metric("Nodata", "b")])).toBe(100);
    expect(score([metric("Pass", "a"), metric("Nodata", "b")])).toBe(0);
    expect(score([metric("Nodata", "b")])).toBe(0);
    expect(score([metric("Pass"), metric("NodataFailMetric")])).toBe(50);
  });

  test("is zero after any critical failure, and says which", () => {
    const result = scoreCanary([metric("Pass"), metric("High", "g", { critical: true })], {}, thresholds);
    expect(result).toMatchObject({
      score: 0,
      classification: "Fail",
      reason: "Canary Failed: The metric was High",
    });
    expect(score([metric("Low"), metric("Pass", "g", { critical: true })])).toBe(50);
    expect(score([metric("Pass"), metric("Nodata", "g", { critical: true })])).toBe(0);
  });

  test("leaves muted metrics out, even critical ones", () => {
    expect(score([metric("Pass"), metric("High", "g", { muted: true, critical: true })])).toBe(100);
  });

  test("is pass, marginal or fail by the caller's thresholds", () => {
    const classify = (pass: number, of: number) =>
      scoreCanary(
        Array.from({ length: of }, (_, index) => metric(index < pass ? "Pass" : "High")),
        {},
        thresholds,
      ).classification;
    expect([classify(20, 20), classify(16, 20), classify(14, 20)]).toEqual(["Pass", "Marginal", "Fail"]);
  });

  test("the judge goes from samples to a verdict", () => {
    const metrics: CanaryMetric[] = [
      { name: "errors", groups: ["errors"], control: around(5, 1, 1), experiment: around(5, 1, 2) },
      { name: "latency", groups: ["latency"], control: around(80, 5, 3), experiment: around(160, 5, 4) },
    ];
    const result = judgeCanary(metrics, random(), { errors: 80 }, { pass: 90, marginal: 75 });
    expect(result).toMatchObject({ score: 80, classification: "Marginal" });
    expect(result.metrics.map((one) => one.label)).toEqual(["Pass", "High"]);
  });
});
