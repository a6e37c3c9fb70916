import type { Queryable } from "../../scripts/platform/database.ts";

/** How much of everything; `scale` 1 is a busy installation after its retention has filled. */
export function sizes(scale: number) {
  const of = (count: number) => Math.max(100, Math.round(count * scale));
  return {
    projects: 50,
    issues: of(20_000),
    events: of(1_000_000),
    executions: of(1_000_000),
    jobs: of(1_000_000),
    decisions: of(100_000),
    fixes: of(100_000),
    lessons: of(50_000),
    turningPoints: of(300_000),
    errorMinutes: of(500_000),
    trafficMinutes: of(200_000),
    configurationVersions: of(10_000),
    deployments: of(20_000),
    correlations: of(100_000),
    deliveries: of(50_000),
  };
}
export type Sizes = ReturnType<typeof sizes>;

/** The member's project, which holds half of the executions, and the user who is its member. */
export const MEMBER_PROJECT = 1;
export const MEMBER = "00000000-0000-4000-8000-000000000001";

/** Fills a migrated, empty database. Triggers are off: what they would write is written here, in bulk. */
export async function fill(session: Queryable, size: Sizes, log: (line: string) => void): Promise<void> {
  await session.script(
    "set session_replication_role = replica; set synchronous_commit = off; set timezone = 'UTC'",
  );
  for (const [what, sql] of statements(size)) {
    const start = performance.now();
    await session.script(sql);
    log(`${what} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  }
  await session.script("reset session_replication_role; reset synchronous_commit");
}

function statements(size: Sizes): [string, string][] {
  const text = (bytes: number) => `rpad(md5(n::text), ${bytes}, md5((n * 7)::text))`;
  // Spread over the projects, so that neighbours in time belong to different tenants, as they do in life.
  const project = `1 + n % ${size.projects}`;
  const issue = `1 + (n::bigint * 7919) % ${size.issues}`;
  const projectOf = (id: string) => `1 + (${id}) % ${size.projects}`;
  return [
    ["partitions", "select prunella.ensure_event_partitions(now() - interval '29 days', 36)"],
    [
      "projects and people",
      `insert into auth.users (id, email) select format('00000000-0000-4000-8000-%s', lpad(n::text, 12, '0'))::uuid, 'user' || n || '@example.com'
         from generate_series(1, ${size.projects}) as n;
       insert into public.projects (slug, name, mode) select 'project-' || n, 'Project ' || n, 'auto' from generate_series(1, ${size.projects}) as n;
       insert into public.project_members (project_id, user_id, role)
         select n, format('00000000-0000-4000-8000-%s', lpad(n::text, 12, '0'))::uuid, 'operator' from generate_series(1, ${size.projects}) as n;
       insert into public.traffic_totals (project_id, request_count) select n, 1000000 from generate_series(1, ${size.projects}) as n`,
    ],
    [
      "issues",
      `insert into public.detected_errors (project_id, fingerprint, type, title, culprit, status, event_count, first_seen_at, last_seen_at, episode_started_at, diagnosis)
       select ${
        projectOf("n")
      }, encode(sha256(n::text::bytea), 'hex'), 'TypeError', 'TypeError: case ' || n, 'shop.ts',
         (array['ongoing', 'ongoing', 'resolved', 'archived', 'new'])[1 + n % 5], 50,
         now() - interval '30 days', now() - make_interval(mins => n % 40000), now() - interval '30 days',
         jsonb_build_object('category', 'database', 'explanation', ${text(500)})
       from generate_series(1, ${size.issues}) as n`,
    ],
    [
      "events",
      `insert into public.error_events (received_on, project_id, event_id, issue_id, received_at, occurred_at, level, release, environment, user_hash, payload)
       select e.at::date, ${
        projectOf("e.issue_id")
      }, gen_random_uuid(), e.issue_id, e.at, e.at, 'error', '1.0.' || n % 5, 'production', md5((n % 5000)::text),
         jsonb_build_object('message', ${text(700)})
       from (select n, now() - make_interval(secs => 30 * 86400.0 * n / ${size.events}) as at, ${issue} as issue_id
             from generate_series(1, ${size.events}) as n) as e`,
    ],
    [
      "counts per minute",
      `insert into public.error_minutes (issue_id, minute_at, project_id, event_count)
       select ${issue}, date_trunc('minute', now()) - make_interval(mins => n / 10), ${projectOf(issue)}, 3
       from generate_series(1, ${size.errorMinutes}) as n on conflict do nothing;
       insert into public.traffic_minutes (project_id, minute_at, request_count)
       select ${project}, date_trunc('minute', now()) - make_interval(mins => n / ${size.projects}), 100
       from generate_series(1, ${size.trafficMinutes}) as n on conflict do nothing;
       insert into public.edge_function_minutes (project_id, minute_at, slug, version, request_count, failed_request_count, duration_ms_sum)
       select ${project}, date_trunc('minute', now()) - make_interval(mins => n / ${size.projects} / 5), 'function-' || n / ${size.projects} % 5, 1, 100, 1, 900
       from generate_series(1, ${size.trafficMinutes}) as n on conflict do nothing`,
    ],
    [
      "executions",
      `insert into public.execution_history (project_id, agent, task_type, status, inputs, outputs, duration_ms, started_at, finished_at)
       select case when n % 2 = 0 then ${MEMBER_PROJECT} else ${project} end, 'agent-' || n % 7, 'task-' || n % 11, case when n % 9 = 0 then 'failed' else 'succeeded' end,
         jsonb_build_object('prompt', ${text(500)}), jsonb_build_object('answer', ${text(300)}), n % 3000,
         now() - make_interval(secs => 90 * 86400.0 * n / ${size.executions}), now() - make_interval(secs => 90 * 86400.0 * n / ${size.executions})
       from generate_series(1, ${size.executions}) as n`,
    ],
    [
      "jobs",
      // Done within the day, some dead, some planned for later; what is due is added while it is measured.
      `insert into public.jobs (kind, project_id, issue_id, state, dedupe_key, run_at, attempt_count, finished_at, created_at)
       select (array['diagnose', 'apply', 'verify', 'learn'])[1 + n % 4], ${projectOf(issue)}, ${issue},
         case when n % 100 = 0 then 'dead' else 'done' end, 'diagnose:issue:' || ${issue},
         now() - make_interval(secs => 86400.0 * n / ${size.jobs}), 1, now() - make_interval(secs => 86400.0 * n / ${size.jobs}),
         now() - make_interval(secs => 86400.0 * n / ${size.jobs})
       from generate_series(1, ${size.jobs}) as n;
       insert into public.jobs (kind, project_id, issue_id, dedupe_key, run_at, priority)
       select 'verify', ${
        projectOf("n")
      }, n, 'verify:fix:' || n, now() + make_interval(mins => 30 + n % 600), 2
       from generate_series(1, least(5000, ${size.issues})) as n`,
    ],
    [
      "decisions, fixes, lessons",
      `insert into public.decisions (project_id, issue_id, verdict, action, target_key, confidence, threshold, explanation, record, created_at)
       select ${
        projectOf(issue)
      }, ${issue}, 'apply', 'configuration.revert', 'configuration:app.key_' || n % 500, 0.9, 0.85, 'Because',
         jsonb_build_object('candidates', ${
        text(800)
      }), now() - make_interval(secs => 90 * 86400.0 * n / ${size.decisions})
       from generate_series(1, ${size.decisions}) as n;
       insert into public.auto_fixes (project_id, issue_id, decision_id, action, target_key, parameters, risk, reversible, automatic, severity, confidence,
         state, outcome, approved_by, approved_at, before_state, applied_at, finished_at, expires_at, created_at)
       select d.project_id, d.issue_id, d.id, d.action, d.target_key, '{}', 'safe', true, true, 'medium', 0.9,
         case when d.id % 5 = 0 then 'rolled_back' else 'succeeded' end, case when d.id % 5 = 0 then 'not_resolved' else 'succeeded' end,
         'engine', d.created_at, '{}', d.created_at, d.created_at + interval '1 minute', d.created_at + interval '10 minutes', d.created_at
       from public.decisions as d where d.id <= ${size.fixes};
       insert into public.lessons (project_id, fix_id, outcome, confidence, counts_for_calibration, success, explanation, record, created_at)
       select f.project_id, f.id, f.outcome, f.confidence, true, f.outcome = 'succeeded', 'Learnt', '{}', f.created_at
       from public.auto_fixes as f where f.id <= ${size.lessons};
       insert into public.action_records (project_id, cause_key, action, success_weight)
       select case when n % 51 > 0 then n % 51 end, 'category:' || n / 51, 'configuration.revert', 1 from generate_series(0, 5099) as n`,
    ],
    [
      "log and configuration",
      `insert into public.turning_points (project_id, sequence, kind, actor, summary, issue_id, happened_at, previous_hash, hash)
       select ${project}, 1 + n / ${size.projects}, case when n % 50 = 0 then 'issue_regressed' else 'fix_succeeded' end, 'engine', 'Something changed', ${issue},
         now() - make_interval(secs => n), repeat('0', 64), md5(n::text)
       from generate_series(0, ${size.turningPoints} - 1) as n;
       insert into public.system_config (project_id, key, version, value, created_at)
       select ${project}, 'app.key_' || (n / ${size.projects}) % 50, 1 + n / ${size.projects} / 50, to_jsonb(n), now() - make_interval(mins => n)
       from generate_series(0, ${size.configurationVersions} - 1) as n`,
    ],
    [
      "deployments",
      `insert into public.deployment_logs (project_id, target, external_id, service, status, release, created_at, promoted_at, superseded_at, recorded_at)
       select ${project}, 'vercel', 'dpl_' || n, 'service-' || n % 3, case when n < ${size.projects} then 'serving' else 'superseded' end, '1.0.' || n, d.at, d.at,
         case when n >= ${size.projects} then d.at + interval '8 hours' end, d.at
       from generate_series(0, ${size.deployments} - 1) as n
       cross join lateral (select now() - make_interval(secs => 180 * 86400.0 * n / ${size.deployments}) as at) as d;
       insert into public.deployment_error_correlations (project_id, subject, issue_id, episode_at, candidate, probability, verdict, e_value, decided_at)
       select ${
        projectOf(issue)
      }, 'issue:' || (${issue}), ${issue}, now() - make_interval(mins => n), 'deployment:' || n, 0.5, 'wait', 1,
         now() - make_interval(secs => 90 * 86400.0 * n / ${size.correlations})
       from generate_series(1, ${size.correlations}) as n;
       insert into public.webhook_deliveries (project_id, source, digest, event, outcome, received_at)
       select ${project}, 'vercel', md5(n::text), 'deployment.succeeded', 'recorded', now() - make_interval(secs => 7 * 86400.0 * n / ${size.deliveries})
       from generate_series(1, ${size.deliveries}) as n`,
    ],
    ["statistics", "vacuum (analyze)"],
  ];
}
