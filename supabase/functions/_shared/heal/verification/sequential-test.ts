import { poissonRateEvidence, type RatioAlternative } from "../../statistics/poisson-rate-evidence.ts";
import type { CountAndExposure } from "../../statistics/poisson-test.ts";
import { burstiness } from "./burstiness.ts";
import { DEFAULT_VERIFICATION_POLICY, verificationPolicySchema } from "./policy.ts";
import { describe } from "./sentence.ts";
import type {
  AfterWindow,
  BeforeWindow,
  VerificationEvidence,
  VerificationPolicy,
  VerificationResult,
  VerificationState,
  VerificationVerdict,
} from "./types.ts";

/** Silence must last this many times the longest pause that the fault made before. */
const DWELL_PER_QUIET = 2;
/** A fault that keeps coming back doubles its dwell each time, up to this factor. */
const MAX_RELAPSE_FACTOR = 8;

/** What "resolved" may look like, as shares of the border: silence, stragglers, a clear drop. */
const RESOLVED_SHARES = [
  { share: 0, weight: 0.5 },
  { share: 0.1, weight: 0.3 },
  { share: 0.4, weight: 0.2 },
] as const;
/** What "not resolved" may look like, as ratios to the rate before: half of it remains, nothing changed, worse, far worse. */
const UNRESOLVED_RATIOS = [
  { ratio: 0.5, weight: 0.2 },
  { ratio: 1, weight: 0.5 },
  { ratio: 2, weight: 0.2 },
  { ratio: 8, weight: 0.1 },
] as const;
const WORSE_RATIOS: readonly RatioAlternative[] = [{ ratio: 2, weight: 0.5 }, { ratio: 8, weight: 0.5 }];

/**
 * Begins to verify a fix.
 *
 * @param before the events before the fix, all >= 0
 * @param policy what differs from `DEFAULT_VERIFICATION_POLICY`
 * @returns the state to store
 * @throws ZodError when the policy is out of bounds, RangeError when a count is negative or not a number
 */
export function startVerification(
  before: BeforeWindow,
  policy: Partial<VerificationPolicy> = {},
): VerificationState {
  const checked = verificationPolicySchema.parse({ ...DEFAULT_VERIFICATION_POLICY, ...policy });
  checkCounts({ errors: before.errors, exposure: before.exposure });
  const { dispersion, longestQuietMs } = burstiness(before.buckets ?? []);
  const relapseFactor = Math.min(MAX_RELAPSE_FACTOR, Math.pow(2, Math.max(0, before.recentRelapses ?? 0)));
  const durationMs = before.durationMs ??
    (before.buckets ?? []).reduce((sum, bucket) => sum + bucket.durationMs, 0);
  return {
    version: 1,
    policy: checked,
    exposurePerMs: before.unit === "requests" && durationMs > 0 ? before.exposure / durationMs : 0,
    before: { errors: before.errors, exposure: before.exposure, unit: before.unit },
    dispersion,
    longestQuietMs,
    dwellMs: Math.max(checked.minimumDwellMs, DWELL_PER_QUIET * longestQuietMs) * relapseFactor,
    verdict: "continue",
    after: null,
  };
}

/**
 * Looks at the counts since the fix and says whether the issue is resolved. May be called as often as one likes: the evidence is
 * valid under peeking (see `poissonRateEvidence`), and dividing its logarithm by a dispersion above 1 keeps it so (Jensen). A verdict
 * once given stays.
 *
 * The first error of the before-window opened the issue, so the window began because of it: it is not counted as evidence of a high
 * rate. The opposite test counts one more error than was seen, as the exact upper bound of a Poisson rate does.
 *
 * @param after totals since the verification began
 * @throws RangeError when a count is negative or not a number
 * @example
 * const state = startVerification({ errors: 30, exposure: 120, unit: "requests" });
 * updateVerification(state, { errors: 0, exposure: 80, elapsedMs: 4000 }).verdict; // "resolved"
 */
