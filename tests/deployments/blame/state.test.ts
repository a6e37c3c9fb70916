import { describe, expect, it } from "vitest";
import { advance, observe } from "../../../supabase/functions/_shared/deployments/blame/observe.ts";
import {
  BIN_MS,
  CHANGE_LIMIT,
  emptyState,
  EPISODE_LIMIT,
  SUBJECT_LIMIT,
} from "../../../supabase/functions/_shared/deployments/blame/state.ts";
import type { Observation } from "../../../supabase/functions/_shared/deployments/blame/types.ts";
import { change, facts, MINUTE, NOON } from "./scene.ts";
import { Story } from "./story.ts";

function badDeployment(between?: Story["between"]) {
  const story = new Story(7);
  if (between) story.between = between;
  story.serve("shop", [["shop@1", 10]]);
  story.deploy({ id: "old", version: "shop@1" });
  story.live(1800);
  const bad = story.deploy({ id: "bad", version: "shop@2" });
  story.serve("shop", [["shop@1", 5], ["shop@2", 5]]);
  story.fail({ id: "new" }, "shop", (now, version) => now >= bad.at && version === "shop@2" ? 0.1 : 0);
  story.live(300);
  return story;
}

const NOTHING: Omit<Observation, "at"> = {
  changes: [],
  issues: [],
  traffic: [],
  events: [],
  samples: [],
  dependencies: [],
};

describe("the state of blame", () => {
  it("lives in a database: passing through JSON at every step changes no verdict", () => {
    const kept = badDeployment((state) => JSON.parse(JSON.stringify(state)));
    expect(kept.verdicts).toEqual(badDeployment().verdicts);
    expect(kept.verdicts.length).toBeGreaterThan(0);
    expect(JSON.parse(JSON.stringify(kept.state))).toEqual(kept.state);
  });

  it("is plain JSON where a change came long after a rise began that took its time to be seen", () => {
    const story = new Story(3);
    const seen: number[] = [];
    story.between = (state) => {
      for (const { episode } of Object.values(state.subjects)) {
        seen.push(...Object.values(episode?.shared ?? {}));
      }
      expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      return state;
    };
    story.serve("shop", [[null, 10]]);
    let share = 2e-3;
    story.fail({ id: "usual" }, "shop", () => share);
    story.live(3600);
    share = 1e-2;
    for (let count = 0; count < 20; count++) {
      story.deploy({ id: `late-${count}`, kind: "configuration", version: null });
      story.live(30);
    }
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.every(Number.isFinite)).toBe(true);
  });

  it("is left as it was by a step", () => {
    const { state } = badDeployment();
    const before = structuredClone(state);
    observe(state, { ...NOTHING, at: state.now + BIN_MS });
    expect(state).toEqual(before);
  });

  it("finds the old interval of counts that come late", () => {
    const state = emptyState(NOON);
    const at = NOON + 20 * MINUTE;
    advance(state, {
      ...NOTHING,
      at,
      traffic: [{ at: at - 5_000, service: "shop", version: null, requests: 10, failures: 0 }],
    });
    advance(state, {
      ...NOTHING,
      at: at + 60_000,
      traffic: [{ at: at - 65_000, service: "shop", version: null, requests: 7, failures: 1 }],
    });
    expect(state.services.shop!.bins.map(({ t, cells }) => [t, cells[""]])).toEqual([
      [at - 70_000, [7, 1]],
      [at - 10_000, [10, 0]],
    ]);
  });

  it("stays small through a storm of fingerprints and of changes", () => {
    const state = emptyState(NOON);
    let open = 0;
    const start = NOON + 15 * MINUTE;
    for (let step = 0; step < 60; step++) {
      const at = start + step * BIN_MS;
      const ids = Array.from({ length: 20 }, (_, index) => `${step}-${index}`);
      advance(state, {
        ...NOTHING,
        at: at + BIN_MS,
        changes: Array.from(
          { length: 3 },
          (_, index) => change({ id: `c${step}-${index}`, at, version: `shop@${step}` }),
        ),
        issues: ids.map((id) => facts({ id, firstSeenAt: at })),
        traffic: [{ at, service: "shop", version: "shop@1", requests: 100, failures: 20 }],
        events: ids.map((issue) => ({ at, issue, version: "shop@1", count: 1 })),
        samples: [],
      });
      open = Math.max(open, Object.values(state.subjects).filter(({ episode }) => episode !== null).length);
    }
    expect(open).toBe(EPISODE_LIMIT);
    expect(state.changes.length).toBeLessThanOrEqual(CHANGE_LIMIT);
    // Between two times of ageing, one a minute, a storm may pass the limit.
    expect(Object.keys(state.subjects).length).toBeLessThanOrEqual(SUBJECT_LIMIT + 6 * 20 + 1);
    expect(JSON.stringify(state).length).toBeLessThan(2_000_000);
  });

  it("keeps no more detail after two days than after an hour", () => {
    const state = emptyState(NOON);
    const day = (hours: number) => {
      for (let step = 0; step < hours * 60; step++) {
        const at = state.now;
        advance(state, {
          ...NOTHING,
          at: at + MINUTE,
          traffic: [{ at, service: "shop", version: "shop@1", requests: 600, failures: 1 }],
        });
      }
      return JSON.stringify(state).length;
    };
    const early = day(1);
    expect(day(47)).toBeLessThan(early * 1.1);
  });

  it("says nothing in its first ten minutes, in which every issue is new", () => {
    const story = new Story(3);
    story.serve("shop", [["shop@1", 10]]);
    story.deploy({ id: "bad", version: "shop@1" });
    story.fail({ id: "new" }, "shop", () => 0.5);
    expect(story.live(590)).toEqual([]);
  });
});
