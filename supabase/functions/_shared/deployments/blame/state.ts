import { calmDetector, type DetectorState } from "./detector.ts";
import type { Change, DependencyHealth, Hypothesis, IssueFacts, Sample, Verdict } from "./types.ts";

/** Length of one interval, ms. Short enough to tell two deployments a minute apart, long enough to keep state small. */
export const BIN_MS = 10_000;
/** Detail kept: half an hour. Anything older lives on as a decayed sum. */
export const WINDOW_MS = 30 * 60_000;
/** Changes older than this are no candidates; it is the longest delay of the lag model. */
export const CANDIDATE_MS = 48 * 3_600_000;
/** The past fades with this half-life, so that last month's traffic says little about today's. */
export const HALF_LIFE_MS = 24 * 3_600_000;
/** Issues kept at most; the quietest are forgotten first. A storm of fingerprints must not grow the state. */
export const SUBJECT_LIMIT = 500;

/** Episodes judged at once at most: a storm of fingerprints is one incident, and a look has two seconds. */
export const EPISODE_LIMIT = 20;
/** Subjects whose first events lie this close are taken for one incident. */
export const SAME_INCIDENT_MS = 120_000;
/** Events of a subject that are looked at closely at most, the latest ones. */
export const SAMPLE_LIMIT = 20;
/** Changes kept at most, the latest ones: a configuration that is written in a loop must not grow the state. */
export const CHANGE_LIMIT = 400;

/** Version label of traffic that bears none. */
export const UNLABELLED = "";

/** [requests or events, failures]; failures stay 0 for issues. */
export type Cell = [number, number];
/** One interval; `t` is its start in ms. */
export interface Bin {
  t: number;
  cells: Record<string, Cell>;
}

/** What happens to a service without a change; flares of known issues are counted by issue. */
export const OWN_TROUBLES = ["external", "traffic", "leak", "newIssue"] as const;
export type OwnTrouble = (typeof OWN_TROUBLES)[number];

export interface ServiceState {
  bins: Bin[];
  /** Requests ever seen: subjects measure from it how much traffic passed since they last looked. */
  requestsEver: number;
  /** Sums over `bins`, kept so that nobody has to add them up at every step. */
  recent: { requests: number; failures: number };
  /** Decayed sums of what left the window. */
  past: { requests: number; failures: number };
  /** Troubles without a change behind them, decayed, and when the last one of each kind was over. */
  troubles: Record<OwnTrouble, number>;
  lastTroubleAt: Record<OwnTrouble, number>;
}

export interface Sums {
  events: number;
  requests: number;
}

/** [from, to) in ms. */
export interface Span {
  from: number;
  to: number;
}

/** A higher level of errors that goes on since `from` (ms), with the decayed sums of what left the window since then. */
export interface Level extends Sums {
  from: number;
}

export interface Episode {
  openedAt: number;
  firstEventAt: number;
  /**
   * For the other subjects of the same incident, by suspect: how much likelier these errors are if it struck just then, ln against
   * what was to be expected of them by themselves.
   */
  shared: Record<string, number>;
  verdict: Verdict | null;
  /** Since when the verdict has been "none". */
  settledAt: number | null;
  /** Whether a change was ever blamed in it. */
  blamed: boolean;
  /** Whether it follows closely on a rise of the same subject that no change explained. */
  continues: boolean;
}

/** A rise without a culprit, and what was believed of its cause. */
export interface Trouble {
  firstEventAt: number;
  onsetAt: number;
  eValue: number;
  hypotheses: Hypothesis[];
  /** What it taught of how often such things happen by themselves. */
  taught: Taught | null;
}

/** As which trouble of the service an episode was counted; `burst` is one of the issue itself. */
export type Taught = OwnTrouble | "burst";

/** When a change was first named as a cause, ms, and for which moments it was asked what ended then: its coming, its taking back. */
export interface Fate {
  namedAt: number | null;
  askedAt: { came: number | null; takenBack: number | null };
}

/** Whether what was wrong ended at that moment (ms): when this suspect was taken back, or when this code came, which may mend another. */
export interface Question extends Trouble {
  about: "came" | "takenBack";
  changeId: string;
  at: number;
}

export interface SubjectState {
  /** `issue:<id>` or `rate:<service>`. */
  key: string;
  kind: "issue" | "rate";
  service: string;
  facts: IssueFacts | null;
  /** Events; empty for a rate, which reads its service's failures. */
  bins: Bin[];
  /** Some of the events in the window, oldest first. */
  samples: Omit<Sample, "issue">[];
  /** Events in the window; for a rate its service's failures. */
  recent: number;
  /** Decayed sums of the ordinary intervals that left the window. */
  past: Sums;
  /** Parts of the window in which something was wrong: no part of what is usual. Oldest first. */
  excluded: Span[];
  /** Where errors go on that no change explained: what a further rise is measured against until they fall back. */
  level: Level | null;
  detector: DetectorState;
  /** `requestsEver` of the service when the detector last stepped. */
  requestsSeen: number;
  lastEventAt: number;
  episode: Episode | null;
  /** Episodes without a change behind them, decayed: how often this issue flares up by itself. */
  bursts: number;
  lastBurstAt: number;
  /** The last rise that was given up without a culprit. */
  unexplained: Trouble | null;
  questions: Question[];
}

