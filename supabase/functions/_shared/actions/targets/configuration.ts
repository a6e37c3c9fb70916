import { z } from "zod";
import type { Json } from "../../platform/json.ts";
import { callRpc, type RpcClient } from "../../platform/rpc.ts";
import { type Declarations, declarationsSchema } from "../declarations.ts";

export interface ConfigurationVersion {
  key: string;
  version: number;
  /** JSON null: not set. */
  value: Json;
}

export interface ConfigurationChange {
  key: string;
  /** The version that must still be the current one. */
  expectedVersion: number;
  value: Json;
  reason: string;
  idempotencyKey: string;
  /** The version whose value is restored, when it is a revert. */
  revertsVersion?: number;
}

/** The versioned configuration of one project. */
export interface ConfigurationTarget {
  /** The current version of a key, or a given one; null when there is none. */
  read(key: string, version?: number): Promise<ConfigurationVersion | null>;
  /** The version that was written with this idempotency key; null when there is none. */
  writtenBy(key: string, idempotencyKey: string): Promise<ConfigurationVersion | null>;
  /** Compare-and-set. `conflict`: another version is current, and nothing was written. Repeating it writes nothing. */
  set(
    change: ConfigurationChange,
  ): Promise<{ outcome: "set" | "already" | "conflict"; version: number | null }>;
  /** What the project declares about its keys: bounds, safe values. */
  declarations(): Promise<Declarations>;
}

const DECLARATIONS_KEY = "declarations";

const versionSchema = z.object({ key: z.string(), version: z.int(), value: z.json() }).nullable();
const setSchema = z.object({
  outcome: z.enum(["set", "already", "conflict"]),
  version: z.int().nullable(),
});

/** Configuration over the database functions `action_configuration_*`. */
export function createConfigurationTarget(client: RpcClient, projectId: number): ConfigurationTarget {
  const read = (parameters: Record<string, unknown>) =>
    callRpc(client, "action_configuration_read", { p_project_id: projectId, ...parameters }, versionSchema);
  return {
    read: (key, version) => read({ p_key: key, ...(version === undefined ? {} : { p_version: version }) }),
    writtenBy: (key, idempotencyKey) => read({ p_key: key, p_written_by: idempotencyKey }),
    set: (change) =>
      callRpc(client, "action_configuration_set", {
        p_project_id: projectId,
        p_idempotency_key: change.idempotencyKey,
        p_key: change.key,
        p_expected_version: change.expectedVersion,
        p_value: change.value,
        p_reason: change.reason,
        ...(change.revertsVersion === undefined ? {} : { p_reverts_version: change.revertsVersion }),
      }, setSchema),
    declarations: async () => {
      const found = await read({ p_key: DECLARATIONS_KEY });
      // One wrong declaration must not take the others down: it is left out, and its key cannot be acted on.
      return declarationsSchema.parse(found?.value ?? {});
    },
  };
}
