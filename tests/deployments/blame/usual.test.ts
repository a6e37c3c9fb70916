import { describe, expect, it } from "vitest";
import { advance } from "../../../supabase/functions/_shared/deployments/blame/observe.ts";
import {
  BIN_MS,
  type BlameState,
  emptyState,
} from "../../../supabase/functions/_shared/deployments/blame/state.ts";
import { pastRate } from "../../../supabase/functions/_shared/deployments/blame/usual.ts";
import { facts, MINUTE, NOON } from "./scene.ts";

/** A service with 50 requests in ten seconds of which `events` raise its issue, and `silent` more fail without a word. */
function live(state: BlameState, minutes: number, events: number, silent = 0): void {
  const until = state.now + minutes * MINUTE;
  while (state.now < until) {
    const at = state.now;
    advance(state, {
      at: at + BIN_MS,
      changes: [],
      issues: at === NOON ? [facts({ firstSeenAt: NOON })] : [],
      traffic: [{ at, service: "shop", version: null, requests: 50, failures: events + silent }],
      events: events === 0 ? [] : [{ at, issue: "1", version: null, count: events }],
      samples: [],
      dependencies: [],
    });
  }
}

const issue = (state: BlameState) => state.subjects["issue:1"]!;
const rate = (state: BlameState) => state.subjects["rate:shop"]!;

describe("what is usual", () => {
  it("is measured against a level that errors without a culprit keep, and again against the old one once they fall back", () => {
    const state = emptyState(NOON);
    live(state, 120, 1);
    const before = pastRate(issue(state));
    live(state, 40, 15);
    expect(issue(state).episode).toBeNull();
    expect(issue(state).level).not.toBeNull();
    expect(pastRate(issue(state))).toBeCloseTo(before, 2);
    live(state, 15, 1);
    expect(issue(state).level).toBeNull();
    live(state, 60, 1);
    expect(pastRate(issue(state))).toBeCloseTo(before, 2);
    live(state, 2, 15);
    expect(issue(state).episode).not.toBeNull();
  });

  it("is what held for a day", () => {
    const state = emptyState(NOON);
    live(state, 60, 1);
    live(state, 26 * 60, 15);
    expect(issue(state).level).toBeNull();
    expect(pastRate(issue(state))).toBeCloseTo(0.3, 1);
  });

  it("does not come to include for a service what its issues suffered", () => {
    const state = emptyState(NOON);
    live(state, 60, 1);
    live(state, 90, 25);
    live(state, 60, 1);
    expect(pastRate(rate(state))).toBeLessThan(0.06);
  });

  it("lets failures that nobody reports be seen beside errors that go on", () => {
    const state = emptyState(NOON);
    live(state, 60, 1);
    live(state, 45, 5);
    expect(rate(state).episode).toBeNull();
    live(state, 3, 5, 25);
    expect(rate(state).episode).not.toBeNull();
  });
});
