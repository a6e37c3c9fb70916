import { describe, expect, it } from "vitest";
import {
  calmDetector,
  detectorLevel,
  stepDetector,
} from "../../../supabase/functions/_shared/deployments/blame/detector.ts";
import { ANY_SIZE } from "../../../supabase/functions/_shared/deployments/blame/effects.ts";
import { EVERYTHING } from "../../../supabase/functions/_shared/deployments/blame/exposure.ts";
import type { RateBin } from "../../../supabase/functions/_shared/deployments/blame/counts.ts";
import { lagProbability } from "../../../supabase/functions/_shared/deployments/blame/lag.ts";
import { PUBLIC_PRIORS } from "../../../supabase/functions/_shared/deployments/blame/priors.ts";
import {
  averageEffects,
  onsetTable,
  rateEvidence,
} from "../../../supabase/functions/_shared/deployments/blame/rate-evidence.ts";
import { BLAME_E_VALUE } from "../../../supabase/functions/_shared/deployments/blame/thresholds.ts";
import { BIN_MS } from "../../../supabase/functions/_shared/deployments/blame/state.ts";
import { gammaSample } from "../../../supabase/functions/_shared/statistics/gamma-sample.ts";
import { poissonSample } from "../../../supabase/functions/_shared/statistics/poisson-sample.ts";
import { seededRandom } from "../../../supabase/functions/_shared/statistics/random.ts";
import { Story } from "./story.ts";

/**
 * The largest share of `n` independent streams that a true probability of at most `p` explains: a larger one has a probability
 * below one in a million (Chernoff: P(share >= q) <= exp(-n KL(q, p))).
 */
function largestShare(p: number, n: number): number {
  const divergence = (q: number) => q * Math.log(q / p) + (1 - q) * Math.log((1 - q) / (1 - p));
  let q = p;
  while (q < 0.999 && n * divergence(q) < Math.log(1e6)) q += 0.0005;
  return q;
}

describe("the detector under peeking at every step", () => {
  const STREAMS = 4_000;
  const STEPS = 200;
  const LEVEL = 2_000;

  function alarms(ratio: number, seed: number): number {
    const random = seededRandom(seed);
    let alarmed = 0;
    for (let stream = 0; stream < STREAMS; stream++) {
      const expected = 0.1 * 40 ** random();
      let state = calmDetector();
      for (let step = 0; step < STEPS; step++) {
        state = stepDetector(state, poissonSample(expected * ratio, random), expected, step * BIN_MS);
        if (detectorLevel(state) < LEVEL) continue;
        alarmed++;
        break;
      }
    }
    return alarmed / STREAMS;
  }

  it("keeps to its bound on streams in which nothing changes", () => {
    // The level grows by one a step in the mean: Doob's inequality bounds an alarm within n steps by n / level.
    expect(alarms(1, 11)).toBeLessThanOrEqual(largestShare(STEPS / LEVEL, STREAMS));
  });

  it("keeps to it as well when the true rate is lower than it was told", () => {
    expect(alarms(0.5, 12)).toBeLessThanOrEqual(largestShare(STEPS / LEVEL, STREAMS));
  });

  it("raises the alarm on nearly every stream whose rate is fivefold", () => {
    expect(alarms(5, 13)).toBeGreaterThan(0.95);
  });
});

