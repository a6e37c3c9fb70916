import { LATENCY_BOUNDS_MS } from "../_shared/platform/http-recorder.ts";
import type { Family, Sample } from "../_shared/platform/http-prometheus.ts";
import type { Snapshot } from "./snapshot.ts";

const BREAKER_STATES = ["closed", "half_open", "open"] as const;

/** All metric families of a snapshot, in the order in which people read them. */
export function familiesOf(snapshot: Snapshot): Family[] {
  return [
    ...healing(snapshot.healing),
    ...learning(snapshot.learning),
    ...incidents(snapshot.incidents),
    ...ingest(snapshot.ingest),
    ...jobs(snapshot),
    ...functions(snapshot.functions),
    ...breakers(snapshot.breakers),
    ...system(snapshot.system),
  ];
}

function healing(part: Snapshot["healing"]): Family[] {
  if (!part) return [];
  return [
    gauge("prunella_fixes", "Fixes by action and state.", labelled(part.fixes, "action", "state")),
    counter("prunella_decisions_total", "Decisions by verdict.", labelled(part.decisions, "verdict")),
    counter("prunella_rollbacks_total", "Fixes that were taken back.", one(part.rollbacks_count)),
    summary(
      "prunella_recovery_seconds",
      "From the decision for a fix until it was verified to have helped.",
      part.recovery_ms,
    ),
    summary(
      "prunella_detection_seconds",
      "From an event until the decision about its issue.",
      part.detection_ms,
    ),
    gauge(
      "prunella_kill_switch_active",
      "1 while the kill switch stops all healing.",
      one(+part.kill_switch_active),
    ),
    gauge(
      "prunella_disabled_projects",
      "Projects whose healing is switched off.",
      one(part.disabled_projects_count),
    ),
    gauge(
      "prunella_blocked_targets",
      "Targets blocked after failures in a row.",
      one(part.blocked_targets_count),
    ),
    gauge("prunella_review_queue_length", "Fixes that wait for a human.", one(part.review_queue_count)),
  ];
}

function learning(part: Snapshot["learning"]): Family[] {
  if (!part) return [];
  return [
    gauge("prunella_patterns", "Known patterns.", labelled(part.patterns, "category", "status")),
    counter(
      "prunella_lessons_total",
      "Lessons by the outcome that taught them.",
      labelled(part.lessons, "outcome"),
    ),
    gauge(
      "prunella_confidence_calibration_error_ratio",
      "Mean distance between stated confidence and what came true.",
      one(part.calibration_error),
    ),
    gauge(
      "prunella_confidence_brier_score",
      "Mean squared error of stated confidence.",
      one(part.brier_score),
    ),
  ];
}

function incidents(part: Snapshot["incidents"]): Family[] {
  if (!part) return [];
  return [
    gauge("prunella_issues", "Issues by status and severity.", labelled(part.issues, "status", "severity")),
    gauge(
      "prunella_oldest_open_issue_timestamp_seconds",
      "When the oldest open issue was first seen.",
      time(part.oldest_open_at),
    ),
    counter(
      "prunella_issue_regressions_total",
      "Resolved issues that came back.",
      one(part.regressions_count),
    ),
  ];
}

function ingest(part: Snapshot["ingest"]): Family[] {
  if (!part) return [];
  return [
    counter("prunella_ingest_events_total", "Events recorded.", one(part.events_count)),
    counter(
      "prunella_ingest_duplicate_events_total",
      "Events that had been recorded before.",
      one(part.duplicate_events_count),
    ),
    counter(
      "prunella_ingest_dropped_events_total",
      "Events refused or malformed.",
      one(part.dropped_events_count),
    ),
    counter(
      "prunella_ingest_rate_limited_requests_total",
      "Requests over a key's limit.",
      one(part.rate_limited_count),
    ),
    counter("prunella_ingest_requests_total", "Requests that brought signals.", one(part.requests_count)),
    counter(
      "prunella_traffic_requests_total",
      "Requests that monitored applications reported.",
      one(part.traffic_requests_count),
    ),
    gauge(
      "prunella_ingest_last_event_timestamp_seconds",
      "When the newest event came.",
      time(part.last_event_at),
    ),
  ];
}

