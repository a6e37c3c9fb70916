import { z } from "zod";
import { callRpc } from "../../platform/rpc.ts";
import { learnMerge, learnSplit } from "../fingerprint/learning.ts";
import { groupingOf, type Regrouping, settleEvents, withSettings } from "./regroup.ts";
import type { Client, IssueRef } from "./store.ts";

const mergedSchema = z.object({ into: z.number().int(), merged: z.array(z.number().int()) });

/**
 * Makes issues part of another; their counts are in it when this returns. Issues that are part of it already are left
 * alone, so a repeated call changes nothing. What the issues have in common is learnt, so that the next of their kind join.
 *
 * @param client of the service role; the caller's rights were checked
 * @throws Failure `conflict` while a fix of one of them is being judged by their counts.
 */
export async function mergeIssues(
  client: Client,
  from: readonly IssueRef[],
  into: IssueRef,
  { reason, actor }: Regrouping,
): Promise<{ into: number; merged: number[] }> {
  const result = await withSettings(client, into.projectId, async (settings) => {
    const target = await groupingOf(client, into, settings);
    let learning = settings.learning;
    for (const issue of from) {
      if (issue.id === into.id || issue.mergedIntoId !== null) continue;
      learning = learnMerge(learning, await groupingOf(client, issue, settings), target);
    }
    return await callRpc(client, "merge_issues", {
      p_project_id: into.projectId,
      p_from: from.map((issue) => issue.id),
      p_into: into.id,
      p_learning: learning,
      p_expected_version: settings.version,
      p_reason: reason,
      p_actor: actor,
    }, mergedSchema);
  });
  if (result.merged.length > 0) await settleEvents(client);
  return result;
}

/**
 * Undoes merges: each issue stands for itself again, with what came in through it before the merge and since. What the
 * merge taught is forgotten, and is not learnt again by itself.
 *
 * @returns the issues that had been merged
 */
export async function unmergeIssues(
  client: Client,
  issues: readonly IssueRef[],
  { reason, actor }: Regrouping,
): Promise<number[]> {
  const projectId = issues[0]!.projectId;
  const undone = await withSettings(client, projectId, async (settings) => {
    let learning = settings.learning;
    for (const issue of issues) {
      if (issue.mergedIntoId === null) continue;
      learning = learnSplit(learning, await groupingOf(client, issue, settings));
    }
    return await callRpc(client, "unmerge_issues", {
      p_project_id: projectId,
      p_issue_ids: issues.map((issue) => issue.id),
      p_learning: learning,
      p_expected_version: settings.version,
      p_reason: reason,
      p_actor: actor,
    }, z.array(z.number().int()));
  });
  if (undone.length > 0) await settleEvents(client);
  return undone;
}
