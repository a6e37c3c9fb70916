import type {
  Diagnosis,
  Facts,
  SuspectChange,
} from "../../../supabase/functions/_shared/diagnose/diagnosis.ts";

/** A diagnosis with nothing in it but what a test is about. */
export function diagnosis(facts: Facts = {}, other: Partial<Diagnosis> = {}): Diagnosis {
  return {
    category: "unknown",
    severity: "high",
    culprit: null,
    probableCause: "The payment provider answers too late",
    patterns: [],
    changes: [],
    evidence: [],
    ...other,
    facts,
  };
}

export function configurationChange(subject: string, other: Partial<SuspectChange> = {}): SuspectChange {
  return {
    kind: "configuration",
    subject,
    version: "7",
    previousVersion: "6",
    changedAt: "2026-01-02T03:04:05Z",
    probability: 0.9,
    why: "It was changed 40 seconds before the first error.",
    ...other,
  };
}
