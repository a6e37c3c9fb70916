import { z } from "zod";
import type { Observation } from "../action.ts";
import { ActionError } from "../action-error.ts";
import { callRpc, type RpcClient } from "../../platform/rpc.ts";

/** A session is known by pid and start: a pid alone may belong to somebody else by now. */
export interface Backend {
  pid: number;
  /** As Postgres wrote it, ISO 8601. */
  backendStartedAt: string;
}

export interface BackendState {
  found: boolean;
  state: string | null;
  application_name: string | null;
  query_started_at: string | null;
  query_seconds: number | null;
  transaction_seconds: number | null;
  state_seconds: number | null;
  /** Sessions that wait for it. */
  blocked_count: number;
  /** Why it may not be touched, or null. */
  refusal: string | null;
}

export interface RelationState {
  found: boolean;
  kind: string | null;
  size_bytes: number | null;
  estimated_rows: number | null;
  indexes: { name: string; columns: string[]; valid: boolean }[];
  /** Of an index: usable. */
  valid: boolean | null;
  /** Of a materialised view: it has been filled once, so that it can be read. */
  populated: boolean | null;
  /** Of a materialised view: it can be refreshed without locking readers out. */
  unique_index: boolean | null;
  refusal: string | null;
}

/** What became of a change that was made, or scheduled, under an idempotency key. */
export interface PostgresEffect {
  operation: string;
  state: "done" | "scheduled" | "running" | "succeeded" | "failed" | "missed";
  message: string | null;
}

/** What a database function answers that changes something. */
export interface PostgresOutcome {
  outcome: string;
  reason?: string | null;
  index_name?: string | null;
  run_at?: string | null;
  count?: number | null;
  run_count?: number | null;
}

export type SessionFault = "idle_in_transaction" | "blocking";

/**
 * The monitored application's database. Each method is one narrow database function; there is no way to send SQL. All
 * changes are idempotent on the key. What cannot run inside a function (`concurrently`, vacuum) is scheduled for the next
 * minute, and `effect` tells what became of it.
 */
export interface PostgresTarget {
  backend(backend: Backend): Promise<BackendState>;
  relation(schema: string, name: string): Promise<RelationState>;
  effect(key: string): Promise<PostgresEffect | null>;
  cancelQuery(key: string, backend: Backend, queryStartedAt: string): Promise<PostgresOutcome>;
  endSession(
    key: string,
    backend: Backend,
    fault: SessionFault,
    minSeconds: number,
  ): Promise<PostgresOutcome>;
  analyze(key: string, schema: string, table: string): Promise<PostgresOutcome>;
  vacuum(key: string, schema: string, table: string): Promise<PostgresOutcome>;
  createIndex(key: string, schema: string, table: string, columns: string[]): Promise<PostgresOutcome>;
  /** Drops the index that was created under `appliedKey`, and no other. */
  dropIndex(key: string, appliedKey: string): Promise<PostgresOutcome>;
  reindex(key: string, schema: string, index: string): Promise<PostgresOutcome>;
  refreshView(key: string, schema: string, view: string): Promise<PostgresOutcome>;
  requeueDeadJobs(key: string, queue: string, limit: number): Promise<PostgresOutcome>;
  /** Those of the requeued jobs that have not begun are dead again. */
  returnJobs(key: string, appliedKey: string): Promise<PostgresOutcome>;
}

const number = z.number().nullish().transform((value) => value ?? null);
const text = z.string().nullish().transform((value) => value ?? null);

const backendSchema: z.ZodType<BackendState> = z.object({
  found: z.boolean(),
  state: text,
  application_name: text,
  query_started_at: text,
  query_seconds: number,
  transaction_seconds: number,
  state_seconds: number,
  blocked_count: number.transform((value) => value ?? 0),
  refusal: text,
});
const relationSchema: z.ZodType<RelationState> = z.object({
  found: z.boolean(),
  kind: text,
  size_bytes: number,
  estimated_rows: number,
  indexes: z.array(z.object({ name: z.string(), columns: z.array(z.string()), valid: z.boolean() })).nullish()
    .transform((value) => value ?? []),
  valid: z.boolean().nullish().transform((value) => value ?? null),
  populated: z.boolean().nullish().transform((value) => value ?? null),
  unique_index: z.boolean().nullish().transform((value) => value ?? null),
  refusal: text,
});
const effectSchema = z.object({
  operation: z.string(),
  state: z.enum(["done", "scheduled", "running", "succeeded", "failed", "missed"]),
  message: text,
}).nullable();
const outcomeSchema: z.ZodType<PostgresOutcome> = z.object({
  outcome: z.string(),
  reason: text,
  index_name: text,
  run_at: text,
  count: number,
  run_count: number,
});

/** The target over the database functions `action_postgres_*`. */
export function createPostgresTarget(client: RpcClient, projectId: number, now: () => Date): PostgresTarget {
  const ask = <S extends z.ZodType>(name: string, parameters: Record<string, unknown>, result: S) =>
    callRpc(client, `action_postgres_${name}`, { p_project_id: projectId, ...parameters }, result);
  const change = async (name: string, key: string, parameters: Record<string, unknown>) => {
    const outcome = await ask(name, { p_idempotency_key: key, ...parameters }, outcomeSchema);
    if (outcome.outcome !== "refused") return outcome;
    throw new ActionError("refused", `The database refused: ${outcome.reason ?? "it gave no reason"}.`);
  };
  const session = ({ pid, backendStartedAt }: Backend) => ({
    p_pid: pid,
    p_backend_started_at: backendStartedAt,
  });
  return {
    backend: (backend) => ask("backend", session(backend), backendSchema),
    relation: (schema, name) => ask("relation", { p_schema: schema, p_name: name }, relationSchema),
    effect: (key) => ask("effect", { p_idempotency_key: key, p_now: now().toISOString() }, effectSchema),
    cancelQuery: (key, backend, queryStartedAt) =>
      change("cancel_query", key, { ...session(backend), p_query_started_at: queryStartedAt }),
    endSession: (key, backend, fault, minSeconds) =>
      change("end_session", key, { ...session(backend), p_mode: fault, p_min_seconds: minSeconds }),
    analyze: (key, schema, table) => change("analyze", key, { p_schema: schema, p_table: table }),
    vacuum: (key, schema, table) => change("vacuum", key, { p_schema: schema, p_table: table }),
    createIndex: (key, schema, table, columns) =>
      change("create_index", key, { p_schema: schema, p_table: table, p_columns: columns }),
    dropIndex: (key, appliedKey) => change("drop_index", key, { p_applied_key: appliedKey }),
    reindex: (key, schema, index) => change("reindex", key, { p_schema: schema, p_index: index }),
    refreshView: (key, schema, view) => change("refresh_view", key, { p_schema: schema, p_view: view }),
    requeueDeadJobs: (key, queue, limit) =>
      change("requeue_dead_jobs", key, { p_queue: queue, p_limit: limit }),
    returnJobs: (key, appliedKey) => change("return_jobs", key, { p_applied_key: appliedKey }),
  };
}

const OBSERVATIONS: Record<PostgresEffect["state"], Observation> = {
  done: "applied",
  succeeded: "applied",
  // Not to be seen yet. Asking for it again is harmless: the key is known, and it is not scheduled twice.
  scheduled: "not_applied",
  running: "not_applied",
  failed: "not_applied",
  missed: "not_applied",
};

/** What an effect means to the healing loop. No effect under the key: nothing was done. */
export function observationOf(effect: PostgresEffect | null): Observation {
  return effect === null ? "not_applied" : OBSERVATIONS[effect.state];
}
