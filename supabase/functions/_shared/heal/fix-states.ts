/** States of a row of `auto_fixes`; which may follow which is law in the database. */
export const FIX_STATES = [
  "proposed",
  "in_review",
  "approved",
  "applying",
  "verifying",
  "succeeded",
  "rolling_back",
  "rolled_back",
  "failed",
  "dismissed",
  "expired",
] as const;
export type FixState = (typeof FIX_STATES)[number];

/** Waits for a human. */
export const WAITING_STATES: readonly FixState[] = ["proposed", "in_review"];
/** Allowed to touch its target, or doing so. */
export const ACTIVE_STATES: readonly FixState[] = ["approved", "applying", "verifying", "rolling_back"];
/** Ended without resolving the issue. */
export const FAILED_STATES: readonly FixState[] = ["failed", "rolled_back"];
