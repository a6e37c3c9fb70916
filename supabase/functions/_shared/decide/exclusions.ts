import { candidateKey } from "./canonical.ts";
import type { DecisionIssue, FixState, PastFix } from "./types.ts";

const WAITING: readonly FixState[] = [
  "proposed",
  "in_review",
  "approved",
  "applying",
  "verifying",
  "rolling_back",
];
const FAILED: readonly FixState[] = ["failed", "rolled_back"];

/**
 * Why a fix is not made for this issue again, or null. A dismissed one never returns, not even when the issue does; a failed one not
 * within the same life of the issue, because a new life may have another cause.
 */
export function exclusionReason(
  key: string,
  issue: DecisionIssue,
  pastFixes: readonly PastFix[],
): string | null {
  const same = pastFixes.filter((fix) =>
    fix.issueId === issue.id && candidateKey(fix.action, fix.parameters) === key
  );
  const inEpisode = (fix: PastFix) => Date.parse(fix.createdAt) >= Date.parse(issue.episodeStartedAt);
  if (same.some((fix) => fix.state === "dismissed")) return "A human dismissed this fix for this issue.";
  if (same.some((fix) => FAILED.includes(fix.state) && inEpisode(fix))) {
    return "This fix was tried on this issue and did not work.";
  }
  if (same.some((fix) => WAITING.includes(fix.state))) {
    return "This fix is already proposed or under way for this issue.";
  }
  if (same.some((fix) => fix.informational && fix.state === "succeeded" && inEpisode(fix))) {
    return "People were already informed in this way about this issue.";
  }
  return null;
}
