-- What runs by itself: the minute's sweep, retention, and the view of how the schedules fared.

create function prunella.sweep_fixes(p_now timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_fix record;
  v_count integer := 0;
begin
  update public.auto_fixes set state = 'expired', reason = coalesce(
    reason, case state when 'approved' then 'it could not begin before its approval expired' else 'nobody decided in time' end
  )
  where state in ('proposed', 'in_review', 'approved') and expires_at < p_now
    and not exists (select from public.jobs as j where j.fix_id = auto_fixes.id and j.state = 'running');
  get diagnostics v_count = row_count;

  -- A fix on its way must always have somebody who works on it, whatever became of its job.
  for v_fix in
    select f.id, f.project_id, f.issue_id,
      case f.state when 'verifying' then 'verify' when 'rolling_back' then 'roll_back' else 'apply' end as kind
    from public.auto_fixes as f
    where f.state in ('approved', 'applying', 'verifying', 'rolling_back')
      and not exists (select from public.jobs as j where j.fix_id = f.id and j.state in ('queued', 'running'))
    union all
    -- A lesson whose job was given up while the database was in trouble.
    select f.id, f.project_id, f.issue_id, 'learn'
    from public.auto_fixes as f
    where f.state in ('succeeded', 'rolled_back', 'failed', 'dismissed') and f.finished_at > p_now - interval '1 hour'
      and not exists (select from public.jobs as j where j.fix_id = f.id and j.kind = 'learn' and j.state <> 'dead')
  loop
    perform prunella.enqueue(v_fix.kind, v_fix.project_id, v_fix.issue_id, v_fix.id, p_now, '{}', 1::smallint);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function prunella.sweep_fixes(timestamptz) is 'Expires what nobody decided, and gives orphaned fixes a job again. Returns how many it touched.';

create function prunella.sweep_diagnoses(p_now timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_issue record;
  v_count integer := 0;
begin
  for v_issue in
    select given_up.project_id, given_up.issue_id
    from (
      select j.project_id, j.issue_id, count(*) as times, max(j.finished_at) as last_at
      from public.jobs as j
      where j.kind = 'diagnose' and j.state = 'dead' and j.finished_at > p_now - interval '1 day'
      group by j.project_id, j.issue_id
    ) as given_up
    join public.detected_errors as i on i.id = given_up.issue_id
    where i.status in ('new', 'ongoing', 'escalating', 'regressed') and i.merged_into_id is null
      -- 5, 10, 20, ... minutes: an issue that kills whoever looks at it must not keep the engine busy.
      and given_up.last_at <= p_now - interval '5 minutes' * power(2, least(given_up.times, 9) - 1)
      and not exists (
        select from public.jobs as j
        where j.issue_id = given_up.issue_id and j.kind = 'diagnose'
          and (j.state in ('queued', 'running') or (j.state = 'done' and j.finished_at > given_up.last_at))
      )
  loop
    perform prunella.enqueue('diagnose', v_issue.project_id, v_issue.issue_id, null, p_now);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function prunella.sweep_diagnoses(timestamptz) is
  'Asks anew for diagnoses that were given up, after a pause that grows. Returns how many.';

create function prunella.run_minute(p_now timestamptz default now()) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform prunella.sweep_fixes(p_now);
  perform prunella.sweep_diagnoses(p_now);
  perform public.sweep_heartbeats(p_now);
  perform prunella.settle_effects(p_now);
  begin
    perform prunella.watch_itself(p_now);
  exception when others then
    -- Looking at itself must never keep the cycle from running.
    raise warning 'Prunella could not watch itself: %', sqlerrm;
  end;
  -- Two questions, for one with `or` reads the whole table.
  if exists (select from public.jobs where state = 'queued' and run_at <= p_now + interval '1 minute')
     or exists (select from public.jobs where state = 'running' and leased_until < p_now) then
    perform prunella.wake_engine();
  end if;
end
$$;
comment on function prunella.run_minute(timestamptz) is 'The cycle''s heartbeat: what a lost wake-up, a dead worker or a silent schedule left behind is found here.';

create function prunella.apply_retention(p_now timestamptz default now()) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_days jsonb := coalesce(prunella.setting(null, 'retention.days'), '{}');
  v_counts_from timestamptz := p_now - make_interval(days => coalesce((v_days ->> 'counts')::integer, 90));
  v_own_from timestamptz := p_now - interval '90 days';
  v_deleted bigint; v_jobs bigint; v_minutes bigint := 0; v_traffic bigint := 0; v_history bigint; v_functions bigint := 0;
  v_breakers bigint := 0; v_cron bigint := 0; v_partitions integer;
  v_project_id bigint;
  v_name text;
begin
  delete from public.jobs where state in ('done', 'dead') and finished_at < p_now - interval '1 day'
    and not (state = 'dead' and finished_at > p_now - interval '14 days');
  get diagnostics v_jobs = row_count;
  delete from public.execution_history
  where started_at < p_now - make_interval(days => coalesce((v_days ->> 'execution_history')::integer, 90));
  get diagnostics v_history = row_count;
  -- One project, function or breaker at a time: so their keys find what is old, where a time alone would read whole tables.
  for v_project_id in select p.id from public.projects as p order by p.id loop
    delete from public.error_minutes where project_id = v_project_id and minute_at < v_counts_from;
    get diagnostics v_deleted = row_count;
    v_minutes := v_minutes + v_deleted;
    delete from public.traffic_minutes where project_id = v_project_id and minute_at < v_counts_from;
    get diagnostics v_deleted = row_count;
    v_traffic := v_traffic + v_deleted;
  end loop;
  for v_name in select distinct t.function_name from public.function_totals as t loop
    delete from public.function_minutes where function_name = v_name and minute_at < v_own_from;
    get diagnostics v_deleted = row_count;
    v_functions := v_functions + v_deleted;
  end loop;
  for v_name in select t.name from public.circuit_breaker_totals as t loop
    delete from public.circuit_breaker_metrics where name = v_name and minute_at < v_own_from;
    get diagnostics v_deleted = row_count;
    v_breakers := v_breakers + v_deleted;
  end loop;
  if to_regclass('cron.job_run_details') is not null then
    execute 'delete from cron.job_run_details where end_time < $1' using p_now - interval '14 days';
    get diagnostics v_cron = row_count;
  end if;
  -- Last: nobody reads or writes an event from here to the end of the transaction.
  begin
    v_partitions := prunella.drop_event_partitions(p_now, coalesce((v_days ->> 'events')::integer, 30));
  exception when lock_not_available then
    raise warning 'old partitions of events are in use: they are dropped the next time';
  end;
  return jsonb_build_object(
    'event_partitions', v_partitions, 'jobs', v_jobs, 'error_minutes', v_minutes, 'traffic_minutes', v_traffic,
    'execution_history', v_history, 'function_minutes', v_functions, 'breaker_metrics', v_breakers, 'cron_runs', v_cron
  );
end
$$;
comment on function prunella.apply_retention(timestamptz) is
  'Deletes what is older than its retention, and returns how much of each. Days are configured in retention.days: events 30, counts 90, execution_history 90.';

revoke execute on function
  prunella.sweep_fixes(timestamptz), prunella.sweep_diagnoses(timestamptz), prunella.run_minute(timestamptz),
  prunella.apply_retention(timestamptz)
from public;

-- What pg_cron runs. Names are what operators see in the view schedule_runs.
select cron.schedule('autonomous-healing-cycle', '* * * * *', 'select prunella.run_minute()');
select cron.schedule('partition-upkeep', '5 * * * *', 'select prunella.ensure_event_partitions()');
select cron.schedule('retention', '17 3 * * *', 'select prunella.apply_retention()');

create function prunella.read_schedule_runs() returns table (
  schedule text, status text, message text, started_at timestamptz, finished_at timestamptz
)
language sql stable security definer set search_path = ''
as $$
  select coalesce(j.jobname, d.command), d.status, d.return_message, d.start_time, d.end_time
  from cron.job_run_details as d
  left join cron.job as j on j.jobid = d.jobid
  where j.jobname in ('autonomous-healing-cycle', 'partition-upkeep', 'retention', 'deployment-health-monitor')
    or j.jobname like 'prunella-%'
  order by d.start_time desc
  limit 1000
$$;
revoke execute on function prunella.read_schedule_runs() from public;
grant execute on function prunella.read_schedule_runs() to service_role;
create view public.schedule_runs with (security_invoker = on) as select * from prunella.read_schedule_runs();
comment on view public.schedule_runs is 'The last 1000 runs of Prunella''s schedules, newest first, failures included.';
revoke all on public.schedule_runs from public, anon, authenticated;
grant select on public.schedule_runs to service_role;
