import type { RpcClient } from "../../platform/rpc.ts";
import { edgeFunctionLogsFrom, storeEdgeFunctionMinutes } from "../store-functions.ts";
import type { EdgeFunction, SupabaseTarget } from "../supabase/target.ts";

/**
 * Reads how often the project's edge functions were asked and failed, by version, from the platform's own logs: they tell deployments
 * apart where no SDK labels anything.
 *
 * @returns how many minutes are new or grew
 */
export async function followFunctionLogs(
  client: RpcClient,
  projectId: number,
  api: SupabaseTarget,
  functions: readonly EdgeFunction[],
  now: Date,
): Promise<number> {
  if (functions.length === 0) return 0;
  const slugs = new Map(functions.map(({ id, slug }) => [id, slug]));
  const minutes = await api.requests(await edgeFunctionLogsFrom(client, projectId, now), now);
  const known = minutes.flatMap((minute) => {
    // A function that was deleted meanwhile has no deployment that could be taken back.
    const slug = slugs.get(minute.functionId);
    return slug === undefined ? [] : [{
      minute_at: new Date(minute.at).toISOString(),
      slug,
      version: minute.version,
      request_count: minute.requests,
      failed_request_count: minute.failures,
      duration_ms_sum: minute.durationMs,
    }];
  });
  return await storeEdgeFunctionMinutes(client, projectId, known);
}
