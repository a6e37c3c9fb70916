import { expect, test } from "vitest";
import { gamma } from "simple-statistics";
import { betaMean } from "../../supabase/functions/_shared/statistics/beta-mean.ts";
import { betaQuantile } from "../../supabase/functions/_shared/statistics/beta-quantile.ts";
import { gammaQuantile } from "../../supabase/functions/_shared/statistics/gamma-quantile.ts";
import { logBeta } from "../../supabase/functions/_shared/statistics/log-beta.ts";
import { regularizedBeta } from "../../supabase/functions/_shared/statistics/regularized-beta.ts";
import { regularizedGamma } from "../../supabase/functions/_shared/statistics/regularized-gamma.ts";

test("the log of the beta function agrees with products of gamma functions", () => {
  expect(logBeta(2, 3)).toBeCloseTo(Math.log(1 / 12), 12);
  expect(logBeta(4.5, 1.5)).toBeCloseTo(Math.log((gamma(4.5) * gamma(1.5)) / gamma(6)), 9);
});

test("the regularised beta function agrees with the binomial sum that it stands for", () => {
  expect(regularizedBeta(0.5, 2, 3)).toBeCloseTo(0.6875, 12);
  // I_x(k, n - k + 1) = P(Binomial(n, x) >= k): n = 10, k = 7, x = 0.3 by direct summation.
  const choose = [120, 45, 10, 1];
  const sum = choose.reduce((total, c, i) => total + c * 0.3 ** (7 + i) * 0.7 ** (3 - i), 0);
  expect(regularizedBeta(0.3, 7, 4)).toBeCloseTo(sum, 12);
  expect(regularizedBeta(0.5, 500, 500)).toBeCloseTo(0.5, 9);
  expect([regularizedBeta(-1, 2, 2), regularizedBeta(0, 2, 2), regularizedBeta(1, 2, 2)]).toEqual([0, 0, 1]);
});

test("the regularised gamma function agrees with the Poisson sum that it stands for", () => {
  expect(regularizedGamma(3, 2)).toBeCloseTo(1 - 5 * Math.exp(-2), 12);
  expect(regularizedGamma(1, 7)).toBeCloseTo(1 - Math.exp(-7), 12);
  expect(regularizedGamma(2.5, 0)).toBe(0);
  expect(regularizedGamma(2.5, Infinity)).toBe(1);
  // Normal approximation with its first correction: 1/2 + 1 / (3 sqrt(2 pi a)).
  expect(regularizedGamma(1e5, 1e5)).toBeCloseTo(0.5 + 1 / (3 * Math.sqrt(2 * Math.PI * 1e5)), 6);
});

test("quantiles undo the distribution functions", () => {
  expect(betaQuantile(0.5, 8, 2)).toBeCloseTo(0.8203803880196392, 12);
  expect(gammaQuantile(0.5, 3)).toBeCloseTo(2.67406031372356, 9);
  for (const p of [0.001, 0.2, 0.5, 0.9, 0.999]) {
    for (const [a, b] of [[0.3, 0.4], [1, 1], [3, 40], [200, 5]] as const) {
      expect(regularizedBeta(betaQuantile(p, a, b), a, b)).toBeCloseTo(p, 9);
      expect(regularizedGamma(a, gammaQuantile(p, a))).toBeCloseTo(p, 9);
    }
  }
  expect(betaQuantile(0, 2, 2)).toBe(0);
  expect(betaQuantile(1, 2, 2)).toBe(1);
  expect(gammaQuantile(0, 2)).toBe(0);
});

test("the mean of a beta distribution is the share of its first parameter", () => {
  expect(betaMean(8, 2)).toBe(0.8);
});

test("parameters outside the domain are refused with the values that were wrong", () => {
  expect(() => regularizedBeta(0.5, 0, 1)).toThrow("got 0 and 1");
  expect(() => regularizedGamma(-1, 1)).toThrow("got -1 and 1");
  expect(() => betaQuantile(1.5, 1, 1)).toThrow("got 1.5");
  expect(() => gammaQuantile(1, 1)).toThrow("got 1");
});
