import fc from "fast-check";
import { expect, test } from "vitest";
import { decayedWeight } from "../../supabase/functions/_shared/statistics/decayed-weight.ts";
import { dispersionIndex } from "../../supabase/functions/_shared/statistics/dispersion-index.ts";
import { poissonRateEvidence } from "../../supabase/functions/_shared/statistics/poisson-rate-evidence.ts";
import { poissonRateInterval } from "../../supabase/functions/_shared/statistics/poisson-rate-interval.ts";
import { poissonSample } from "../../supabase/functions/_shared/statistics/poisson-sample.ts";
import { poissonTest } from "../../supabase/functions/_shared/statistics/poisson-test.ts";
import { seededRandom } from "../../supabase/functions/_shared/statistics/random.ts";
import { wilsonInterval } from "../../supabase/functions/_shared/statistics/wilson-interval.ts";

test("the exact interval of a Poisson rate has the tabulated bounds", () => {
  // Garwood's table, 95 %: 10 events give 4.7954 to 18.3904.
  const { low, high } = poissonRateInterval(10, 2, 0.95);
  expect(low * 2).toBeCloseTo(4.7954, 4);
  expect(high * 2).toBeCloseTo(18.3904, 4);
  expect(poissonRateInterval(0, 1, 0.95).low).toBe(0);
  expect(poissonRateInterval(0, 1, 0.95).high).toBeCloseTo(-Math.log(0.025), 9);
});

test("the fixed-sample Poisson test is the binomial tail of the second count", () => {
  const first = { count: 10, exposure: 60 };
  const second = { count: 2, exposure: 60 };
  expect(poissonTest(first, second, "less")).toBeCloseTo(79 / 4096, 12);
  expect(poissonTest(second, first, "greater")).toBeCloseTo(79 / 4096, 12);
  expect(poissonTest(first, { count: 0, exposure: 60 }, "greater")).toBe(1);
  expect(() => poissonTest(first, { count: 0, exposure: 0 }, "less")).toThrow("exposures");
});

test("evidence on a rate ratio has the value that its formula gives by hand", () => {
  const silence = poissonRateEvidence({ count: 10, exposure: 2 }, { count: 0, exposure: 4 }, 0.25, [
    { ratio: 0, weight: 1 },
  ]);
  expect(silence).toBeCloseTo(10 * Math.log(1.5), 12);
  expect(
    poissonRateEvidence({ count: 3, exposure: 2 }, { count: 4, exposure: 2 }, 0.5, [{ ratio: 2, weight: 1 }]),
  ).toBeCloseTo(4 * Math.log(4) + 7 * Math.log(0.5), 12);
});

test("alternatives on both sides of the null, or none, are refused", () => {
  const window = { count: 1, exposure: 1 };
  expect(() =>
    poissonRateEvidence(window, window, 1, [{ ratio: 0.5, weight: 0.5 }, { ratio: 2, weight: 0.5 }])
  )
    .toThrow("one side");
  expect(() => poissonRateEvidence(window, window, 1, [])).toThrow("one side");
});

test("under the null the expected evidence is 1 at every moment, and peeking does not break it", () => {
  const random = seededRandom(5);
  const runs = 4000;
  const alpha = 0.1;
  let total = 0;
  let crossed = 0;
  for (let run = 0; run < runs; run++) {
    const before = { count: poissonSample(8, random), exposure: 8 };
    let count = 0;
    let highest = -Infinity;
    let evidence = 0;
    for (let step = 1; step <= 60; step++) {
      count += poissonSample(0.5 * 0.5, random);
      evidence = poissonRateEvidence(before, { count, exposure: step * 0.5 }, 0.5, [
        { ratio: 0.1, weight: 0.5 },
        { ratio: 0.3, weight: 0.5 },
      ]);
      highest = Math.max(highest, evidence);
      if (step === 4) total += Math.exp(evidence);
    }
    if (highest >= Math.log(1 / alpha)) crossed++;
  }
  expect(Math.abs(total / runs - 1)).toBeLessThan(0.1);
  expect(crossed / runs).toBeLessThan(alpha + 3 * Math.sqrt((alpha * (1 - alpha)) / runs));
  // Not vacuous: the bound is nearly used up.
  expect(crossed / runs).toBeGreaterThan(alpha / 5);
});

test("every error after the change weakens the evidence that the rate fell", () => {
  fc.assert(fc.property(
    fc.nat(50),
    fc.double({ min: 0.1, max: 100, noNaN: true }),
    fc.nat(50),
    fc.double({ min: 0, max: 100, noNaN: true }),
    (before, exposure, after, afterExposure) => {
      const evidence = (count: number) =>
        poissonRateEvidence({ count: before, exposure }, { count, exposure: afterExposure }, 0.25, [
          { ratio: 0.05, weight: 0.5 },
          { ratio: 0.1, weight: 0.5 },
        ]);
      expect(evidence(after + 1)).toBeLessThanOrEqual(evidence(after) + 1e-9);
    },
  ));
});

test("steady counts have a dispersion near 1 and bursts a large one", () => {
  const bursty = dispersionIndex([9, 0, 8, 0].map((count) => ({ count, exposure: 1 })));
  expect(bursty.index).toBeCloseTo(5.705882, 6);
  expect(bursty.pValue).toBeCloseTo(0.000668, 6);
  const random = seededRandom(2);
  const steady = dispersionIndex(
    Array.from(
      { length: 400 },
      (_, i) => ({ count: poissonSample(1 + (i % 3), random), exposure: 1 + (i % 3) }),
    ),
  );
  expect(steady.index).toBeGreaterThan(0.8);
  expect(steady.index).toBeLessThan(1.2);
  expect(steady.pValue).toBeGreaterThan(0.01);
  expect(dispersionIndex([{ count: 5, exposure: 1 }])).toEqual({ index: 1, pValue: 1 });
  expect(dispersionIndex([{ count: 0, exposure: 1 }, { count: 0, exposure: 1 }])).toEqual({
    index: 1,
    pValue: 1,
  });
});

test("evidence halves with every half-life, and decaying twice is decaying once", () => {
  expect(decayedWeight(8, 60_000, 30_000)).toBe(2);
  expect(decayedWeight(3, -5, 10)).toBe(3);
  expect(decayedWeight(decayedWeight(5, 100, 70), 50, 70)).toBeCloseTo(decayedWeight(5, 150, 70), 12);
  expect(() => decayedWeight(1, 1, 0)).toThrow("got 0");
});

test("the Wilson interval has the published bounds and stays within 0 and 1", () => {
  const { low, high } = wilsonInterval(8, 10, 0.95);
  expect(low).toBeCloseTo(0.490162, 6);
  expect(high).toBeCloseTo(0.943318, 6);
  expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
  expect(wilsonInterval(5, 5).high).toBeCloseTo(1, 12);
  expect(wilsonInterval(0, 5).low).toBe(0);
  expect(() => wilsonInterval(3, 2)).toThrow("3 of 2");
});
