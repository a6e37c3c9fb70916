/** What errors are counted over. Requests are better: then a drop in traffic cannot look like a cure. */
export type ExposureUnit = "requests" | "seconds";

/** A slice of the before-window, in order of time. */
export interface BeforeBucket {
  errors: number;
  exposure: number;
  durationMs: number;
}

/** The events from its onset to the moment at which the fix was applied. */
export interface BeforeWindow {
  errors: number;
  /** Requests or seconds, whichever `unit` says; of the whole window. */
  exposure: number;
  unit: ExposureUnit;
  /** Length of the window, milliseconds; the sum of the buckets when absent. */
  durationMs?: number;
  /** For telling a steady error from one that comes and goes. Equal durations, the shorter the better. */
  buckets?: readonly BeforeBucket[];
  /** How often the issue came back lately after it had been called resolved. */
  recentRelapses?: number;
}

/** Totals since the verification began, not increments: reading them twice changes nothing. */
export interface AfterWindow {
  errors: number;
  /** In the unit of the before-window. */
  exposure: number;
  /** Milliseconds since the verification began. */
  elapsedMs: number;
}

export interface VerificationPolicy {
  /** Probability, at most, of calling an issue resolved that is not, or the reverse. In (0, 0.5). */
  alpha: number;
  /** An issue counts as resolved when at most this share of its former rate remains. In (0, 1). */
  remainingShare: number;
  /** Fewer errors before than this cannot show that anything became better. */
  minimumErrorsBefore: number;
  /** Milliseconds that must pass before an issue is called resolved, however quiet it is. */
  minimumDwellMs: number;
  /**
   * Milliseconds by which counts of requests may lag behind those of errors: requests of before the fix then appear after it, and those
   * after it are missing for a while. Raise it where the sender aggregates (sessions: up to 60 s).
   */
  exposureLagMs: number;
  /** Milliseconds after which `continue` becomes `inconclusive`. */
  windowMs: number;
}

export type VerificationVerdict = "continue" | "resolved" | "not_resolved" | "inconclusive";

/** Plain JSON: it lives in the fix's row between two looks. */
export interface VerificationState {
  version: 1;
  policy: VerificationPolicy;
  before: { errors: number; exposure: number; unit: ExposureUnit };
  /** Requests per millisecond before the fix; 0 when exposure is time or the window's length is not known. */
  exposurePerMs: number;
  /** Index of dispersion of the errors before; 1 unless bursts were proven. Divides all evidence. */
  dispersion: number;
  /** Longest time without an error in the before-window, milliseconds. */
  longestQuietMs: number;
  /** The dwell that this issue needs, milliseconds. */
  dwellMs: number;
  verdict: VerificationVerdict;
  /** The look that the verdict rests on; null before the first one. */
  after: AfterWindow | null;
}

/** The numbers of one look. */
export interface VerificationEvidence {
  errorsBefore: number;
  exposureBefore: number;
  errorsAfter: number;
  exposureAfter: number;
  unit: ExposureUnit;
  elapsedMs: number;
  /** Errors per unit of exposure; null without exposure. */
  rateBefore: number | null;
  rateAfter: number | null;
  /** rateAfter / rateBefore. */
  remaining: number | null;
  /** Natural logarithms of the evidence; `needed` is what either must reach. */
  logEvidenceResolved: number;
  logEvidenceNotResolved: number;
  needed: number;
  dispersion: number;
  dwellMs: number;
  /** The rate is proven to be higher than before the fix. */
  worsened: boolean;
}

export interface VerificationResult {
  verdict: VerificationVerdict;
  state: VerificationState;
  evidence: VerificationEvidence;
  /** For people. */
  sentence: string;
}
