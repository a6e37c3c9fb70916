import { seededRandom } from "../statistics/random.ts";
import { candidates } from "./candidates.ts";
import { candidateKey } from "./canonical.ts";
import { best, choose, chooseInforming } from "./choose.ts";
import { ACTIVE_STATES, WAITING_STATES } from "../heal/fix-states.ts";
import { explain } from "./explain.ts";
import { type GuardrailContext, guardrails } from "./guardrails.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import type { CandidatesInput } from "./proposals.ts";
import { type TargetHistory, targetHistory } from "./target-limits.ts";
import { effectiveThreshold, recentFailures } from "./threshold.ts";
import type {
  Candidate,
  DecisionRecord,
  GuardrailResult,
  Mode,
  PastFix,
  RankedCandidate,
  Situation,
  ThresholdResult,
  Verdict,
} from "./types.ts";

export interface DecisionInput extends CandidatesInput {
  /** Any integer; the record keeps it, and the same input with the same seed gives the same record. */
  seed: number;
  projectMode: Mode;
  /** By action name; where none is given the project's mode holds. */
  actionModes: Readonly<Record<string, Mode>>;
  killSwitch: boolean;
  dryRun: boolean;
  situation?: Situation;
  limits?: Limits;
}

/** When nothing can be done, the obstacles of so many candidates are told. */
const REASONS_OF = 3;

/**
 * Decides what to do about an issue: apply a fix, propose one, or only watch. Pure: it reads no clock and rolls no dice but those of
 * `seed`. `pastFixes` must hold all fixes of the issue and those of the project within the last hours.
 *
 * Among candidates that every limit allows, Thompson sampling chooses; if there is none, the most probable one that may be proposed is
 * put before a human; if there is none either, nothing is done, and people are informed unless it is only a matter of waiting.
 */
export function decide(input: DecisionInput): DecisionRecord {
  checkTimes(input);
  const limits = input.limits ?? DEFAULT_LIMITS;
  const situation = input.situation ?? { loadRatio: null, resourceUse: null };
  const failures = recentFailures(input.pastFixes, input.now);
  const threshold = effectiveThreshold(limits, input.now, situation, failures);
  const found = candidates(input);
  const checked = found.candidates.map((candidate) => ({
    candidate,
    result: check(candidate, input, limits, threshold, input.dryRun),
    withoutDryRun: check(candidate, input, limits, threshold, false),
  }));
  const healing = checked.filter(({ candidate }) => !candidate.informational);
  const waiting = input.pastFixes.some((fix) =>
    fix.issueId === input.issue.id && !fix.informational && WAITING_STATES.includes(fix.state)
  );
  const { verdict: verdictWithoutDryRun, chosen, propensities } = pick(healing, waiting, input.seed);
  const verdict = input.dryRun ? "observe" : verdictWithoutDryRun;
  const ranked = checked.map(({ candidate, result }): RankedCandidate => ({
    ...candidate,
    guardrails: result,
    propensity: propensities[candidate.key] ?? 0,
  }));
  const chosenRanked = ranked.find(({ key }) => key === chosen?.key) ?? null;
  const retryAt = verdict === "observe" ? earliestRetry(healing) : null;
  const informed = verdict === "observe"
    ? retryAt === null && !waiting
    : verdict === "review" && input.diagnosis.severity === "critical";
  const record: Omit<DecisionRecord, "explanation"> = {
    version: 1,
    decidedAt: input.now.toISOString(),
    seed: input.seed,
    issueId: input.issue.id,
    verdict,
    verdictWithoutDryRun,
    chosen: chosenRanked,
    candidates: ranked,
    excluded: found.excluded,
    inform: informed
      ? chooseInforming(
        checked.flatMap(({ candidate, result }) =>
          candidate.informational && result.allowed ? [candidate] : []
        ),
      )
      : null,
    confidence: chosenRanked?.probability ?? 0,
    threshold,
    propensity: chosenRanked?.propensity ?? null,
    reasons: reasonsFor(chosenRanked, ranked, waiting),
    retryAt,
    evidence: input.diagnosis.evidence,
    context: {
      severity: input.diagnosis.severity,
      category: input.diagnosis.category,
      probableCause: input.diagnosis.probableCause,
      projectMode: input.projectMode,
      killSwitch: input.killSwitch,
      dryRun: input.dryRun,
      situation,
      calibration: input.calibration
        ? { samples: input.calibration.samples, version: input.calibration.version }
        : null,
    },
  };
  return { ...record, explanation: explain(record) };
}

