import type { Queryable } from "../../scripts/platform/database.ts";
import { MEMBER_PROJECT, type Sizes } from "./fill.ts";

export interface HotQuery {
  name: string;
  /** Whose rights it runs with. */
  as: "machine" | "member";
  /** What it needs before it is timed. */
  prepare?: (session: Queryable, random: () => number) => Promise<void>;
  statement: (random: () => number) => { text: string; params: unknown[] };
  /** Reads every row by its nature: it counts all there is. */
  readsAll?: boolean;
}

/** What runs with every event, every cycle, every look at the dashboard. */
export function hotQueries(size: Sizes): HotQuery[] {
  const upTo = (random: () => number, most: number) => 1 + Math.floor(random() * most);
  const anIssue = (random: () => number) => upTo(random, size.issues);
  return [
    {
      name: "record_batch of 100",
      as: "machine",
      statement: (random) => ({
        text: "select public.record_batch($1)",
        params: [{
          events: Array.from({ length: 100 }, () => event(random, size)),
          traffic: traffic(random, size),
        }],
      }),
    },
    {
      name: "claim_jobs",
      as: "machine",
      prepare: async (session, random) => {
        await session.query("select prunella.enqueue('learn', 1, $1, null, now())", [anIssue(random)]);
      },
      statement: () => ({ text: "select * from public.claim_jobs('bench', 10, 60)", params: [] }),
    },
    {
      name: "heal_context",
      as: "machine",
      statement: (random) => ({ text: "select public.heal_context($1)", params: [anIssue(random)] }),
    },
    {
      name: "fix_context",
      as: "machine",
      statement: (random) => ({ text: "select public.fix_context($1)", params: [upTo(random, size.fixes)] }),
    },
    {
      name: "track_records",
      as: "machine",
      statement: (random) => ({
        text: "select * from public.track_records($1, $2)",
        params: [upTo(random, size.projects), [`category:${upTo(random, 90)}`]],
      }),
    },
    {
      name: "calibration_forecasts",
      as: "machine",
      statement: () => ({ text: "select * from public.calibration_forecasts()", params: [] }),
    },
    {
      name: "run_minute",
      as: "machine",
      statement: () => ({ text: "select prunella.run_minute()", params: [] }),
    },
    {
      name: "metrics_snapshot",
      as: "machine",
      readsAll: true,
      statement: () => ({ text: "select public.metrics_snapshot()", params: [] }),
    },
    {
      name: "recent issues of a project",
      as: "member",
      statement: () => ({
        text: `select id, title, status, severity, event_count, last_seen_at from public.detected_errors
          where project_id = $1 order by last_seen_at desc limit 50`,
        params: [MEMBER_PROJECT],
      }),
    },
    {
      name: "events of an issue",
      as: "member",
      statement: (random) => ({
        text:
          "select event_id, received_at, payload from public.error_events where issue_id = $1 order by received_at desc limit 20",
        params: [ofMember(random, size)],
      }),
    },
    {
      name: "fixes that wait for review",
      as: "member",
      statement: () => ({
        text: `select id, action, target_key, confidence, state from public.auto_fixes
          where project_id = $1 and state in ('proposed', 'in_review') order by created_at desc limit 50`,
        params: [MEMBER_PROJECT],
      }),
    },
    {
      name: "turning points of an issue",
      as: "member",
      statement: (random) => ({
        text:
          "select sequence, kind, actor, summary, happened_at from public.turning_points where issue_id = $1 order by id",
        params: [ofMember(random, size)],
      }),
    },
    {
      name: "latest turning points of a project",
      as: "member",
      statement: () => ({
        text: `select sequence, kind, actor, summary, happened_at from public.turning_points
          where project_id = $1 order by sequence desc limit 100`,
        params: [MEMBER_PROJECT],
      }),
    },
    {
      name: "executions of a task",
      as: "member",
      statement: (random) => ({
        text: `select agent, status, duration_ms, started_at from public.execution_history
          where project_id = $1 and task_type = $2 order by started_at desc limit 100`,
        params: [MEMBER_PROJECT, `task-${Math.floor(random() * 11)}`],
      }),
    },
    {
      name: "executions of a task by an agent",
      as: "member",
      statement: (random) => ({
        text: `select status, duration_ms, inputs, outputs from public.execution_history
          where project_id = $1 and task_type = $2 and agent = $3 order by started_at desc limit 100`,
        params: [MEMBER_PROJECT, `task-${Math.floor(random() * 11)}`, `agent-${Math.floor(random() * 7)}`],
      }),
    },
    {
      name: "control_status",
      as: "member",
      statement: () => ({ text: "select public.control_status($1)", params: [MEMBER_PROJECT] }),
    },
    {
      name: "healing_statistics of a week",
      as: "member",
      statement: () => ({
        text: "select public.healing_statistics($1, now() - interval '7 days')",
        params: [MEMBER_PROJECT],
      }),
    },
    {
      name: "current configuration of a project",
      as: "member",
      statement: () => ({
        text: "select key, version, value from public.current_config where project_id = $1",
        params: [MEMBER_PROJECT],
      }),
    },
  ];
}

/** An issue of the member's project: they take turns, as `fill` made them. */
function ofMember(random: () => number, size: Sizes): number {
  return size.projects * (1 + Math.floor(random() * (size.issues / size.projects - 1)));
}

async function digest(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}

/** Fingerprints of the issues that are there, by their number; made once. */
let fingerprints: string[] = [];
export async function knowFingerprints(size: Sizes): Promise<void> {
  fingerprints = await Promise.all(Array.from({ length: size.issues }, (_, n) => digest(String(n + 1))));
}

/** One of a hundred begins a new issue. */
function event(random: () => number, size: Sizes): Record<string, unknown> {
  const issue = 1 + Math.floor(random() * size.issues);
  const fingerprint = random() < 0.99
    ? fingerprints[issue - 1]
    : crypto.randomUUID().replaceAll("-", "").repeat(2);
  return {
    project_id: 1 + issue % size.projects,
    event_id: crypto.randomUUID(),
    fingerprint,
    fingerprint_version: 1,
    type: "TypeError",
    title: "TypeError: x is not a function",
    culprit: "shop.ts",
    platform: "javascript",
    level: "error",
    release: "1.0.1",
    environment: "production",
    occurred_at: new Date().toISOString(),
    payload: { message: "x".repeat(700) },
  };
}

function traffic(random: () => number, size: Sizes): Record<string, unknown>[] {
  return [{
    project_id: 1 + Math.floor(random() * size.projects),
    minute_at: new Date().toISOString(),
    request_count: 10,
    failed_request_count: 0,
    session_count: 1,
    crashed_session_count: 0,
    duration_ms_sum: 100,
  }];
}
