import { z } from "zod";
import { callRpc, type RpcClient } from "../../platform/rpc.ts";
import type { ErrorEvent } from "../event.ts";
import { fingerprintEvent } from "../fingerprint/fingerprint-event.ts";
import { settingsAnswerSchema } from "./settings.ts";
import type { Symbolicator } from "./source-maps.ts";

const namedSchema = z.object({ issue: z.number().int(), merged: z.boolean() });

export interface NamedIssue {
  /** With the frames of the sources, where there are maps. */
  event: ErrorEvent;
  /** The issue that this one turned out to be part of, or null. */
  mergedInto: number | null;
}

/**
 * Looks at an event of minified code through its source maps. The fingerprint that ingest made is that of one build: names
 * and columns change with each. So an issue is found by it, and named here, once, by what the sources say; when another
 * build's issue has that name already, the two become one.
 *
 * Called where an issue is diagnosed, before anything is concluded from it, and never while events come in.
 */
export async function nameIssue(
  client: RpcClient,
  symbolicator: Symbolicator,
  issue: { id: number; projectId: number },
  event: ErrorEvent,
): Promise<NamedIssue> {
  const seen = await symbolicator.symbolicate(client, issue.projectId, event);
  if (seen === null) return { event, mergedInto: null };
  const settings = await callRpc(client, "grouping_settings", {
    p_known: { [String(issue.projectId)]: null },
  }, settingsAnswerSchema);
  const grouping = fingerprintEvent(seen, settings.get(issue.projectId)?.rules ?? []);
  const named = await callRpc(client, "name_issue", {
    p_issue_id: issue.id,
    p_name: {
      fingerprint: grouping.fingerprint,
      version: grouping.version,
      type: grouping.type,
      title: grouping.title,
      culprit: grouping.culprit,
      components: grouping.components,
    },
  }, namedSchema);
  return { event: seen, mergedInto: named.merged ? named.issue : null };
}
