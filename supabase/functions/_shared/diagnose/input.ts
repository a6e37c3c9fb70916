import type { ErrorEvent } from "../signals/event.ts";
import type { Change } from "./change.ts";
import type { SuspectChange } from "./diagnosis.ts";
import type { DatabaseInspection } from "./evidence/inspection.ts";
import type { CountedInterval } from "./onset.ts";
import type { KnownPattern } from "./patterns/pattern.ts";

export interface DiagnoseInput {
  now: Date;
  /** The issue's latest event, its frames judged. */
  event: ErrorEvent;
  issue: {
    /** ISO 8601. */
    firstSeenAt: string;
    /** First seen or regressed, whichever is later. */
    episodeStartedAt: string;
    /** It had been resolved, so its counts before the episode are those of another one. */
    isBack?: boolean;
    eventCount: number;
    userCount: number;
    /** Events per minute of the last hours; minutes without events may be missing. */
    minuteCounts: readonly CountedInterval[];
  };
  /** All requests of the last minutes and how many of them failed; null when the application does not tell. */
  traffic: { requestCount: number; failedRequestCount: number } | null;
  patterns: readonly KnownPattern[];
  /** Configuration versions and deployments of the last `CHANGE_WINDOW_MS` before the onset. */
  changes: readonly Change[];
  inspection: DatabaseInspection | null;
  /** Suspects that were weighed elsewhere, by somebody who knows more than this issue; absent or null: weighed here. */
  suspects?: readonly SuspectChange[] | null;
  /** Events of the issue around its onset by release label; absent when nobody counted. */
  releases?: Readonly<Record<string, number>>;
  /** Requests of all around the same moment, by release label. */
  releaseTraffic?: Readonly<Record<string, number>>;
}

/** When the present trouble began, and how much more of it there is since; rates per minute, null when unknown. */
export interface KnownOnset {
  onsetAt: string;
  uncertaintyMs: number;
  rateBefore: number | null;
  rateAfter: number | null;
}