function jobs(snapshot: Snapshot): Family[] {
  return [
    gauge(
      "prunella_jobs",
      "Jobs that wait, run or were given up, by kind and state.",
      labelled(snapshot.jobs ?? [], "kind", "state"),
    ),
    gauge(
      "prunella_oldest_ready_job_timestamp_seconds",
      "Since when the oldest due job has been waiting.",
      time(snapshot.jobs_oldest_ready_at),
    ),
  ];
}

function functions(rows: Snapshot["functions"]): Family[] {
  if (!rows) return [];
  const withBuckets = rows.flatMap((row) =>
    row.bucket_counts?.length === LATENCY_BOUNDS_MS.length + 1 ? [{ ...row, counts: row.bucket_counts }] : []
  );
  return [
    counter(
      "prunella_function_requests_total",
      "Requests answered by Prunella's own functions.",
      rows.map((row) => ({
        labels: { function: row.function, status_class: row.status_class },
        value: row.call_count,
      })),
    ),
    withBuckets.length === rows.length
      ? {
        name: "prunella_function_duration_seconds",
        help: "Time to answer a request.",
        type: "histogram",
        samples: rows.map((row) => ({
          labels: { function: row.function, status_class: row.status_class },
          bounds: LATENCY_BOUNDS_MS.map((ms) => ms / 1000),
          counts: row.bucket_counts ?? [],
          sum: row.duration_ms_sum / 1000,
        })),
      }
      : {
        name: "prunella_function_duration_seconds",
        help: "Time to answer a request.",
        type: "summary",
        samples: rows.map((row) => ({
          labels: { function: row.function, status_class: row.status_class },
          sum: row.duration_ms_sum / 1000,
          count: row.call_count,
        })),
      },
  ];
}

function breakers(rows: Snapshot["breakers"]): Family[] {
  if (!rows) return [];
  return [
    gauge(
      "prunella_breaker_state",
      "1 for the state that a circuit breaker is in.",
      rows.flatMap((row) =>
        BREAKER_STATES.map((state) => ({
          labels: { name: row.name, state },
          value: row.state === state ? 1 : 0,
        }))
      ),
    ),
    counter(
      "prunella_breaker_calls_total",
      "Outgoing calls by how they ended.",
      rows.flatMap((row) => [
        { labels: { name: row.name, outcome: "success" }, value: row.success_count },
        { labels: { name: row.name, outcome: "failure" }, value: row.failure_count },
        { labels: { name: row.name, outcome: "rejected" }, value: row.rejected_count },
        { labels: { name: row.name, outcome: "timeout" }, value: row.timeout_count },
      ]),
    ),
  ];
}

function system(part: Snapshot["system"]): Family[] {
  if (!part) return [];
  return [
    gauge("prunella_projects", "Monitored projects.", one(part.projects_count)),
    gauge("prunella_database_size_bytes", "Size of the database.", one(part.database_bytes)),
    gauge("prunella_database_connections", "Connections in use.", one(part.connections_used)),
    gauge("prunella_database_connections_limit", "Connections allowed.", one(part.connections_max)),
    gauge("prunella_event_partitions", "Daily partitions of events.", one(part.event_partitions_count)),
    counter("prunella_turning_points_total", "Rows of the audit log.", one(part.turning_points_count)),
    // A count over a day falls again: no counter.
    gauge(
      "prunella_cron_runs",
      "Runs of scheduled jobs within the last day.",
      labelled(part.cron_runs ?? [], "job", "status"),
    ),
  ];
}

function gauge(name: string, help: string, samples: Sample[]): Family {
  return { name, help, type: "gauge", samples };
}

function counter(name: string, help: string, samples: Sample[]): Family {
  return { name, help, type: "counter", samples };
}

function summary(name: string, help: string, total: { sum: number; count: number } | undefined): Family {
  const samples = total ? [{ sum: total.sum / 1000, count: total.count }] : [];
  return { name, help, type: "summary", samples };
}

function labelled<K extends string>(
  rows: ({ [key in K]: string } & { count: number })[],
  ...keys: K[]
): Sample[] {
  return rows.map((row) => ({
    labels: Object.fromEntries(keys.map((key) => [key, row[key]])),
    value: row.count,
  }));
}

// What is not known is left out: a metric that says 0 would be believed.
function one(value: number | null | undefined): Sample[] {
  return value === null || value === undefined ? [] : [{ value }];
}

function time(at: string | null | undefined): Sample[] {
  return at ? [{ value: Date.parse(at) / 1000 }] : [];
}