export function updateVerification(state: VerificationState, after: AfterWindow): VerificationResult {
  checkCounts({ ...after });
  if (state.verdict !== "continue" && state.after) return finish(state, state.after, state.verdict);
  return finish(state, after, judge(state, after, measure(state, after)));
}

function judge(
  state: VerificationState,
  after: AfterWindow,
  evidence: VerificationEvidence,
): VerificationVerdict {
  if (evidence.logEvidenceNotResolved >= evidence.needed) return "not_resolved";
  const enoughBefore = state.before.errors >= state.policy.minimumErrorsBefore;
  if (enoughBefore && evidence.logEvidenceResolved >= evidence.needed && after.elapsedMs >= state.dwellMs) {
    return "resolved";
  }
  return after.elapsedMs >= state.policy.windowMs ? "inconclusive" : "continue";
}

function finish(
  state: VerificationState,
  after: AfterWindow,
  verdict: VerificationVerdict,
): VerificationResult {
  const evidence = measure(state, after);
  return {
    verdict,
    state: { ...state, verdict, after },
    evidence,
    sentence: describe(verdict, state, evidence),
  };
}

/** All the numbers of one look. */
function measure(state: VerificationState, after: AfterWindow): VerificationEvidence {
  const { before, policy } = state;
  const border = policy.remainingShare;
  const known = before.exposure > 0;
  const low = { count: Math.max(0, before.errors - 1), exposure: before.exposure };
  const high = { count: before.errors + 1, exposure: before.exposure };
  // Requests that may belong to the other side of the fix are counted against each verdict.
  const doubtful = state.exposurePerMs * Math.min(after.elapsedMs, policy.exposureLagMs);
  const least = { count: after.errors, exposure: Math.max(0, after.exposure - doubtful) };
  const most = { count: after.errors, exposure: after.exposure + doubtful };
  const tempered = (
    against: number,
    alternatives: readonly RatioAlternative[],
    from: CountAndExposure,
    now: CountAndExposure,
  ) => known ? poissonRateEvidence(from, now, against, alternatives) / state.dispersion : 0;
  const needed = Math.log(1 / policy.alpha);
  const rateBefore = known ? before.errors / before.exposure : null;
  const rateAfter = after.exposure > 0 ? after.errors / after.exposure : null;
  return {
    errorsBefore: before.errors,
    exposureBefore: before.exposure,
    errorsAfter: after.errors,
    exposureAfter: after.exposure,
    unit: before.unit,
    elapsedMs: after.elapsedMs,
    rateBefore,
    rateAfter,
    remaining: rateBefore && rateAfter !== null ? rateAfter / rateBefore : null,
    logEvidenceResolved: tempered(border, resolvedAlternatives(border), low, least),
    logEvidenceNotResolved: tempered(border, unresolvedAlternatives(border), high, most),
    needed,
    dispersion: state.dispersion,
    dwellMs: state.dwellMs,
    worsened: tempered(1, WORSE_RATIOS, high, most) >= needed,
  };
}

function resolvedAlternatives(border: number): RatioAlternative[] {
  return RESOLVED_SHARES.map(({ share, weight }) => ({ ratio: share * border, weight }));
}

/** Only ratios clearly above the border; what the dropped ones weighed goes to the rest. */
function unresolvedAlternatives(border: number): RatioAlternative[] {
  const above = UNRESOLVED_RATIOS.filter(({ ratio }) => ratio > border);
  const total = above.reduce((sum, { weight }) => sum + weight, 0);
  return above.map(({ ratio, weight }) => ({ ratio, weight: weight / total }));
}

function checkCounts(counts: Record<string, number>): void {
  for (const [name, value] of Object.entries(counts)) {
    if (!(value >= 0 && Number.isFinite(value))) {
      throw new RangeError(`verification needs ${name} to be a number of at least 0, got ${value}`);
    }
  }
}