/** A time that cannot be read would compare as "long ago" and lift a limit. */
function checkTimes({ now, issue, pastFixes }: DecisionInput): void {
  const check = (time: string | null, what: string) => {
    if (time !== null && Number.isNaN(Date.parse(time))) {
      throw new RangeError(`${what} is not a time: ${time}`);
    }
  };
  if (Number.isNaN(now.getTime())) throw new RangeError("now is not a time");
  check(issue.episodeStartedAt, `episodeStartedAt of issue ${issue.id}`);
  for (const fix of pastFixes) {
    check(fix.createdAt, `createdAt of fix ${fix.id}`);
    check(fix.appliedAt, `appliedAt of fix ${fix.id}`);
    check(fix.finishedAt, `finishedAt of fix ${fix.id}`);
  }
}

interface Checked {
  candidate: Candidate;
  result: GuardrailResult;
  withoutDryRun: GuardrailResult;
}

function pick(
  healing: readonly Checked[],
  waiting: boolean,
  seed: number,
): { verdict: Verdict; chosen: Candidate | null; propensities: Record<string, number> } {
  const allowing = (verdict: Verdict) =>
    healing.filter(({ withoutDryRun }) => withoutDryRun.verdict === verdict).map(({ candidate }) =>
      candidate
    );
  const choice = choose(allowing("apply"), seededRandom(seed));
  if (choice) return { verdict: "apply", ...choice };
  // One question at a time: while a human has a proposal for this issue, there is no second one.
  const proposal = waiting ? null : best(allowing("review"));
  if (proposal) return { verdict: "review", chosen: proposal, propensities: { [proposal.key]: 1 } };
  return { verdict: "observe", chosen: null, propensities: {} };
}

function check(
  candidate: Candidate,
  input: DecisionInput,
  limits: Limits,
  threshold: ThresholdResult,
  dryRun: boolean,
): GuardrailResult {
  const { issue, now, pastFixes } = input;
  const ofIssue = pastFixes.filter((fix) => fix.issueId === issue.id);
  const same = ofIssue.filter((fix) => candidateKey(fix.action, fix.parameters) === candidate.key);
  const context: GuardrailContext = {
    now,
    limits,
    killSwitch: input.killSwitch,
    dryRun,
    projectMode: input.projectMode,
    actionMode: input.actionModes[candidate.action] ?? null,
    severity: input.diagnosis.severity,
    risk: candidate.risk,
    reversible: candidate.reversible,
    informational: candidate.informational,
    probability: candidate.probability,
    threshold: threshold.effective,
    target: historyFor(candidate, pastFixes, now),
    issueHasOpenFix: ofIssue.some((fix) => !fix.informational && ACTIVE_STATES.includes(fix.state)),
    proposalCount:
      ofIssue.filter((fix) =>
        !fix.informational && Date.parse(fix.createdAt) >= Date.parse(issue.episodeStartedAt)
      ).length,
    dismissed: same.some((fix) => fix.state === "dismissed"),
    recurrenceCount:
      same.filter((fix) =>
        fix.state === "succeeded" && now.getTime() - Date.parse(fix.createdAt) < limits.recurrence_window_ms
      ).length,
  };
  return guardrails(context);
}

/** Messages are limited by what sends them: each has a target of its own, its text. */
function historyFor(candidate: Candidate, pastFixes: readonly PastFix[], now: Date): TargetHistory {
  const ofTarget = targetHistory(candidate.targetKey, pastFixes, now, candidate.informational);
  if (!candidate.informational) return ofTarget;
  const sent = pastFixes.filter((fix) => fix.action === candidate.action)
    .map((fix) => targetHistory(fix.targetKey, [fix], now, true).automaticFixesAt);
  return { ...ofTarget, automaticFixesAt: sent.flat() };
}

/** When the first candidate that is only told to wait is free; null when waiting changes nothing. */
function earliestRetry(healing: readonly Checked[]): string | null {
  const times = healing.flatMap(({ result }) => (result.retryAt ? [result.retryAt] : []));
  return times.sort()[0] ?? null;
}

function reasonsFor(
  chosen: RankedCandidate | null,
  ranked: readonly RankedCandidate[],
  waiting: boolean,
): string[] {
  if (chosen) return chosen.guardrails.reasons;
  if (waiting) return ["A human has not yet answered the proposal for this issue."];
  const healing = ranked.filter((candidate) => !candidate.informational);
  if (healing.length === 0) return ["No action is known that could resolve this issue."];
  return healing.slice(0, REASONS_OF).flatMap((candidate) =>
    candidate.guardrails.reasons.map((reason) => `${candidate.title}: ${reason}`)
  );
}
