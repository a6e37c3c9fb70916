/**
 * What is believed of an action before any outcome, where the catalogue of patterns says nothing.
 */

/**
 * Taking back the change that caused a fault resolves it nearly always; what is left is damage that outlives the change. For a
 * deployment there is more of that: migrated data, cached assets.
 */
export const CHANGE_PRIORS: Record<"configuration" | "deployment", { mean: number; weight: number }> = {
  configuration: { mean: 0.97, weight: 10 },
  deployment: { mean: 0.95, weight: 10 },
};

/** An action that only the facts of a diagnosis suggest: possible, unproven, for a human to judge. */
export const EVIDENCE_PRIOR = { mean: 0.3, weight: 2 } as const;

/** How often an action helps although it was aimed at the wrong cause, faults that pass by themselves included. */
export const BACKGROUND_PROBABILITY = 0.05;

/** How much two reasons for the same fix may add to the better one: they often rest on the same observations. */
export const MERGE_GAIN_CAP = 0.05;
/** And where their sum ends. */
export const MERGED_PROBABILITY_CAP = 0.99;
