import fc from "fast-check";
import { expect, test } from "vitest";
import {
  startVerification,
  updateVerification,
} from "../../supabase/functions/_shared/heal/verification/sequential-test.ts";
import { burstiness } from "../../supabase/functions/_shared/heal/verification/burstiness.ts";

const before = { errors: 30, exposure: 120, unit: "requests" } as const;

test("silence under the usual traffic is called resolved, and the sentence gives the counts", () => {
  const result = updateVerification(startVerification(before), { errors: 0, exposure: 80, elapsedMs: 4000 });
  expect(result.verdict).toBe("resolved");
  expect(result.sentence).toBe(
    "Resolved: 30 errors in 120 requests before the fix, 0 errors in 80 requests since. " +
      "That at most 25 % of the former rate remains is certain but for a risk of 5 %.",
  );
  // 29 log(1 + 0.25 * 80 / 120) with half the weight on silence: at least 29 log(7/6) - log 2.
  expect(result.evidence.logEvidenceResolved).toBeGreaterThan(29 * Math.log(7 / 6) - Math.log(2));
  expect(result.evidence.needed).toBeCloseTo(Math.log(20), 12);
});

test("an error rate that did not move is called not resolved within seconds", () => {
  const result = updateVerification(startVerification(before), { errors: 12, exposure: 48, elapsedMs: 2400 });
  expect(result.verdict).toBe("not_resolved");
  expect(result.evidence.worsened).toBe(false);
  expect(result.evidence.remaining).toBeCloseTo(1, 12);
});

test("a rate that rose is called not resolved and worse", () => {
  const result = updateVerification(startVerification(before), { errors: 60, exposure: 40, elapsedMs: 2000 });
  expect(result.verdict).toBe("not_resolved");
  expect(result.evidence.worsened).toBe(true);
  expect(result.sentence).toContain("worse than before");
});

test("no traffic after the fix is never success, however long the silence lasts", () => {
  fc.assert(
    fc.property(
      fc.nat(10_000),
      fc.integer({ min: 1, max: 1e6 }),
      fc.nat(1e8),
      (errors, exposure, elapsedMs) => {
        const state = startVerification({ errors, exposure, unit: "requests" });
        const result = updateVerification(state, { errors: 0, exposure: 0, elapsedMs });
        expect(result.verdict).toBe(elapsedMs >= state.policy.windowMs ? "inconclusive" : "continue");
      },
    ),
  );
  const late = updateVerification(startVerification(before), { errors: 0, exposure: 0, elapsedMs: 300_000 });
  expect(late.sentence).toContain("silence without traffic proves nothing");
});

test("a drop in traffic is not a cure: a tenth of the requests with a tenth of the errors is not resolved", () => {
  const state = startVerification({ errors: 300, exposure: 1200, unit: "requests" });
  const result = updateVerification(state, { errors: 30, exposure: 120, elapsedMs: 60_000 });
  expect(result.verdict).toBe("not_resolved");
});

test("too few errors before cannot end as resolved, but can end as not resolved", () => {
  const state = startVerification({ errors: 4, exposure: 20, unit: "requests" });
  expect(updateVerification(state, { errors: 0, exposure: 1e6, elapsedMs: 60_000 }).verdict).toBe("continue");
  const quiet = updateVerification(state, { errors: 0, exposure: 1e6, elapsedMs: 300_000 });
  expect(quiet.verdict).toBe("inconclusive");
  expect(quiet.sentence).toContain("Fewer than 5 errors");
  expect(updateVerification(state, { errors: 40, exposure: 100, elapsedMs: 20_000 }).verdict).toBe(
    "not_resolved",
  );
});

test("without traffic before the fix there is no rate, and no verdict but inconclusive", () => {
  const state = startVerification({ errors: 10, exposure: 0, unit: "requests" });
  const result = updateVerification(state, { errors: 0, exposure: 1e6, elapsedMs: 300_000 });
  expect(result.verdict).toBe("inconclusive");
  expect(result.sentence).toContain("no rate to compare with");
  expect(updateVerification(state, { errors: 1e4, exposure: 1, elapsedMs: 1000 }).verdict).toBe("continue");
});

test("a fault that pauses on its own must stay quiet for twice its longest pause", () => {
  const buckets = [6, 5, 0, 0, 0, 7, 6].map((errors) => ({ errors, exposure: 20, durationMs: 1000 }));
  const state = startVerification({ errors: 24, exposure: 140, unit: "requests", buckets });
  expect(state.longestQuietMs).toBe(3000);
  expect(state.dwellMs).toBe(6000);
  expect(state.dispersion).toBeGreaterThan(2);
  const early = updateVerification(state, { errors: 0, exposure: 10_000, elapsedMs: 5_999 });
  expect(early.verdict).toBe("continue");
  expect(early.sentence).toContain("has paused for 3 s on its own, so silence must last 6 s");
  expect(updateVerification(early.state, { errors: 0, exposure: 10_000, elapsedMs: 6_000 }).verdict).toBe(
    "resolved",
  );
});

