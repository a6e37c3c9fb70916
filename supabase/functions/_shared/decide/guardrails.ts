import type { Risk } from "../actions/action.ts";
import type { Severity } from "../diagnose/diagnosis.ts";
import type { Limits } from "./limits.ts";
import { informingLimits, type TargetHistory, targetLimits } from "./target-limits.ts";
import { type GuardrailResult, type Mode, MODES, type Objection, type Verdict, VERDICTS } from "./types.ts";

export interface GuardrailContext {
  now: Date;
  limits: Limits;
  killSwitch: boolean;
  dryRun: boolean;
  projectMode: Mode;
  /** The mode of this action, null where none is set. */
  actionMode: Mode | null;
  severity: Severity;
  risk: Risk;
  reversible: boolean;
  /** Informs people and changes nothing: no threshold, review or severity stands in its way. */
  informational: boolean;
  /** Calibrated probability of resolving the issue. */
  probability: number;
  /** The effective threshold. */
  threshold: number;
  target: TargetHistory;
  /** A fix for this issue is under way: with two at once, verification could not tell which one worked. */
  issueHasOpenFix: boolean;
  /** Proposals made for this issue in its present life. */
  proposalCount: number;
  /** This very fix was dismissed by a human before. */
  dismissed: boolean;
  /** How often this very fix succeeded on this issue within the recurrence window. */
  recurrenceCount: number;
}

/** The stricter of two modes. */
export function stricterMode(a: Mode, b: Mode | null): Mode {
  return b === null || MODES.indexOf(a) < MODES.indexOf(b) ? a : b;
}

/**
 * What the limits allow for one candidate: every limit is asked, the lowest verdict wins, every objection is told. Numbers that are
 * not numbers deny.
 */
export function guardrails(context: GuardrailContext): GuardrailResult {
  const objections = [
    ...switches(context),
    ...(context.informational ? [] : nature(context)),
    ...(context.informational ? [] : confidence(context)),
    ...issueLimits(context),
    ...(context.informational ? informingLimits : targetLimits)(context.target, context.limits, context.now),
  ];
  const lowest = (of: readonly Objection[]) =>
    of.reduce<Verdict>((so, { atMost }) => lower(so, atMost), "apply");
  const withoutWaits = lowest(objections.filter((objection) => !objection.onlyAgainstApply));
  const verdict = withoutWaits === "apply" ? lowest(objections) : withoutWaits;
  const onceWaited = lowest(objections.filter((objection) => !objection.until));
  const waits = objections.flatMap(({ until }) => (until ? [until.getTime()] : []));
  return {
    allowed: verdict === "apply",
    verdict,
    reasons: objections.length > 0 ? objections.map(({ reason }) => reason) : ["Every limit is kept."],
    retryAt: waits.length > 0 && onceWaited !== verdict ? new Date(Math.max(...waits)).toISOString() : null,
  };
}

const lower = (a: Verdict, b: Verdict) => (VERDICTS.indexOf(a) < VERDICTS.indexOf(b) ? a : b);

function switches(
  { killSwitch, dryRun, projectMode, actionMode, informational }: GuardrailContext,
): Objection[] {
  const objections: Objection[] = [];
  if (killSwitch) {
    objections.push({ atMost: "observe", reason: "The kill switch is on: nothing may be changed." });
  }
  if (dryRun) objections.push({ atMost: "observe", reason: "Dry run is on: decisions are only recorded." });
  const mode = stricterMode(projectMode, actionMode);
  const where = mode === projectMode ? "project" : "action";
  if (mode === "observe") objections.push({ atMost: "observe", reason: `The ${where}'s mode is observe.` });
  if (mode === "suggest" && !informational) {
    objections.push({ atMost: "review", reason: `The ${where}'s mode is suggest: a human approves.` });
  }
  return objections;
}

function nature({ severity, risk, reversible }: GuardrailContext): Objection[] {
  const objections: Objection[] = [];
  if (severity === "critical") {
    objections.push({ atMost: "review", reason: "The issue is critical (P0): never without a human." });
  }
  if (risk === "dangerous") {
    objections.push({ atMost: "review", reason: "The action is dangerous: never without a human." });
  }
  if (!reversible) {
    objections.push({ atMost: "review", reason: "The action cannot be taken back: never without a human." });
  }
  return objections;
}

function confidence({ probability, threshold, limits }: GuardrailContext): Objection[] {
  const proposes = limits.minimum_proposal_probability;
  if (!(probability >= proposes)) {
    return [{
      atMost: "observe",
      reason: `Its probability ${show(probability)} is below ${
        show(proposes)
      }, too low to bother a reviewer.`,
    }];
  }
  if (!(probability >= threshold)) {
    return [{
      atMost: "review",
      reason: `Its probability ${show(probability)} is below the threshold ${show(threshold)}.`,
    }];
  }
  return [];
}

function issueLimits(context: GuardrailContext): Objection[] {
  const { limits, proposalCount, dismissed, recurrenceCount } = context;
  const objections: Objection[] = [];
  if (context.issueHasOpenFix && !context.informational) {
    objections.push({
      atMost: "observe",
      reason: "Another fix for this issue is under way.",
      until: new Date(context.now.getTime() + limits.cool_down_ms),
    });
  }
  if (dismissed) objections.push({ atMost: "observe", reason: "A human dismissed this fix for this issue." });
  if (!context.informational && !(proposalCount < limits.proposals_per_issue)) {
    objections.push({
      atMost: "observe",
      reason:
        `${proposalCount} fixes were proposed for this issue; ${limits.proposals_per_issue} is the limit.`,
    });
  }
  if (!context.informational && !(recurrenceCount < limits.recurrences_before_review)) {
    objections.push({
      atMost: "review",
      reason:
        `This fix has worked ${recurrenceCount} times lately and the issue is back: it treats a symptom.`,
    });
  }
  return objections;
}

/** Three decimals, rounded down so that 0.8499 is never shown as having reached 0.85. */
const show = (value: number) => (Math.floor(value * 1000 + 1e-9) / 1000).toString();