/** All that blame remembers of one project. Plain JSON. */
export interface BlameState {
  version: 4;
  startedAt: number;
  now: number;
  /** When the past was last aged. */
  agedAt: number;
  changes: Change[];
  /** What became of them, by id. */
  fates: Record<string, Fate>;
  services: Record<string, ServiceState>;
  subjects: Record<string, SubjectState>;
  dependencies: Record<string, DependencyHealth>;
  /** Decayed hours in which some dependency was in trouble, by who saw it. */
  troubledHours: { calls: number; independent: number };
}

export function emptyState(now: number): BlameState {
  return {
    version: 4,
    startedAt: now,
    now,
    agedAt: now,
    changes: [],
    fates: {},
    services: {},
    subjects: {},
    dependencies: {},
    troubledHours: { calls: 0, independent: 0 },
  };
}

export function binStart(at: number): number {
  return Math.floor(at / BIN_MS) * BIN_MS;
}

/** Adds to the cell of `version` in the bin of `at`, keeping bins in order of time. Late data finds its old bin. */
export function addToBins(bins: Bin[], at: number, version: string, first: number, second: number): void {
  const t = binStart(at);
  let index = bins.length - 1;
  while (index >= 0 && bins[index]!.t > t) index--;
  let bin = bins[index];
  if (bin?.t !== t) {
    bin = { t, cells: {} };
    bins.splice(index + 1, 0, bin);
  }
  const cell = bin.cells[version] ?? [0, 0];
  bin.cells[version] = [cell[0] + first, cell[1] + second];
}

/** Takes the bins that start before `limit` out of the list and returns their sums. */
export function takeOld(bins: Bin[], limit: number): Cell {
  let old = 0;
  while (old < bins.length && bins[old]!.t < limit) old++;
  const sum: Cell = [0, 0];
  for (const bin of bins.splice(0, old)) {
    for (const [first, second] of Object.values(bin.cells)) {
      sum[0] += first;
      sum[1] += second;
    }
  }
  return sum;
}

export function sumOf(bin: Bin | undefined): Cell {
  const sum: Cell = [0, 0];
  if (!bin) return sum;
  // for-in: this is the innermost loop of a step, and entries() would allocate for each cell.
  for (const version in bin.cells) {
    const cell = bin.cells[version]!;
    sum[0] += cell[0];
    sum[1] += cell[1];
  }
  return sum;
}

/** A service that nothing is known of yet. */
export function newService(): ServiceState {
  return {
    bins: [],
    requestsEver: 0,
    recent: { requests: 0, failures: 0 },
    past: { requests: 0, failures: 0 },
    troubles: { external: 0, traffic: 0, leak: 0, newIssue: 0 },
    lastTroubleAt: { external: 0, traffic: 0, leak: 0, newIssue: 0 },
  };
}

/** A subject that nothing is known of yet. */
export function newSubject(
  key: string,
  kind: SubjectState["kind"],
  service: string,
  now: number,
): SubjectState {
  return {
    key,
    kind,
    service,
    facts: null,
    bins: [],
    samples: [],
    recent: 0,
    past: { events: 0, requests: 0 },
    excluded: [],
    level: null,
    detector: calmDetector(),
    requestsSeen: 0,
    lastEventAt: now,
    episode: null,
    bursts: 0,
    lastBurstAt: 0,
    unexplained: null,
    questions: [],
  };
}

/** Whether an issue was never seen before the rise that began then; a bare rate is nothing new. */
export function isNewIssue({ facts }: SubjectState, firstEventAt: number): boolean {
  return facts !== null && facts.firstSeenAt >= firstEventAt;
}

/** What a subject saw since then: requests of its service, and its own events or, for a rate, the service's failures. */
export function seenSince(state: BlameState, subject: SubjectState, since: number): Sums {
  const [requests, failures] = sumSince(state.services[subject.service]?.bins ?? [], since);
  return { requests, events: subject.kind === "rate" ? failures : sumSince(subject.bins, since)[0] };
}

/** Sums over the intervals that start at `since` or later. */
export function sumSince(bins: readonly Bin[], since: number): Cell {
  const total: Cell = [0, 0];
  for (let index = bins.length - 1; index >= 0 && bins[index]!.t >= since; index--) {
    const [first, second] = sumOf(bins[index]);
    total[0] += first;
    total[1] += second;
  }
  return total;
}
