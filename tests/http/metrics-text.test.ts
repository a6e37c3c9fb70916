import fc from "fast-check";
import { expect, test } from "vitest";
import { renderPrometheus } from "../../supabase/functions/_shared/platform/http-prometheus.ts";
import { familiesOf } from "../../supabase/functions/metrics/families.ts";
import { snapshotSchema } from "../../supabase/functions/metrics/snapshot.ts";
import { promtool } from "./support/promtool.ts";

/** A snapshot in which every part is there, with names that must be escaped. */
const FULL = {
  healing: {
    fixes: [
      { action: "configuration.revert", state: "succeeded", count: 3 },
      { action: "postgres.analyze", state: "failed", count: 1 },
    ],
    decisions: [{ verdict: "apply", count: 4 }],
    rollbacks_count: 1,
    recovery_ms: { sum: 4_500, count: 3 },
    detection_ms: { sum: 900, count: 4 },
    kill_switch_active: true,
    disabled_projects_count: 0,
    blocked_targets_count: 2,
    review_queue_count: 1,
  },
  learning: {
    patterns: [{ category: "database", status: "active", count: 20 }],
    lessons: [{ outcome: "succeeded", count: 3 }],
    calibration_error: 0.04,
    brier_score: 0.1,
  },
  incidents: {
    issues: [{ status: "new", severity: "high", count: 2 }],
    oldest_open_at: "2026-01-01T00:00:00Z",
    regressions_count: 0,
  },
  ingest: { events_count: 1e9, duplicate_events_count: 2, last_event_at: "2026-01-01T00:00:01.500Z" },
  jobs: [{ kind: "diagnose", state: "queued", count: 1 }],
  jobs_oldest_ready_at: null,
  functions: [
    {
      function: "ingest",
      status_class: "2xx",
      call_count: 6,
      duration_ms_sum: 1_234.5,
      bucket_counts: [1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3],
    },
  ],
  breakers: [
    {
      name: 'webhook:"odd"\\host\nname',
      state: "open",
      success_count: 1,
      failure_count: 5,
      rejected_count: 9,
      timeout_count: 0,
    },
  ],
  system: {
    projects_count: 2,
    database_bytes: 123_456_789,
    connections_used: 5,
    connections_max: 100,
    event_partitions_count: 8,
    turning_points_count: 40,
    cron_runs: [{ job: "autonomous-healing-cycle", status: "succeeded", count: 60 }],
  },
};

const textOf = (snapshot: unknown) => renderPrometheus(familiesOf(snapshotSchema.parse(snapshot)));

test("every family has help and type, seconds and bytes for units, and counters end in _total", () => {
  const families = familiesOf(snapshotSchema.parse(FULL));
  expect(families.length).toBeGreaterThan(30);
  expect(new Set(families.map((family) => family.name)).size).toBe(families.length);
  for (const { name, type, help } of families) {
    expect(name).toMatch(/^prunella_[a-z_]+$/);
    expect(name.endsWith("_total"), name).toBe(type === "counter");
    expect(name).not.toMatch(/_ms|millisecond|_kb|_mb/);
    expect(help).toMatch(/\.$/);
  }
});

test("values appear in base units, with their labels escaped", () => {
  const text = textOf(FULL);
  expect(text).toContain('prunella_fixes{action="configuration.revert",state="succeeded"} 3\n');
  expect(text).toContain("prunella_recovery_seconds_sum 4.5\nprunella_recovery_seconds_count 3\n");
  expect(text).toContain("prunella_kill_switch_active 1\n");
  expect(text).toContain("# TYPE prunella_cron_runs gauge\n");
  expect(text).toContain("prunella_ingest_last_event_timestamp_seconds 1767225601.5\n");
  expect(text).toContain('prunella_breaker_state{name="webhook:\\"odd\\"\\\\host\\nname",state="open"} 1\n');
  expect(text).toContain(
    "# TYPE prunella_ingest_events_total counter\nprunella_ingest_events_total 1000000000\n",
  );
});

test("a histogram is cumulative, and its last bucket is its count", () => {
  const lines = textOf(FULL).split("\n").filter((line) =>
    line.startsWith("prunella_function_duration_seconds")
  );
  const labels = 'function="ingest",status_class="2xx"';
  expect(lines[0]).toBe(`prunella_function_duration_seconds_bucket{${labels},le="0.005"} 1`);
  expect(lines[2]).toBe(`prunella_function_duration_seconds_bucket{${labels},le="0.025"} 3`);
  expect(lines.slice(-3)).toEqual([
    `prunella_function_duration_seconds_bucket{${labels},le="+Inf"} 6`,
    `prunella_function_duration_seconds_sum{${labels}} 1.2345`,
    `prunella_function_duration_seconds_count{${labels}} 6`,
  ]);
});

test("what is not known is left out instead of shown as zero", () => {
  expect(textOf({})).toBe("");
  const text = textOf({ incidents: { oldest_open_at: null }, learning: { calibration_error: null } });
  expect(textOf(FULL)).not.toContain("prunella_ingest_dropped_events_total");
  expect(text).not.toContain("prunella_oldest_open_issue_timestamp_seconds");
  expect(text).not.toContain("prunella_confidence");
});

test.skipIf(!promtool.installed)("promtool accepts everything without a warning", async () => {
  expect(await promtool.check(textOf(FULL))).toEqual({ code: 0, output: "" });
});

test.skipIf(!promtool.installed)("promtool is heard: a counter without _total is a warning", async () => {
  const { output } = await promtool.check("# HELP x_ms Wrong.\n# TYPE x_ms counter\nx_ms 1\n");
  expect(output).not.toBe("");
});

test("any label value leaves the text readable line by line", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 40 }), (name) => {
    const breaker = { ...FULL.breakers[0], name };
    const lines = textOf({ breakers: [breaker] }).trimEnd().split("\n");
    expect(lines).toHaveLength(2 + 3 + 2 + 4);
    for (const line of lines.filter((l) => !l.startsWith("#"))) {
      expect(line).toMatch(/^[a-z_]+\{([a-z_]+="(\\.|[^"\\\n])*",?)+\} \d+$/u);
    }
  }));
});
