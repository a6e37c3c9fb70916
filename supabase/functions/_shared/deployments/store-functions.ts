import { z } from "zod";
import type { Json } from "../platform/json.ts";
import { callRpc, type RpcClient } from "../platform/rpc.ts";

/** A version of an edge function as it was kept; the body is null where it was too large. */
const functionVersionSchema = z.object({
  id: z.number(),
  slug: z.string(),
  version: z.number(),
  name: z.string(),
  content_hash: z.string(),
  entrypoint_path: z.string(),
  import_map_path: z.string().nullable(),
  verify_jwt: z.boolean(),
  deployed_at: z.string(),
  body: z.array(z.object({ path: z.string(), content: z.string(), encoding: z.enum(["utf8", "base64"]) }))
    .nullable(),
});
export type StoredFunction = z.output<typeof functionVersionSchema>;

/** Keeps a version, once. */
export async function storeFunctionVersion(
  client: RpcClient,
  projectId: number,
  version: Record<string, Json>,
): Promise<void> {
  await callRpc(
    client,
    "store_function_version",
    { p_project_id: projectId, p_version: version },
    z.unknown(),
  );
}

/** Null where the version was never kept. */
export function loadFunctionVersion(
  client: RpcClient,
  projectId: number,
  slug: string,
  version: number,
): Promise<StoredFunction | null> {
  return callRpc(
    client,
    "function_version",
    { p_project_id: projectId, p_slug: slug, p_version: version },
    functionVersionSchema.nullable(),
  );
}

/** From when on logs have to be read: a little before the last minute that is known, half an hour ago at most. */
export async function edgeFunctionLogsFrom(client: RpcClient, projectId: number, now: Date): Promise<Date> {
  const from = await callRpc(
    client,
    "edge_function_logs_from",
    { p_project_id: projectId, p_now: now.toISOString() },
    z.string(),
  );
  return new Date(from);
}

/** Keeps totals of minutes; returns how many are new or grew. */
export async function storeEdgeFunctionMinutes(
  client: RpcClient,
  projectId: number,
  minutes: readonly Record<string, Json>[],
): Promise<number> {
  if (minutes.length === 0) return 0;
  return await callRpc(
    client,
    "store_edge_function_minutes",
    { p_project_id: projectId, p_minutes: minutes },
    z.number(),
  );
}