describe("the e-value of a change under peeking at every step", () => {
  const STREAMS = 600;
  const STEPS = 30;
  const CHANGE = { kind: "deployment" as const, at: 0 };

  /** Share of streams whose e-value ever reaches 1/alpha when one looks after every interval. */
  function reached(
    alpha: number,
    seed: number,
    count: (mean: number, random: () => number) => number,
  ): number {
    const random = seededRandom(seed);
    let hits = 0;
    for (let stream = 0; stream < STREAMS; stream++) {
      const requests = Math.round(20 * 100 ** random());
      const baseline = 1e-3 * 50 ** random();
      const bins: RateBin[] = [];
      for (let step = 0; step < STEPS; step++) {
        const events = Math.min(requests, count(requests * baseline, random));
        bins.push({ t: step * BIN_MS, cells: [{ version: "", events, requests }] });
        const perOnset = averageEffects(onsetTable(bins, baseline, EVERYTHING, 0), ANY_SIZE);
        const { logEvidence } = rateEvidence(
          bins,
          perOnset,
          (index) => lagProbability(CHANGE, bins[index]!.t, bins[index]!.t + BIN_MS, PUBLIC_PRIORS.lag),
        );
        if (logEvidence < -Math.log(alpha)) continue;
        hits++;
        break;
      }
    }
    return hits / STREAMS;
  }

  it("reaches 1/alpha on at most a share alpha of the streams in which nothing changes", () => {
    for (const alpha of [0.2, 0.05]) {
      expect(reached(alpha, 21, poissonSample)).toBeLessThanOrEqual(largestShare(alpha, STREAMS));
    }
  });

  it("does so for counts as uneven as it allows for, a coefficient of variation of 50 %", () => {
    const uneven = (mean: number, random: () => number) =>
      poissonSample(mean * gammaSample(4, random) / 4, random);
    expect(reached(0.05, 22, uneven)).toBeLessThanOrEqual(largestShare(0.05, STREAMS));
  });

  it("reaches it on most streams in which one request in ten fails from the change on", () => {
    const broken = (mean: number, random: () => number) => poissonSample(mean + 2, random);
    expect(reached(0.05, 23, broken)).toBeGreaterThan(0.6);
  });
});

describe("the whole of blame on projects in which nothing ever breaks", () => {
  it("names a change no more often than its e-value allows", () => {
    const STREAMS = 24;
    const CHANGES = 5;
    let named = 0;
    for (let seed = 0; seed < STREAMS; seed++) {
      const story = new Story(1_000 + seed);
      story.serve("shop", [["shop@0", 2 + seed]]);
      story.fail({ id: "usual" }, "shop", () => 0.002);
      story.live(1_800);
      for (let version = 1; version <= CHANGES; version++) {
        story.deploy({ id: `c${version}`, version: `shop@${version}` });
        story.serve("shop", [[`shop@${version}`, 2 + seed]]);
        story.live(600);
      }
      const blames = story.verdicts.filter(({ decision }) => decision === "blame");
      named += new Set(blames.map(({ subject, changeId }) => `${subject} ${changeId}`)).size;
    }
    // Two subjects, the issue and the service's failures; each could blame each change.
    const chances = STREAMS * CHANGES * 2;
    expect(named / chances).toBeLessThanOrEqual(largestShare(1 / BLAME_E_VALUE.known, chances));
  });
});

describe("the onset prior", () => {
  it("sums to at most one over any window, which is what makes the mixture an e-value", () => {
    for (const kind of ["deployment", "edge_function", "configuration", "flag"] as const) {
      const change = { kind, at: 1_000_000 };
      let sum = 0;
      for (let t = 0; t < 200_000_000; t += BIN_MS) {
        sum += lagProbability(change, t, t + BIN_MS, PUBLIC_PRIORS.lag);
      }
      expect(sum).toBeLessThanOrEqual(1 + 1e-9);
      expect(sum).toBeGreaterThan(0.99);
    }
  });

  it("gives nothing to a fault that begins before the change, clock skew apart", () => {
    expect(lagProbability({ kind: "deployment", at: NOON }, NOON - 60_000, NOON - 20_000, PUBLIC_PRIORS.lag))
      .toBe(0);
    expect(lagProbability({ kind: "deployment", at: NOON }, NOON - 20_000, NOON, PUBLIC_PRIORS.lag))
      .toBeGreaterThan(0);
  });
});

const NOON = Date.UTC(2025, 0, 6, 12);
