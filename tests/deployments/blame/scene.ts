import type {
  FactorRule,
  Scene,
  Suspect,
} from "../../../supabase/functions/_shared/deployments/blame/factors/factor.ts";
import { PUBLIC_PRIORS } from "../../../supabase/functions/_shared/deployments/blame/priors.ts";
import {
  addToBins,
  BIN_MS,
  type BlameState,
  emptyState,
  newService,
  newSubject,
  type SubjectState,
} from "../../../supabase/functions/_shared/deployments/blame/state.ts";
import type {
  Change,
  IssueFacts,
  OtherCause,
  StackFrame,
} from "../../../supabase/functions/_shared/deployments/blame/types.ts";

/** A Monday noon; every time in these tests is told from here. */
export const NOON = Date.UTC(2025, 0, 6, 12);
export const MINUTE = 60_000;

export function change(parts: Partial<Change> = {}): Change {
  return {
    id: "c1",
    kind: "deployment",
    service: "shop",
    at: NOON,
    version: "shop@2",
    files: null,
    touched: null,
    value: null,
    names: [],
    rollout: [],
    risk: null,
    revertedAt: null,
    ...parts,
  };
}

/** A frame of a stack. */
export function frame(file: string, name: string | null = null): StackFrame {
  return { file, function: name };
}

export function facts(parts: Partial<IssueFacts> = {}): IssueFacts {
  return {
    id: "1",
    service: "shop",
    firstSeenAt: NOON + 5_000,
    category: "runtime",
    frames: [],
    text: "",
    source: null,
    ...parts,
  };
}

/** An event that is looked at closely, half a minute after noon. */
export function sample(
  parts: Partial<SubjectState["samples"][number]> = {},
): SubjectState["samples"][number] {
  return { at: NOON + 30_000, user: null, flags: null, call: null, ...parts };
}

/** Requests and failures per interval of one service, from `minutes` before noon until `now`. */
export function addTraffic(
  state: BlameState,
  service: string,
  { from, to, requests, failures = 0, version = "" }: {
    from: number;
    to: number;
    requests: number;
    failures?: number;
    version?: string;
  },
): void {
  const known = state.services[service] ??= newService();
  for (let t = from; t < to; t += BIN_MS) {
    addToBins(known.bins, t, version, requests, failures);
    known.recent.requests += requests;
    known.recent.failures += failures;
    known.requestsEver += requests;
  }
}

/** One issue of `shop` that is looked at a minute after noon; half an hour of quiet traffic before it. */
export function scene(issue: Partial<IssueFacts> = {}, changes: Change[] = [change()]): Scene {
  const state = emptyState(NOON - 24 * 60 * MINUTE);
  state.now = NOON + MINUTE;
  state.changes = changes;
  const given = facts(issue);
  addTraffic(state, given.service, { from: NOON - 30 * MINUTE, to: state.now, requests: 100 });
  const subject = newSubject(`issue:${given.id}`, "issue", given.service, NOON);
  subject.facts = given;
  state.subjects[subject.key] = subject;
  return { state, subject, priors: PUBLIC_PRIORS, firstEventAt: NOON + 5_000, now: state.now };
}

export function guilty(suspect: Change): Suspect {
  return { key: suspect.id, change: suspect, other: null, kind: suspect.kind };
}

export function cause(other: OtherCause): Suspect {
  return { key: `other:${other}`, change: null, other, kind: other };
}

/** How many nats a factor puts one suspect before another. */
export function favour(rule: FactorRule, given: Scene, one: Suspect, other: Suspect): number {
  const view = rule(given);
  return view.logLikelihood(one) - view.logLikelihood(other);
}
