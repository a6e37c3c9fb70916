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

/** A suspected deployment with its way back. */
export function deploymentChange(
  method: string | null,
  decision: "automatic" | "human" | "impossible",
  names: { externalId?: string; toExternalId?: string | null; toId?: number | null } = {},
): SuspectChange {
  const { externalId = "dpl_2", toExternalId = "dpl_1", toId = 11 } = names;
  return {
    kind: "deployment",
    subject: "shop",
    version: "shop@2",
    previousVersion: "shop@1",
    changedAt: "2026-01-02T03:04:05Z",
    probability: 0.95,
    why: "Its events come from release shop@2.",
    deployment: {
      id: 12,
      target: "vercel",
      externalId,
      service: "shop",
      environment: "production",
      commit: "b".repeat(40),
      rollback: { decision, method, toId, toExternalId, reasons: [] },
    },
  };
}
