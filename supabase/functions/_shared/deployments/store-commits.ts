import { z } from "zod";
import type { Json } from "../platform/json.ts";
import { callRpc, type RpcClient } from "../platform/rpc.ts";

/** Keeps what a push or a failed check tells of a commit, and gives it to the commit's deployments. */
export async function recordCommit(
  client: RpcClient,
  projectId: number,
  commit: Record<string, Json>,
  now: Date,
): Promise<void> {
  await callRpc(client, "record_commit", {
    p_project_id: projectId,
    p_commit: commit,
    p_now: now.toISOString(),
  }, z.unknown());
}
