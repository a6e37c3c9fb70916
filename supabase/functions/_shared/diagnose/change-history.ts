import type { Change, Sign } from "./change.ts";

/**
 * Likelihood ratios of what became of a change later. A value that nobody uses any more does harm only through what it left
 * behind; a change that was seen to heal something, or whose removal was seen to heal nothing, is nearly cleared. Judgement.
 */
const SUPERSEDED_RATIO = 0.03;
const HELPED_RATIO = 0.1;
const INNOCENT_RATIO = 0.02;

/** Was the change still in force when the errors began? Another one of the same subject ends it. */
export function inForceSign(
  change: Change,
  changes: readonly Change[],
  onsetMs: number,
  uncertaintyMs: number,
): Sign {
  const changedMs = Date.parse(change.changedAt);
  const isSuperseded = changes.some((other) =>
    other.kind === change.kind && other.subject === change.subject &&
    Date.parse(other.changedAt) > changedMs && Date.parse(other.changedAt) < onsetMs - uncertaintyMs
  );
  return isSuperseded
    ? { ratio: SUPERSEDED_RATIO, why: "it was no longer in force when the errors began" }
    : { ratio: 1, why: null };
}

/** What fixes have shown about the change. */
export function recordSign({ record }: Change): Sign {
  switch (record) {
    case "helped":
      return { ratio: HELPED_RATIO, why: "it was made by a fix that was seen to help" };
    case "innocent":
      return { ratio: INNOCENT_RATIO, why: "taking it back was seen not to help" };
    default:
      return { ratio: 1, why: null };
  }
}
