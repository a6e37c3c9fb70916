import { z } from "zod";

const count = z.coerce.number().default(0);
/** What may not be known is not taken for zero. */
const known = z.coerce.number().optional();
const total = z.object({ sum: count, count });
const timestamp = z.string().nullable().default(null);

/**
 * What `metrics_snapshot()` answers. Every part may be missing: its families are then left out, so that functions and
 * migrations can be deployed one after the other. Counts that end up as counters never fall, whatever retention deletes.
 */
export const snapshotSchema = z.object({
  healing: z.object({
    fixes: z.array(z.object({ action: z.string(), state: z.string(), count })).default([]),
    decisions: z.array(z.object({ verdict: z.string(), count })).default([]),
    rollbacks_count: count,
    recovery_ms: total.optional(),
    detection_ms: total.optional(),
    kill_switch_active: z.boolean().default(false),
    disabled_projects_count: count,
    blocked_targets_count: known,
    review_queue_count: count,
  }).optional(),
  learning: z.object({
    patterns: z.array(z.object({ category: z.string(), status: z.string(), count })).default([]),
    lessons: z.array(z.object({ outcome: z.string(), count })).default([]),
    calibration_error: z.number().nullable().default(null),
    brier_score: z.number().nullable().default(null),
  }).optional(),
  incidents: z.object({
    issues: z.array(z.object({ status: z.string(), severity: z.string(), count })).default([]),
    oldest_open_at: timestamp,
    regressions_count: count,
  }).optional(),
  ingest: z.object({
    events_count: known,
    duplicate_events_count: known,
    dropped_events_count: known,
    rate_limited_count: known,
    requests_count: known,
    traffic_requests_count: known,
    last_event_at: timestamp,
  }).optional(),
  jobs: z.array(z.object({ kind: z.string(), state: z.string(), count })).optional(),
  jobs_oldest_ready_at: timestamp,
  functions: z.array(z.object({
    function: z.string(),
    status_class: z.string(),
    call_count: count,
    duration_ms_sum: count,
    bucket_counts: z.array(z.coerce.number()).optional(),
  })).optional(),
  breakers: z.array(z.object({
    name: z.string(),
    state: z.string(),
    success_count: count,
    failure_count: count,
    rejected_count: count,
    timeout_count: count,
  })).optional(),
  system: z.object({
    projects_count: known,
    database_bytes: known,
    connections_used: known,
    connections_max: known,
    event_partitions_count: known,
    turning_points_count: known,
    cron_runs: z.array(z.object({ job: z.string(), status: z.string(), count })).default([]),
  }).optional(),
});
export type Snapshot = z.output<typeof snapshotSchema>;
