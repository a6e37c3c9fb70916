import { z } from "zod";
import { callRpc, type RpcClient } from "../platform/rpc.ts";
import type { JsonObject } from "../platform/json.ts";
import { FIX_STATES, type FixState } from "./fix-states.ts";

const object = z.record(z.string(), z.json());
const seconds = z.array(z.object({ second_at: z.string(), event_count: z.number() }));
const totals = z.object({ request_count: z.number().default(0), session_count: z.number().default(0) });

const contextSchema = z.object({
  now: z.string(),
  fix: z.object({
    id: z.number(),
    project_id: z.number(),
    issue_id: z.number(),
    action: z.string(),
    target_key: z.string(),
    parameters: object,
    state: z.enum(FIX_STATES),
    outcome: z.string().nullable(),
    reversible: z.boolean(),
    informational: z.boolean(),
    automatic: z.boolean(),
    before_state: object.nullable(),
    apply_result: object.nullable(),
    rollback_result: object.nullable(),
    verification: object.nullable(),
    applied_at: z.string().nullable(),
    verify_from: z.string().nullable(),
    verify_until: z.string().nullable(),
    expires_at: z.string(),
  }),
  dry_run: z.boolean(),
  chosen: object.nullable(),
  inform: object.nullable(),
  diagnosis: object.nullable(),
  issue: z.object({
    id: z.number(),
    title: z.string(),
    status: z.string(),
    event_count: z.number(),
    episode_started_at: z.string(),
    episode_event_count: z.number(),
    episode_request_count: z.number(),
    episode_session_count: z.number(),
  }),
  totals,
  recent: z.object({ errors: z.number(), requests: z.number(), sessions: z.number() }),
  error_seconds: seconds,
  relapse_count: z.number(),
  integrations: z.array(z.object({ kind: z.string(), name: z.string(), configuration: z.json() })),
});

/** A fix with all that its next step needs to know, read at one moment. */
export type FixContext = z.output<typeof contextSchema>;

/** What is written beside a change of state; a field that is absent stays. */
export interface FixChanges {
  before_state?: JsonObject;
  apply_result?: JsonObject;
  rollback_result?: JsonObject;
  verification?: JsonObject;
  outcome?: "succeeded" | "not_resolved" | "inconclusive" | "not_applied" | "informed";
  reason?: string;
  applied_at?: string;
  verify_from?: string;
  verify_until?: string;
}

const gateSchema = z.union([
  z.object({ begun: z.literal(true) }),
  z.object({ begun: z.literal(false), final: z.boolean(), reason: z.string() }),
]);

/** Fixes in Postgres. Every change of state names the state it expects. */
export interface FixStore {
  load(fixId: number): Promise<FixContext | null>;
  /** The gate before the side effect: approved -> applying, or the reason why not. `final`: waiting does not help. */
  begin(fixId: number, before: JsonObject): Promise<z.output<typeof gateSchema>>;
  /** False when the fix was no longer in `from`. */
  advance(fixId: number, from: FixState, to: FixState, changes: FixChanges): Promise<boolean>;
  saveVerification(fixId: number, verification: JsonObject): Promise<boolean>;
  /** Why nothing may be touched in this project now, or null. */
  killSwitch(projectId: number): Promise<string | null>;
}

export function fixStore(client: RpcClient): FixStore {
  return {
    load: (fixId) => callRpc(client, "fix_context", { p_fix_id: fixId }, contextSchema.nullable()),
    begin: (fixId, before) => callRpc(client, "begin_fix", { p_fix_id: fixId, p_before: before }, gateSchema),
    advance: (fixId, from, to, changes) =>
      callRpc(
        client,
        "advance_fix",
        { p_fix_id: fixId, p_from: from, p_to: to, p_changes: changes },
        z.boolean(),
      ),
    saveVerification: (fixId, verification) =>
      callRpc(
        client,
        "save_verification",
        { p_fix_id: fixId, p_verification: verification },
        z.boolean(),
      ),
    killSwitch: (projectId) =>
      callRpc(client, "kill_switch", { p_project_id: projectId }, z.string().nullable()),
  };
}
