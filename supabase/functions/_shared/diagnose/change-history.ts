import type { Change, Sign } from "./change.ts";
import { valueSuspicion } from "./value-suspicion.ts";

/**
 * Likelihood ratios of what became of a change later. A value that nobody uses any more does harm only through what it left
 * behind; a change that was seen to heal something, or whose removal was seen to heal nothing, is nearly cleared. Judgement.
 */
const SUPERSEDED_RATIO = 0.01;
const HELPED_RATIO = 0.1;
const INNOCENT_RATIO = 0.02;
/** Undoing gives back a value that had been in use; that seldom breaks something, however far the value moves. */
const UNDONE_RATIO = 0.2;

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

/** How suspicious the new value is: less where it only undoes another change, but not where it does again what had been undone. */
export function valueSign(change: Change, changes: readonly Change[]): Sign {
  return undoes(change, changes)
    ? { ratio: UNDONE_RATIO, why: "it gives back the value from before" }
    : valueSuspicion(change);
}

function undoes(change: Change, changes: readonly Change[]): boolean {
  const undone = changes.find((other) =>
    other.kind === change.kind && other.subject === change.subject &&
    other.version === change.previousVersion &&
    // Versions of deployments may come again: only time never runs in a circle.
    Date.parse(other.changedAt) < Date.parse(change.changedAt)
  );
  return undone !== undefined && undone.before !== undefined && change.after !== undefined &&
    JSON.stringify(undone.before) === JSON.stringify(change.after) && !undoes(undone, changes);
}
