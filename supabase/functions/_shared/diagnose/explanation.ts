import type { ErrorEvent } from "../signals/event.ts";
import type { DiagnoseInput, KnownOnset } from "./input.ts";
import type { Diagnosis, Evidence, Facts, PatternMatch, Severity, SuspectChange } from "./diagnosis.ts";
import type { Finding } from "./evidence/finding.ts";
import type { KnownPattern } from "./patterns/pattern.ts";

/** From here on a change is named as the cause; below, as a suspicion. */
const CAUSE_PROBABILITY = 0.5;
const SUSPICION_PROBABILITY = 0.15;
/** From here on what the database shows is named as the cause. */
const CAUSE_WEIGHT = 0.7;
/** Lighter findings are not worth a reader's time. */
const TOLD_WEIGHT = 0.3;
const TOLD_FINDINGS = 5;
const TOLD_PATTERNS = 3;

interface CauseInput {
  event: ErrorEvent;
  culprit: Diagnosis["culprit"];
  best: PatternMatch | null;
  bestPattern: KnownPattern | null;
  changes: readonly SuspectChange[];
  findings: readonly Finding[];
}

/** One or two sentences for people: what happened, and what most probably made it happen. */
export function probableCause({ event, culprit, best, bestPattern, changes, findings }: CauseInput): string {
  const symptom = bestPattern !== null && best !== null
    ? `${bestPattern.title}.`
    : `${describe(event)}${at(culprit)}.`;
  const change = changes[0];
  if (change && change.probability >= CAUSE_PROBABILITY) {
    return `${symptom} Most probably the ${change.kind} change of ${change.subject} (version ${change.version}) caused it: ` +
      `${percent(change.probability)}.`;
  }
  const finding = findings[0];
  if (finding && finding.weight >= CAUSE_WEIGHT) return `${symptom} ${finding.evidence.statement}`;
  if (change && change.probability >= SUSPICION_PROBABILITY) {
    return `${symptom} The ${change.kind} change of ${change.subject} shortly before is a suspect: ${
      percent(change.probability)
    }.`;
  }
  return bestPattern === null ? `${symptom} No known pattern fits.` : symptom;
}

interface ExplainInput {
  input: DiagnoseInput;
  onset: KnownOnset;
  culprit: Diagnosis["culprit"];
  patterns: readonly PatternMatch[];
  changes: readonly SuspectChange[];
  findings: readonly Finding[];
  facts: Facts;
  severity: Severity;
  reasons: readonly string[];
}

/** What speaks for the diagnosis, in the order in which a person would ask. */
export function explain(all: ExplainInput): Evidence[] {
  const { input, onset, culprit, patterns, changes, findings, facts, severity, reasons } = all;
  const evidence: Evidence[] = [];
  for (const { slug, strength, why } of patterns.slice(0, TOLD_PATTERNS)) {
    evidence.push({
      kind: "pattern",
      statement: `${slug} fits (${strength}). ${why}`,
      data: { slug, strength },
    });
  }
  for (const { kind, subject, version, probability, why } of changes) {
    evidence.push({
      kind: "change",
      statement: `${percent(probability)}: ${why}`,
      data: { kind, subject, version, probability },
    });
  }
  if (input.changes.length > 0 && changes.length === 0) {
    evidence.push({ kind: "change", statement: "None of the recent changes is a suspect." });
  }
  for (
    const { evidence: shown, weight } of findings.filter(({ weight }) => weight >= TOLD_WEIGHT).slice(
      0,
      TOLD_FINDINGS,
    )
  ) {
    evidence.push({ ...shown, data: { ...shown.data, weight } });
  }
  if (culprit !== null) evidence.push({ kind: "stack", statement: `The code to look at is${at(culprit)}.` });
  if (typeof facts.host === "string") {
    const status = typeof facts.status === "number" ? `, which answered ${facts.status}` : "";
    evidence.push({ kind: "dependency", statement: `The failing call went to ${facts.host}${status}.` });
  }
  evidence.push({ kind: "history", statement: history(input, onset) });
  evidence.push({ kind: "traffic", statement: `Severity ${severity}: ${reasons.join(" ")}` });
  return evidence;
}

function history({ issue }: DiagnoseInput, { onsetAt, rateBefore, rateAfter }: KnownOnset): string {
  const began = `It began at ${onsetAt}`;
  const first = issue.firstSeenAt === issue.episodeStartedAt
    ? "and was never seen before"
    : `and was first seen at ${issue.firstSeenAt}`;
  const rates = rateBefore !== null && rateAfter !== null && rateBefore > 0
    ? `, with ${rateBefore.toFixed(1)} events a minute before and ${rateAfter.toFixed(1)} since`
    : "";
  return `${began} ${first}${rates}; ${issue.eventCount} event${issue.eventCount === 1 ? "" : "s"} in all.`;
}

function describe({ exceptions, message }: ErrorEvent): string {
  const root = exceptions[0];
  const text = (root?.value ?? message ?? "").slice(0, 200);
  const type = root?.type ?? null;
  if (type === null) return text === "" ? "An error without a message" : text;
  return text === "" ? type : `${type}: ${text}`;
}

function at(culprit: Diagnosis["culprit"]): string {
  if (culprit === null) return "";
  const line = culprit.line === null ? "" : `:${culprit.line}`;
  const place = culprit.filename === null ? "" : ` (${culprit.filename}${line})`;
  return ` in ${culprit.function ?? "a function without a name"}${place}`;
}

function percent(probability: number): string {
  return `${Math.round(probability * 100)} %`;
}
