import { expect, test } from "vitest";
import { advance } from "../../../supabase/functions/_shared/deployments/blame/observe.ts";
import {
  BIN_MS,
  type BlameState,
  emptyState,
} from "../../../supabase/functions/_shared/deployments/blame/state.ts";
import type { TrafficCount, Verdict } from "../../../supabase/functions/_shared/deployments/blame/types.ts";
import { facts, MINUTE, NOON } from "./scene.ts";

/** One step of a service with 400 requests in ten seconds; its issue has `events`, and `reports` says which intervals' traffic arrives. */
function step(state: BlameState, events: number, reports: number[]): Verdict[] {
  const at = state.now;
  const traffic = reports.map((t): TrafficCount => ({
    at: t,
    service: "shop",
    version: null,
    requests: 400,
    failures: events,
  }));
  return advance(state, {
    at: at + BIN_MS,
    changes: [],
    issues: at === NOON ? [facts({ firstSeenAt: NOON })] : [],
    traffic,
    events: [{ at, issue: "1", version: null, count: events }],
    samples: [],
    dependencies: [],
  });
}

test("a report of traffic that is late, or never comes, does not make a rise of errors that always happen", () => {
  const state = emptyState(NOON);
  while (state.now < NOON + 60 * MINUTE) step(state, 3, [state.now]);
  const late = state.now;
  expect(step(state, 3, [])).toEqual([]);
  expect(step(state, 3, [late, late + BIN_MS])).toEqual([]);
  expect(step(state, 3, [])).toEqual([]);
  expect(state.subjects["issue:1"]!.episode).toBeNull();
});

test("a late report does not begin a rise anew that is being watched", () => {
  const state = emptyState(NOON);
  while (state.now < NOON + 60 * MINUTE) step(state, 1, [state.now]);
  const risen = state.now;
  while (state.now < risen + 5 * MINUTE) step(state, 20, [state.now]);
  const firstEventAt = state.subjects["issue:1"]!.episode!.firstEventAt;
  step(state, 20, []);
  expect(state.subjects["issue:1"]!.episode).toMatchObject({ firstEventAt });
});

test("a rise is seen at once although the report of its traffic is late", () => {
  const state = emptyState(NOON);
  while (state.now < NOON + 60 * MINUTE) step(state, 1, [state.now]);
  step(state, 30, []);
  expect(state.subjects["issue:1"]!.episode).not.toBeNull();
});
