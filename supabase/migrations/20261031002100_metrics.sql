-- Everything that is counted, for Prometheus.

create index turning_points_regressions_idx on public.turning_points (project_id) where kind = 'issue_regressed';

create function prunella.read_metrics(p_now timestamptz) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_cron jsonb := jsonb_build_array();
begin
  if to_regclass('cron.job_run_details') is not null then
    select coalesce(jsonb_agg(jsonb_build_object('job', r.job, 'status', r.status, 'count', r.count)), '[]') into v_cron
    from (
      select coalesce(j.jobname, 'removed') as job, d.status, count(*)
      from cron.job_run_details as d left join cron.job as j on j.jobid = d.jobid
      where d.start_time > p_now - interval '1 day'
      group by 1, 2 order by 1, 2
    ) as r;
  end if;
  return jsonb_build_object(
    'generated_at', p_now,
    'healing', jsonb_build_object(
      'fixes', coalesce((
        select jsonb_agg(to_jsonb(s)) from (
          select action, state, count(*) from public.auto_fixes group by action, state order by 1, 2
        ) as s
      ), '[]'),
      'decisions', coalesce((
        select jsonb_agg(to_jsonb(s)) from (select verdict, count(*) from public.decisions group by verdict order by 1) as s
      ), '[]'),
      'rollbacks_count', (select count(*) from public.auto_fixes where state = 'rolled_back'),
      'recovery_ms', (
        select jsonb_build_object('sum', coalesce(sum(extract(epoch from f.finished_at - f.created_at) * 1000), 0), 'count', count(*))
        from public.auto_fixes as f where f.outcome = 'succeeded' and f.finished_at is not null
      ),
      'detection_ms', (
        select jsonb_build_object('sum', coalesce(sum(extract(epoch from d.decided_at - i.first_seen_at) * 1000), 0), 'count', count(*))
        from (select issue_id, min(created_at) as decided_at from public.decisions group by issue_id) as d
        join public.detected_errors as i on i.id = d.issue_id
      ),
      'kill_switch_active', prunella.healing_disabled_everywhere(),
      'disabled_projects_count', (select count(*) from public.projects where not healing_enabled),
      'review_queue_count', (select count(*) from public.auto_fixes where state in ('proposed', 'in_review'))
    ),
    'learning', jsonb_build_object(
      'patterns', coalesce((
        select jsonb_agg(to_jsonb(s)) from (
          select category, status, count(*) from public.universal_error_patterns group by category, status order by 1, 2
        ) as s
      ), '[]'),
      'lessons', coalesce((
        select jsonb_agg(to_jsonb(s)) from (select outcome, count(*) from public.lessons group by outcome order by 1) as s
      ), '[]'),
      'brier_score', (
        select avg(power(l.confidence - l.success::integer, 2)) from (
          select confidence, success from public.lessons
          where counts_for_calibration and success is not null order by created_at desc limit 1000
        ) as l
      ),
      'calibration_error', (
        -- Expected calibration error over ten bins of confidence.
        select sum(b.count * abs(b.stated - b.true_share)) / nullif(sum(b.count), 0) from (
          select count(*), avg(l.confidence) as stated, avg(l.success::integer) as true_share from (
            select confidence, success from public.lessons
            where counts_for_calibration and success is not null order by created_at desc limit 1000
          ) as l
          group by least(9, floor(l.confidence * 10))
        ) as b
      )
    ),
    'incidents', jsonb_build_object(
      'issues', coalesce((
        select jsonb_agg(to_jsonb(s)) from (
          select status, severity, count(*) from public.detected_errors group by status, severity order by 1, 2
        ) as s
      ), '[]'),
      'oldest_open_at', (
        select min(first_seen_at) from public.detected_errors where status in ('new', 'ongoing', 'escalating', 'regressed')
      ),
      'regressions_count', (select count(*) from public.turning_points where kind = 'issue_regressed')
    ),
    'ingest', jsonb_build_object(
      'events_count', (select coalesce(sum(event_count), 0) from public.detected_errors),
      'traffic_requests_count', (select coalesce(sum(request_count), 0) from public.traffic_totals),
      'last_event_at', (select max(last_seen_at) from public.detected_errors)
    ),
    -- Each state by its own index; most jobs are done, and nobody asks how many of them are still kept.
    'jobs', coalesce((
      select jsonb_agg(to_jsonb(s) order by s.kind, s.state) from (
        select kind, 'queued' as state, count(*) from public.jobs where state = 'queued' group by kind
        union all select kind, 'running', count(*) from public.jobs where state = 'running' group by kind
        union all select kind, 'dead', count(*) from public.jobs where state = 'dead' group by kind
      ) as s
    ), '[]'),
    'jobs_oldest_ready_at', (select min(run_at) from public.jobs where state = 'queued' and run_at <= p_now),
    'functions', coalesce((
      select jsonb_agg(jsonb_build_object(
        'function', t.function_name, 'status_class', t.status_class, 'call_count', t.call_count,
        'duration_ms_sum', t.duration_ms_sum, 'bucket_counts', t.bucket_counts
      ) order by t.function_name, t.status_class)
      from public.function_totals as t
    ), '[]'),
    'breakers', coalesce((
      select jsonb_agg(jsonb_build_object(
        'name', t.name, 'state', coalesce(b.state, 'closed'), 'success_count', t.success_count, 'failure_count', t.failure_count,
        'rejected_count', t.rejected_count, 'timeout_count', t.timeout_count
      ) order by t.name)
      from public.circuit_breaker_totals as t left join public.circuit_breaker_state as b on b.name = t.name
    ), '[]'),
    'system', jsonb_build_object(
      'projects_count', (select count(*) from public.projects),
      'database_bytes', pg_database_size(current_database()),
      'connections_used', (select count(*) from pg_stat_activity where datname = current_database()),
      'connections_max', current_setting('max_connections')::integer,
      'event_partitions_count', (
        select count(*) from pg_inherits where inhparent = 'public.error_events'::regclass
      ),
      'turning_points_count', (
        select coalesce(sum(last.sequence), 0) from public.projects as p
        cross join lateral (
          select t.sequence from public.turning_points as t where t.project_id = p.id order by t.sequence desc limit 1
        ) as last
      ),
      'cron_runs', v_cron
    )
  );
end
$$;
comment on function prunella.read_metrics(timestamptz) is 'Everything that is counted, over all projects. Names no project.';
revoke execute on function prunella.read_metrics(timestamptz) from public;
grant execute on function prunella.read_metrics(timestamptz) to service_role;

create function public.metrics_snapshot() returns jsonb
language sql stable security invoker set search_path = ''
as $$ select prunella.read_metrics(now()) $$;
comment on function public.metrics_snapshot() is 'What the metrics function renders for Prometheus.';

revoke execute on function public.metrics_snapshot() from public, anon, authenticated;
grant execute on function public.metrics_snapshot() to service_role;