test("requests that are counted late neither prove a cure nor a failure", () => {
  const lagging = (exposureLagMs: number) =>
    startVerification({ errors: 30, exposure: 120, unit: "requests", durationMs: 6000 }, { exposureLagMs });
  // 80 requests within 4 s, of which up to 3 s' worth, 60, may have been made before the fix.
  const quiet = { errors: 0, exposure: 80, elapsedMs: 4000 };
  expect(updateVerification(lagging(0), quiet).verdict).toBe("resolved");
  expect(updateVerification(lagging(3000), quiet).verdict).toBe("continue");
  expect(updateVerification(lagging(3000), { ...quiet, exposure: 140, elapsedMs: 7000 }).verdict).toBe(
    "resolved",
  );
  // Two stragglers while the requests beside them are not counted yet.
  const early = { errors: 2, exposure: 0, elapsedMs: 1500 };
  expect(updateVerification(lagging(0), early).verdict).toBe("not_resolved");
  expect(updateVerification(lagging(3000), early).verdict).toBe("continue");
  // Where time is the exposure nothing lags.
  const inSeconds = startVerification({ errors: 30, exposure: 6, unit: "seconds", durationMs: 6000 });
  expect(inSeconds.exposurePerMs).toBe(0);
});

test("bursts before the fix divide the evidence for either verdict by their dispersion", () => {
  const counts = [9, 1, 8, 0, 9, 1, 8, 0];
  const window = { errors: 36, exposure: 160, unit: "requests", durationMs: 8000 } as const;
  const after = { errors: 3, exposure: 70, elapsedMs: 3500 };
  const steady = updateVerification(startVerification(window), after).evidence;
  const buckets = counts.map((errors) => ({ errors, exposure: 20, durationMs: 1000 }));
  const bursty = updateVerification(startVerification({ ...window, buckets }), after).evidence;
  // Squared deviations from 4.5 sum to 4 * (4.5^2 + 3.5^2) = 130: chi-square 28.9 over 7 degrees of freedom.
  expect(bursty.dispersion).toBeCloseTo(130 / 4.5 / 7, 9);
  expect(bursty.logEvidenceResolved).toBeCloseTo(steady.logEvidenceResolved / bursty.dispersion, 9);
  expect(bursty.logEvidenceNotResolved).toBeCloseTo(steady.logEvidenceNotResolved / bursty.dispersion, 9);
});

test("every recent relapse doubles the dwell, up to eight times", () => {
  const dwell = (recentRelapses: number) => startVerification({ ...before, recentRelapses }).dwellMs;
  expect([0, 1, 2, 3, 9].map(dwell)).toEqual([2000, 4000, 8000, 16_000, 16_000]);
});

test("bursts that fill several buckets are seen at a coarser width", () => {
  const pattern = [3, 3, 3, 3, 0, 0, 0, 0];
  const buckets = [...pattern, ...pattern, ...pattern, ...pattern].map((errors) => ({
    errors,
    exposure: 10,
    durationMs: 500,
  }));
  const fine = burstiness(buckets);
  // Width 1: mean 1.5, variance 2.25 (n - 1 below): 1.548. Width 4: 12, 0, 12, 0...: mean 6, 6.857.
  expect(fine.dispersion).toBeCloseTo((8 * 36) / 6 / 7, 9);
  expect(fine.longestQuietMs).toBe(2000);
});

test("quiet before the first error is no pause of the fault", () => {
  const buckets = [0, 0, 0, 4, 5, 4].map((errors) => ({ errors, exposure: 10, durationMs: 1000 }));
  expect(burstiness(buckets).longestQuietMs).toBe(0);
  expect(burstiness([])).toEqual({ dispersion: 1, longestQuietMs: 0 });
});

test("a verdict stays: later counts do not change it", () => {
  const { state } = updateVerification(startVerification(before), {
    errors: 0,
    exposure: 80,
    elapsedMs: 4000,
  });
  const later = updateVerification(state, { errors: 500, exposure: 900, elapsedMs: 60_000 });
  expect(later.verdict).toBe("resolved");
  expect(later.evidence.errorsAfter).toBe(0);
});

test("the state survives being stored as JSON, and looking twice changes nothing", () => {
  fc.assert(fc.property(
    fc.nat(200),
    fc.integer({ min: 1, max: 5000 }),
    fc.nat(200),
    fc.nat(5000),
    fc.nat(400_000),
    (errors, exposure, afterErrors, afterExposure, elapsedMs) => {
      const state = startVerification({ errors, exposure, unit: "requests" });
      const after = { errors: afterErrors, exposure: afterExposure, elapsedMs };
      const first = updateVerification(state, after);
      const stored = JSON.parse(JSON.stringify(state));
      expect(stored).toEqual(state);
      expect(updateVerification(stored, after)).toEqual(first);
      expect(updateVerification(first.state, after)).toEqual(first);
    },
  ));
});

test("more errors after the fix never turn a verdict towards resolved", () => {
  const rank = { not_resolved: 0, inconclusive: 1, continue: 1, resolved: 2 };
  fc.assert(fc.property(
    fc.nat(60),
    fc.integer({ min: 1, max: 2000 }),
    fc.nat(60),
    fc.integer({ min: 1, max: 2000 }),
    fc.nat(400_000),
    (errors, exposure, afterErrors, afterExposure, elapsedMs) => {
      const state = startVerification({ errors, exposure, unit: "requests" });
      const look = (count: number) =>
        rank[updateVerification(state, { errors: count, exposure: afterExposure, elapsedMs }).verdict];
      expect(look(afterErrors + 1)).toBeLessThanOrEqual(look(afterErrors));
    },
  ));
});

test("counts that make no sense and policies out of bounds are refused", () => {
  expect(() => startVerification({ errors: -1, exposure: 1, unit: "requests" })).toThrow("errors");
  expect(() => updateVerification(startVerification(before), { errors: 0, exposure: NaN, elapsedMs: 0 }))
    .toThrow(
      "exposure",
    );
  expect(() => startVerification(before, { alpha: 0.9 })).toThrow("alpha");
});
