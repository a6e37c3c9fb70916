import { candidateKey } from "./canonical.ts";
import { ACTIVE_STATES, FAILED_STATES, WAITING_STATES } from "../heal/fix-states.ts";
import type { DecisionIssue, PastFix } from "./types.ts";

/**
 * Why a fix is not made for this issue again, or null. A dismissed one never returns, not even when the issue does; a failed one not
 * within the same life of the issue, because a new life may have another cause. Informing is known again by its action alone: the text
 * changes with every look.
 */
export function exclusionReason(
  candidate: { key: string; action: string; informational: boolean },
  { issue, pastFixes }: { issue: DecisionIssue; pastFixes: readonly PastFix[] },
): string | null {
  const same = pastFixes.filter((fix) =>
    fix.issueId === issue.id && fix.action === candidate.action &&
    (candidate.informational || candidateKey(fix.action, fix.parameters) === candidate.key)
  );
  const inEpisode = (fix: PastFix) => Date.parse(fix.createdAt) >= Date.parse(issue.episodeStartedAt);
  if (same.some((fix) => fix.state === "dismissed")) return "A human dismissed this fix for this issue.";
  if (same.some((fix) => FAILED_STATES.includes(fix.state) && inEpisode(fix))) {
    return "This fix was tried on this issue and did not work.";
  }
  if (same.some((fix) => WAITING_STATES.includes(fix.state) || ACTIVE_STATES.includes(fix.state))) {
    return "This fix is already proposed or under way for this issue.";
  }
  if (candidate.informational && same.some((fix) => fix.state === "succeeded" && inEpisode(fix))) {
    return "People were already informed in this way about this issue.";
  }
  return null;
}
