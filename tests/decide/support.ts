import { z } from "zod";
import type { Action } from "../../supabase/functions/_shared/actions/action.ts";
import type { DecisionInput } from "../../supabase/functions/_shared/decide/decide.ts";
import type { GuardrailContext } from "../../supabase/functions/_shared/decide/guardrails.ts";
import { DEFAULT_LIMITS } from "../../supabase/functions/_shared/decide/limits.ts";
import type { PastFix, TrackRecord } from "../../supabase/functions/_shared/decide/types.ts";
import type { Diagnosis } from "../../supabase/functions/_shared/diagnose/diagnosis.ts";
import type { JsonObject } from "../../supabase/functions/_shared/platform/json.ts";

export const NOW = new Date("2026-03-04T12:00:00Z");
export const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000).toISOString();

const unused = () => Promise.reject(new Error("a decision touches no target"));

export function action(name: string, changes: Partial<Action> = {}): Action {
  return {
    name,
    title: `Do ${name}`,
    description: "",
    target: "configuration",
    risk: "safe",
    reversible: true,
    parameters: z.record(z.string(), z.json()),
    expectedRecoveryMs: 0,
    verificationWindowMs: 60_000,
    targetKey: () => `target:${name}`,
    propose: (): JsonObject | null => ({ of: name }),
    capture: unused,
    apply: unused,
    observe: unused,
    rollback: unused,
    ...changes,
  };
}

/** Takes the suspect configuration change back, as the real one does. */
export const revert = action("configuration.revert", {
  targetKey: (parameters) => `configuration:${parameters.key}`,
  propose: ({ changes }) => {
    const change = changes.find((each) => each.kind === "configuration");
    return change ? { key: change.subject, version: change.version } : null;
  },
});

export const notify = action("notify.message", {
  title: "Tell the team",
  target: "notify",
  informational: true,
  targetKey: () => "notify:default",
});

export function diagnosis(changes: Partial<Diagnosis> = {}): Diagnosis {
  return {
    category: "configuration",
    severity: "high",
    culprit: null,
    probableCause: "app.timeout was set to 1 ms",
    patterns: [{ patternId: "p1", slug: "timeout-too-low", strength: 1, why: "" }],
    changes: [],
    facts: {},
    evidence: [{ kind: "change", statement: "app.timeout changed 3 s before the first error" }],
    ...changes,
  };
}

export function suspect(probability: number, subject = "app.timeout"): Diagnosis["changes"][number] {
  return {
    kind: "configuration",
    subject,
    version: "7",
    previousVersion: "6",
    changedAt: ago(1),
    probability,
    why: "",
  };
}

/** A project in which `fix.it` is nearly certain to work and nothing stands in its way. */
export function input(changes: Partial<DecisionInput> = {}): DecisionInput {
  return {
    now: NOW,
    seed: 1,
    issue: { id: 1, episodeStartedAt: ago(10) },
    diagnosis: diagnosis(),
    actions: [action("fix.it"), notify],
    patternActions: [{ patternId: "p1", action: "fix.it", prior: { alpha: 9.5, beta: 0.5 } }],
    trackRecords: [],
    calibration: null,
    pastFixes: [],
    projectMode: "auto",
    actionModes: {},
    killSwitch: false,
    dryRun: false,
    ...changes,
  };
}

export function pastFix(changes: Partial<PastFix> = {}): PastFix {
  return {
    id: "1",
    issueId: 2,
    action: "fix.it",
    parameters: { of: "fix.it" },
    targetKey: "target:fix.it",
    state: "succeeded",
    automatic: true,
    createdAt: ago(61),
    appliedAt: ago(61),
    finishedAt: ago(61),
    ...changes,
  };
}

export function record(
  scope: TrackRecord["scope"],
  successes: number,
  failures: number,
  projects?: number,
): TrackRecord {
  return {
    scope,
    causeKey: "pattern:p1",
    action: "fix.it",
    evidence: { successes, failures, updatedAt: NOW.toISOString(), projects },
  };
}

/** A context that no limit objects to. */
export function guardrailContext(changes: Partial<GuardrailContext> = {}): GuardrailContext {
  return {
    now: NOW,
    limits: DEFAULT_LIMITS,
    killSwitch: false,
    dryRun: false,
    projectMode: "auto",
    actionMode: null,
    severity: "high",
    risk: "safe",
    reversible: true,
    informational: false,
    probability: 0.95,
    threshold: 0.85,
    target: {
      key: "t",
      openFix: false,
      automaticFixesAt: [],
      lastTouchedAt: null,
      failuresInARow: 0,
      lastFailureAt: null,
    },
    issueHasOpenFix: false,
    proposalCount: 0,
    dismissed: false,
    recurrenceCount: 0,
    ...changes,
  };
}
