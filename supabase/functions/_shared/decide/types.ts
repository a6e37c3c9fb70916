import type { Diagnosis, Severity, SuspectChange } from "../diagnose/diagnosis.ts";
import type { Risk } from "../actions/action.ts";
import type { CauseBelief, CauseKey } from "../learn/track-record.ts";
import type { JsonObject } from "../platform/json.ts";
import type { FixState } from "../heal/fix-states.ts";

export { FIX_STATES, type FixState } from "../heal/fix-states.ts";
export type { CauseKey, OutcomeEvidence, TrackRecord } from "../learn/track-record.ts";

/** How much Prunella may do alone: only watch, ask a human, or act. Strictest first. */
export const MODES = ["observe", "suggest", "auto"] as const;
export type Mode = (typeof MODES)[number];

/** What a decision asks the engine to do. Weakest first. */
export const VERDICTS = ["observe", "review", "apply"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Pseudo-outcomes of a Beta distribution that stand for what is believed before any real outcome. Both above 0. */
export interface Prior {
  alpha: number;
  beta: number;
}

/** The catalogue's claim that an action resolves issues which a pattern explains. */
export interface PatternAction {
  patternId: string;
  action: string;
  prior: Prior;
}

/** The same for issues that a change has caused. */
export interface ChangeAction {
  kind: SuspectChange["kind"];
  action: string;
  prior: Prior;
}

/** A fix that was made before: for this issue, or in this project within the last hours. */
export interface PastFix {
  id: string;
  issueId: number;
  action: string;
  parameters: JsonObject;
  targetKey: string;
  state: FixState;
  /** True when no human approved it. */
  automatic: boolean;
  /** ISO 8601. */
  createdAt: string;
  /** When its side effect was begun; null while it has none. */
  appliedAt: string | null;
  /** When it reached its last state; null before. */
  finishedAt: string | null;
  informational?: boolean;
}

/** One reason to consider a candidate, with its Beta posterior of "works, given that this is the cause". */
export interface CandidateSource extends CauseBelief {
  kind: "pattern" | "change" | "evidence" | "model";
  causeKey: CauseKey;
  patternId: string | null;
  /** P(the action resolves the issue), by this source alone and before calibration. */
  probability: number;
  breakdown: ConfidenceBreakdown;
}

/** Every number that went into a probability, in the order it was used. */
export interface ConfidenceBreakdown {
  prior: Prior & { from: string };
  /** Other projects' outcomes, decayed and capped. */
  pool: { successes: number; failures: number; weightUsed: number; mean: number };
  /** This project's outcomes, decayed. */
  project: { successes: number; failures: number };
  posterior: { alpha: number; beta: number; mean: number; low: number; high: number };
  causeProbability: number;
  backgroundProbability: number;
  probability: number;
  sentence: string;
}

/** An action with its parameters, and how likely it is to resolve the issue. */
export interface Candidate {
  /** Stable for the same action and parameters; candidates are sorted by it before anything random happens. */
  key: string;
  action: string;
  title: string;
  parameters: JsonObject;
  targetKey: string;
  /** Where its strongest source came from. */
  source: CandidateSource["kind"];
  patternId: string | null;
  risk: Risk;
  reversible: boolean;
  informational: boolean;
  /** Calibrated probability that it resolves the issue. */
  probability: number;
  /** The same before the calibration map. */
  rawProbability: number;
  /** Posterior of the strongest source. */
  alpha: number;
  beta: number;
  /** Strongest first. */
  sources: CandidateSource[];
  /** How the sources were merged and calibrated, in sentences. */
  explanation: string[];
}

/** A candidate that was not considered, and why. */
export interface ExcludedCandidate {
  action: string;
  parameters: JsonObject;
  reason: string;
}

/** One limit's say: the most it allows, why, and until when if it only waits. */
export interface Objection {
  atMost: Verdict;
  reason: string;
  until?: Date;
  /** Stands in the way of acting alone, but not of asking a human. */
  onlyAgainstApply?: boolean;
}

export interface GuardrailResult {
  /** True only for the verdict `apply`. */
  allowed: boolean;
  /** The most that may be done. */
  verdict: Verdict;
  /** One sentence for every limit that lowered the verdict; or one saying that none did. */
  reasons: string[];
  /** ISO 8601: when the limits that only wait are over, if more is allowed then; else null. */
  retryAt: string | null;
}

/** How busy and troubled the project is right now; what is not known is null. */
export interface Situation {
  /** Requests per second now against the usual rate of this hour: 1 is usual. */
  loadRatio: number | null;
  /** Share of a resource in use, 0..1 (connections, memory, the worst one). */
  resourceUse: number | null;
}

export interface ThresholdResult {
  base: number;
  effective: number;
  /** Every shift that was considered and not zero. */
  shifts: { name: string; amount: number; why: string }[];
}

/** The issue as the decision sees it. */
export interface DecisionIssue {
  id: number;
  /** When its present life began: first seen, or last regressed. Proposals before that do not count. ISO 8601. */
  episodeStartedAt: string;
}

export interface RankedCandidate extends Candidate {
  guardrails: GuardrailResult;
  /** Probability that the choice would have fallen on this candidate; sums to 1 over those that were eligible. */
  propensity: number;
}

/** The append-only record: all that was known, what was chosen, and why. Plain JSON. */
export interface DecisionRecord {
  version: 1;
  decidedAt: string;
  seed: number;
  issueId: number;
  verdict: Verdict;
  /** What the verdict would be if dry run were off. */
  verdictWithoutDryRun: Verdict;
  chosen: RankedCandidate | null;
  /** Best first. */
  candidates: RankedCandidate[];
  excluded: ExcludedCandidate[];
  /** An informational action to take because no other can help; it is within its own guardrails. */
  inform: Candidate | null;
  /** The chosen candidate's calibrated probability; 0 without one. */
  confidence: number;
  threshold: ThresholdResult;
  propensity: number | null;
  reasons: string[];
  retryAt: string | null;
  evidence: Diagnosis["evidence"];
  context: {
    severity: Severity;
    category: Diagnosis["category"];
    probableCause: string;
    projectMode: Mode;
    killSwitch: boolean;
    dryRun: boolean;
    situation: Situation;
    calibration: { samples: number; version: string } | null;
  };
  /** A paragraph for people. */
  explanation: string;
}
