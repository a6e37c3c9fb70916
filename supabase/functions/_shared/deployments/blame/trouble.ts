import type { Taught, Trouble } from "./state.ts";
import type { Verdict } from "./types.ts";

/** Suspects that are remembered of a rise without a culprit. */
const SUSPECTS_KEPT = 20;

/** What is remembered of a rise without a culprit. */
export function troubleOf(verdict: Verdict, taught: Taught | null): Trouble {
  const { firstEventAt, onsetAt, eValue, hypotheses } = verdict;
  return { firstEventAt, onsetAt, eValue, hypotheses: hypotheses.slice(0, SUSPECTS_KEPT), taught };
}
