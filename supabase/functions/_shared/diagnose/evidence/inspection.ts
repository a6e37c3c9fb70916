import { z } from "zod";

/**
 * A snapshot of the application's database, as the SQL function `inspect_database` returns it. Keys are in snake case
 * because they are the JSON that Postgres builds; every list is ordered worst first and holds at most
 * `INSPECTION_LIST_LIMIT` rows. A list that the database cannot fill (an extension is missing, a view is not readable)
 * is empty: absence of a row is never evidence.
 */
export const INSPECTION_LIST_LIMIT = 20;

const timestamp = z.string().min(1);
const milliseconds = z.number().nonnegative();
const count = z.number().nonnegative();
const name = z.string().min(1);
const list = <T extends z.ZodType>(row: T) => z.array(row).max(INSPECTION_LIST_LIMIT).default([]);

const longRunningQuery = z.object({
  pid: z.number().int(),
  /** `pg_stat_activity.backend_start`: with the pid it names one session for ever, although pids are reused. */
  backend_started_at: timestamp,
  duration_ms: milliseconds,
  /** `active`, or `idle in transaction (aborted)` and the like; here always a session that runs a statement. */
  state: z.string(),
  wait_event_type: z.string().nullable().default(null),
  wait_event: z.string().nullable().default(null),
  /** The statement without its literals, at most 1,000 characters. */
  query_shape: z.string(),
  /** The one table that the session holds a lock on, or null when there are none or several. */
  schema: name.nullable().default(null),
  relation: name.nullable().default(null),
  application_name: z.string().nullable().default(null),
  /** How many other sessions wait for this one, directly or through others. */
  blocked_count: count.default(0),
});

const idleSession = z.object({
  pid: z.number().int(),
  backend_started_at: timestamp,
  /** Since the session's last statement ended. */
  idle_ms: milliseconds,
  /** Since its transaction began. */
  transaction_ms: milliseconds,
  /** The one table that the session holds a lock on, or null when there are none or several. */
  schema: name.nullable().default(null),
  relation: name.nullable().default(null),
  application_name: z.string().nullable().default(null),
  blocked_count: count.default(0),
});

const blockingChain = z.object({
  blocked_pid: z.number().int(),
  blocked_ms: milliseconds,
  blocking_pid: z.number().int(),
  blocking_backend_started_at: timestamp,
  /** `pg_stat_activity.state` of the session that blocks. */
  blocking_state: z.string(),
  schema: name.nullable().default(null),
  relation: name.nullable().default(null),
});

const sequentialScan = z.object({
  schema: name,
  relation: name,
  seq_scan: count,
  seq_tup_read: count,
  idx_scan: count.default(0),
  row_estimate: count,
  /** The columns of each valid, non-partial index, in index order. */
  indexed_columns: z.array(z.array(z.string())).default([]),
});

const unindexedForeignKey = z.object({
  schema: name,
  relation: name,
  columns: z.array(name).min(1),
  row_estimate: count.default(0),
});

const slowStatement = z.object({
  /** As `pg_stat_statements` normalises it, at most 1,000 characters. */
  query_shape: z.string(),
  calls: count,
  mean_ms: milliseconds,
  total_ms: milliseconds,
});

const invalidIndex = z.object({ schema: name, index: name, relation: name.nullable().default(null) });

const staleStatistics = z.object({
  schema: name,
  relation: name,
  changed_rows: count,
  row_estimate: count.default(0),
  analyzed_at: timestamp.nullable(),
});

const staleView = z.object({
  schema: name,
  relation: name,
  /** Null where nobody recorded it: Postgres itself does not. */
  refreshed_at: timestamp.nullable(),
  /** `pg_matviews.ispopulated`: a view that is not populated cannot be read at all. */
  populated: z.boolean().default(true),
});

const deadJobs = z.object({
  queue: name,
  dead_count: count,
  last_error: z.string().nullable().default(null),
});

export const databaseInspectionSchema = z.object({
  inspected_at: timestamp,
  long_running_queries: list(longRunningQuery),
  idle_in_transaction: list(idleSession),
  blocking: list(blockingChain),
  sequential_scans: list(sequentialScan),
  foreign_keys_without_index: list(unindexedForeignKey),
  slow_statements: list(slowStatement),
  invalid_indexes: list(invalidIndex),
  stale_statistics: list(staleStatistics),
  stale_views: list(staleView),
  dead_jobs: list(deadJobs),
  connections: z.object({ used: count, max: count }).nullable().default(null),
});

export type DatabaseInspection = z.infer<typeof databaseInspectionSchema>;
