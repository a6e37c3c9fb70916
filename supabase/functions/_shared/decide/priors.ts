import type { ChangeAction } from "./types.ts";

/**
 * What can be done about a suspect change, as patterns list what can be done about a cause. Taking back the change that caused a fault
 * resolves it nearly always; what is left is damage that outlives the change. An action that needs a suspect change and is not listed
 * here counts as unproven.
 */
export const CHANGE_ACTIONS: readonly ChangeAction[] = [
  { kind: "configuration", action: "configuration.revert", prior: { alpha: 9.7, beta: 0.3 } },
  ...[
    "vercel.rollback",
    "vercel.abort-rolling-release",
    "supabase.redeploy-function",
    "process.rollback",
  ].flatMap((action): ChangeAction[] => {
    const prior = { alpha: 9.7, beta: 0.3 };
    return [{ kind: "deployment", action, prior }, {
      kind: "deployment",
      action: `${action}-with-approval`,
      prior,
    }];
  }),
  { kind: "deployment", action: "github.revert", prior: { alpha: 9.7, beta: 0.3 } },
];

/** An action that only the facts of a diagnosis suggest: possible, unproven, for a human to judge. */
export const EVIDENCE_PRIOR = { alpha: 0.6, beta: 1.4 } as const;

/**
 * What a language model proposes: worth less than an action that the facts suggest, and with enough weight that a few lucky outcomes
 * do not make it trusted. A model's record is its own; it needs more than twenty successes to act alone.
 */
export const MODEL_PRIOR = { alpha: 1, beta: 4 } as const;
/** Outcomes that a model's proposals of an action must have before they may add to the confidence of other reasons for it. */
export const MODEL_MIN_OUTCOMES = 5;

/** How often an action helps although it was aimed at the wrong cause, faults that pass by themselves included. */
export const BACKGROUND_PROBABILITY = 0.05;

/** How much two reasons for the same fix may add to the better one: they often rest on the same observations. */
export const MERGE_GAIN_CAP = 0.05;
/** And where their sum ends. */
export const MERGED_PROBABILITY_CAP = 0.99;
