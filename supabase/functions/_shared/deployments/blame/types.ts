import type { Category } from "../../diagnose/diagnosis.ts";

export const CHANGE_KINDS = ["deployment", "edge_function", "configuration", "flag"] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

export function isCode(kind: ChangeKind): boolean {
  return kind === "deployment" || kind === "edge_function";
}

/** Something a person or a pipeline changed, and that could have broken what came after. Times are ms since 1970. */
export interface Change {
  id: string;
  kind: ChangeKind;
  /** The service whose behaviour it changes; null when it reaches every service. */
  service: string | null;
  /** When it began to serve traffic, as its platform reports it. */
  at: number;
  /** The label that traffic and events carry while they run it: a release or a deployment id. Null when there is none. */
  version: string | null;
  /** Repository paths it touched; null when nobody could tell. */
  files: string[] | null;
  /** What its diff says beyond that; null when nobody could tell. */
  touched: Touched | null;
  /** Words that a message would use for it: configuration key, flag, function slug, environment variable. */
  names: string[];
  /** What a flag was turned to; null for anything that is not on or off. */
  value: boolean | null;
  /** Share of its service's traffic that it reached, by time, where the platform told; empty means all, at once. */
  rollout: { at: number; share: number }[];
  /** Probability, before anything was seen, that it breaks something (`risk/`); null takes the kind's prior. */
  risk: number | null;
  /** When it was taken back; from then on it reaches nobody. */
  revertedAt: number | null;
}

export const DEPENDENCY_STATES = ["up", "degraded", "down"] as const;
export type DependencyState = (typeof DEPENDENCY_STATES)[number];

/**
 * Health of something outside. `calls` means that our own calls fail, which a bad change of ours can cause too;
 * `probe` and `status_page` are independent of our code.
 */
export interface DependencyHealth {
  name: string;
  state: DependencyState;
  source: "calls" | "probe" | "status_page";
  at: number;
}

/** What a diff says beyond the names of its files. */
export interface Touched {
  /** Functions whose lines it touched, by path; `all` is false where some lines belong to none that could be told. */
  functions: Record<string, { names: string[]; all: boolean }>;
  /** Identifiers in the lines that it touched, lower case. */
  words: string[];
}

/** One in-app frame of a stack. */
export interface StackFrame {
  file: string;
  /** Null where it has no name, or a minifier took it. */
  function: string | null;
}

/** What is known of an issue besides its counts. */
export interface IssueFacts {
  id: string;
  service: string;
  firstSeenAt: number;
  category: Category;
  /** In-app frames of the stack, the culprit first. Empty when there is no stack. */
  frames: StackFrame[];
  /** Message and error type, scrubbed. */
  text: string;
  /** Names in the lines of source around the frames (`namesOf`), the culprit's first; null when the event shows no source. */
  source: string[] | null;
}

/** Requests of one service and version in one interval. `at` may lie in the past: late data finds its interval. */
export interface TrafficCount {
  at: number;
  service: string;
  version: string | null;
  requests: number;
  failures: number;
}

/** Events of one issue and version in one interval. */
export interface EventCount {
  at: number;
  issue: string;
  version: string | null;
  count: number;
}

/** One event of an issue, looked at closely. */
export interface Sample {
  at: number;
  issue: string;
  /** Hash of who suffered it; null when the event does not tell. */
  user: string | null;
  /** What the flags that changed lately were when it happened; null when the event tells of no flags at all. */
  flags: Record<string, boolean> | null;
  /** The last outgoing call before it; null when the event tells of none. The host is null where the call stayed in the application. */
  call: { host: string | null; failed: boolean } | null;
}

/** Everything that arrived since the last observation. */
export interface Observation {
  at: number;
  changes: Change[];
  issues: IssueFacts[];
  traffic: TrafficCount[];
  events: EventCount[];
  /** A few of the events. */
  samples: Sample[];
  dependencies: DependencyHealth[];
}

/** Causes that no rollback of ours would cure. */
export const OTHER_CAUSES = ["external", "traffic", "leak", "organic"] as const;
export type OtherCause = (typeof OTHER_CAUSES)[number];

/** One reason, in nats for the blamed hypothesis against the best other one. */
export interface Factor {
  name: string;
  nats: number;
  statement: string;
}

export interface Hypothesis {
  /** A change's id, or null for one of the other causes. */
  changeId: string | null;
  other: OtherCause | null;
  probability: number;
}

export interface Verdict {
  /** `issue:<id>` or `rate:<service>`. */
  subject: string;
  service: string;
  decision: "blame" | "wait" | "none";
  changeId: string | null;
  other: OtherCause | null;
  /** Of the leading hypothesis. */
  probability: number;
  /** Sure enough to take the change back without a human. */
  rollback: boolean;
  /** Best first; they sum to one. */
  hypotheses: Hypothesis[];
  factors: Factor[];
  /** First event of the episode, and the most probable start of the fault under the leading hypothesis. */
  firstEventAt: number;
  onsetAt: number;
  /** Evidence against "nothing changed", valid however often it is looked at (an e-value; 1/e bounds the false alarms). */
  eValue: number;
  decidedAt: number;
}
