-- Prunella watches itself: what is wrong with it becomes issues of the project prunella-self, like the errors of any application.

create function prunella.own_function_health(p_now timestamptz) returns table (
  function_name text, call_count bigint, error_count bigint, mean_ms double precision,
  usual_call_count bigint, usual_error_rate double precision, usual_mean_ms double precision, usual_spread_ms double precision
)
language sql stable security definer set search_path = ''
as $$
  -- The last ten minutes, and the day before them: what is usual for this function.
  select m.function_name,
    coalesce(sum(m.call_count) filter (where m.minute_at > p_now - interval '10 minutes'), 0)::bigint,
    coalesce(sum(m.error_count) filter (where m.minute_at > p_now - interval '10 minutes'), 0)::bigint,
    sum(m.duration_ms_sum) filter (where m.minute_at > p_now - interval '10 minutes')
      / nullif(sum(m.call_count) filter (where m.minute_at > p_now - interval '10 minutes'), 0),
    coalesce(sum(m.call_count) filter (where m.minute_at <= p_now - interval '10 minutes'), 0)::bigint,
    (sum(m.error_count) filter (where m.minute_at <= p_now - interval '10 minutes'))::double precision
      / nullif(sum(m.call_count) filter (where m.minute_at <= p_now - interval '10 minutes'), 0),
    sum(m.duration_ms_sum) filter (where m.minute_at <= p_now - interval '10 minutes')
      / nullif(sum(m.call_count) filter (where m.minute_at <= p_now - interval '10 minutes'), 0),
    stddev_samp(m.duration_ms_sum / m.call_count) filter (where m.minute_at <= p_now - interval '10 minutes')
  from public.function_minutes as m
  where m.minute_at > p_now - interval '24 hours' and m.minute_at <= p_now and m.call_count > 0
  group by m.function_name
$$;
comment on function prunella.own_function_health(timestamptz) is
  'Each of Prunella''s functions in the last ten minutes, and what was usual for it in the 24 hours before.';

create function prunella.own_schedule_failures(p_now timestamptz) returns table (schedule text, failed_count bigint, message text)
language plpgsql stable security definer set search_path = ''
as $$
begin
  if to_regclass('cron.job_run_details') is null then
    return;
  end if;
  return query
    select r.schedule, count(*), max(r.message)
    from prunella.read_schedule_runs() as r
    where r.status = 'failed' and r.started_at > p_now - interval '10 minutes' and r.started_at <= p_now
    group by r.schedule;
end
$$;
comment on function prunella.own_schedule_failures(timestamptz) is 'Schedules of Prunella that failed within the last ten minutes.';

create function prunella.self_findings(p_now timestamptz) returns table (
  part text, check_name text, subject text, message text, measured jsonb
)
language sql stable security definer set search_path = ''
as $$
  -- Errors: at least 5 in 20 calls or more, 3 times the usual rate and 2 % on top, and beyond what chance makes of the usual rate.
  select 'functions', 'function_errors', h.function_name,
    format('%s of %s calls of the function %s failed within ten minutes (%s %%); usual are %s %%',
      h.error_count, h.call_count, h.function_name, round(100.0 * h.error_count / h.call_count, 1),
      round((100 * coalesce(h.usual_error_rate, 0))::numeric, 2)),
    jsonb_build_object('calls', h.call_count, 'errors', h.error_count, 'usual_error_rate', h.usual_error_rate)
  from prunella.own_function_health(p_now) as h
  -- A function that is new has no usual rate: one error in a hundred calls is supposed.
  cross join lateral (
    select case when h.usual_call_count >= 100 then h.usual_error_rate else 0.01 end as rate
  ) as usual
  where h.call_count >= 20 and h.error_count >= 5
    and h.error_count::double precision / h.call_count > 3 * usual.rate + 0.02
    and h.error_count > h.call_count * usual.rate + 3 * sqrt(h.call_count * usual.rate + 1)
  union all
  -- Latency: 3 times the usual mean, a quarter of a second on top, and four standard deviations of the usual minutes.
  select 'functions', 'function_latency', h.function_name,
    format('Calls of the function %s took %s ms on average within ten minutes; usual are %s ms',
      h.function_name, round(h.mean_ms), round(h.usual_mean_ms)),
    jsonb_build_object('calls', h.call_count, 'mean_ms', h.mean_ms, 'usual_mean_ms', h.usual_mean_ms)
  from prunella.own_function_health(p_now) as h
  where h.call_count >= 20 and h.usual_call_count >= 200
    and h.mean_ms > 3 * h.usual_mean_ms and h.mean_ms > h.usual_mean_ms + 250
    and h.mean_ms > h.usual_mean_ms + 4 * coalesce(h.usual_spread_ms, 0)
  union all
  -- Jobs about Prunella itself are left out: the watch must not feed on what it reports.
  select 'queue', 'jobs_dead', j.kind,
    format('%s jobs of the kind %s were given up within ten minutes; the last said: %s', count(*), j.kind,
      coalesce(left((array_agg(j.last_error order by j.finished_at desc))[1], 200), 'nothing')),
    jsonb_build_object('jobs', count(*))
  from public.jobs as j
  left join public.projects as p on p.id = j.project_id
  where j.state = 'dead' and j.finished_at > p_now - interval '10 minutes' and j.finished_at <= p_now
    and p.slug is distinct from 'prunella-self'
  group by j.kind
  union all
  select 'queue', 'jobs_lagging', 'queue',
    format('%s jobs are due and nobody works on them, the oldest since %s s. Is the healing engine reachable?',
      count(*), round(extract(epoch from p_now - min(late.since)))),
    jsonb_build_object('jobs', count(*), 'oldest_seconds', round(extract(epoch from p_now - min(late.since))))
  from (
    select q.run_at as since from public.jobs as q
    where q.state = 'queued' and q.run_at < p_now - interval '2 minutes'
      and not exists (select from public.jobs as r where r.dedupe_key = q.dedupe_key and r.state = 'running')
    union all
    select r.leased_until from public.jobs as r where r.state = 'running' and r.leased_until < p_now - interval '2 minutes'
  ) as late
  having count(*) > 0
  union all
  select 'schedules', 'schedule_failed', s.schedule,
    format('The schedule %s failed %s times within ten minutes: %s', s.schedule, s.failed_count, left(coalesce(s.message, 'no message'), 200)),
    jsonb_build_object('failed', s.failed_count)
  from prunella.own_schedule_failures(p_now) as s
  union all
  -- A project that sent in at least 45 of the 60 minutes before it fell silent, a quarter of an hour to a day ago.
  select 'ingest', 'ingest_silent', p.slug,
    format('The project %s sent without pause and has been silent for %s min', p.slug, round(extract(epoch from p_now - t.updated_at) / 60)),
    jsonb_build_object('silent_minutes', round(extract(epoch from p_now - t.updated_at) / 60), 'active_minutes', before.active_minutes)
  from public.traffic_totals as t
  join public.projects as p on p.id = t.project_id
  cross join lateral (
    select count(distinct m.minute_at) as active_minutes
    from public.traffic_minutes as m
    where m.project_id = t.project_id and m.minute_at <= t.updated_at and m.minute_at > t.updated_at - interval '60 minutes'
  ) as before
  where t.updated_at <= p_now - interval '15 minutes' and t.updated_at > p_now - interval '24 hours'
    and p.slug <> 'prunella-self' and before.active_minutes >= 45
    and not exists (
      select from public.error_minutes as e where e.project_id = t.project_id and e.minute_at > p_now - interval '15 minutes'
    )
  union all
  select 'partitions', 'partition_missing', d.day::text,
    format('error_events has no partition for %s: its events go to the default partition. Run prunella.ensure_event_partitions()', d.day),
    jsonb_build_object('day', d.day)
  from (
    select ((p_now at time zone 'utc')::date + n) as day from generate_series(0, 1) as n
  ) as d
  where to_regclass('prunella.error_events_' || to_char(d.day, 'YYYYMMDD')) is null
  union all
  select 'breakers', 'breaker_open', b.name,
    format('The circuit breaker %s has been open for %s min', b.name, round(extract(epoch from p_now - b.opened_at) / 60)),
    jsonb_build_object('open_minutes', round(extract(epoch from p_now - b.opened_at) / 60))
  from public.circuit_breaker_state as b
  where b.state = 'open' and b.opened_at < p_now - interval '15 minutes'
$$;
comment on function prunella.self_findings(timestamptz) is
  'What is wrong with Prunella now: part, check, subject, a sentence and its numbers. Thresholds are explained in docs/self-monitoring.md.';

create function prunella.self_event(
  p_project_id bigint, p_check text, p_subject text, p_message text, p_measured jsonb, p_now timestamptz
) returns jsonb
language sql immutable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'project_id', p_project_id,
    -- One event per minute and finding, however often the minute is run.
    'event_id', md5(concat_ws(chr(31), 'self', p_check, p_subject, floor(extract(epoch from p_now) / 60)))::uuid,
    'fingerprint', encode(sha256(convert_to(concat_ws(chr(31), 'self-monitor', p_check, p_subject), 'UTF8')), 'hex'),
    'fingerprint_version', 1, 'type', 'SelfMonitor', 'title', left(p_message, 200), 'culprit', p_check || ' ' || p_subject,
    'platform', 'other', 'level', 'error', 'occurred_at', p_now,
    'grouping_components', jsonb_build_array(p_check, p_subject),
    'payload', jsonb_build_object(
      'eventId', replace(md5(concat_ws(chr(31), 'self', p_check, p_subject, floor(extract(epoch from p_now) / 60))), '-', ''),
      'occurredAt', p_now, 'level', 'error', 'platform', 'other', 'logger', 'prunella.watch_itself', 'message', p_message,
      'messageTemplate', null, 'exceptions', jsonb_build_array(), 'release', null, 'environment', null, 'serverName', null,
      'transaction', null, 'traceId', null, 'sdk', null, 'tags', jsonb_build_object('check', p_check, 'subject', p_subject),
      'userHash', null, 'clientFingerprint', null, 'request', null, 'breadcrumbs', jsonb_build_array(),
      'contexts', jsonb_build_object(), 'extra', p_measured, 'debugImages', jsonb_build_array()
    )
  )
$$;
comment on function prunella.self_event(bigint, text, text, text, jsonb, timestamptz) is 'The event that stands for a finding about Prunella itself.';

create function prunella.watch_itself(p_now timestamptz default now()) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_project_id bigint;
  v_events jsonb;
begin
  select jsonb_agg(to_jsonb(f)) into v_events from prunella.self_findings(p_now) as f;
  if v_events is null then
    return 0;
  end if;
  insert into public.projects (slug, name, mode) values ('prunella-self', 'Prunella itself', 'suggest') on conflict (slug) do nothing;
  select id into v_project_id from public.projects where slug = 'prunella-self';
  return prunella.record_events((
    select jsonb_agg(prunella.self_event(v_project_id, f.check_name, f.subject, f.message, f.measured, p_now))
    from jsonb_to_recordset(v_events) as f (check_name text, subject text, message text, measured jsonb)
  ), p_now);
end
$$;
comment on function prunella.watch_itself(timestamptz) is
  'Records what is wrong with Prunella as events of the project prunella-self, one per finding and minute. Returns how many were new.';

create function prunella.read_self_health(p_now timestamptz) returns table (
  part text, kind text, score integer, summary text, measured jsonb
)
language sql stable security definer set search_path = ''
as $$
  -- 70 points for few errors (none left at 10 %), 30 for the usual speed (all of them up to twice the usual mean).
  select h.function_name, 'function',
    case when h.call_count > 0 then round(
      70 * (1 - least(1, 10.0 * h.error_count / h.call_count))
      + 30 * case when h.usual_call_count >= 200 and h.mean_ms > 0 then least(1, 2 * h.usual_mean_ms / h.mean_ms) else 1 end
    )::integer end,
    case when h.call_count > 0
      then format('%s calls, %s failed, %s ms on average within ten minutes', h.call_count, h.error_count, round(h.mean_ms))
      else 'not called within ten minutes' end,
    jsonb_build_object(
      'calls', h.call_count, 'errors', h.error_count, 'mean_ms', h.mean_ms, 'usual_calls', h.usual_call_count,
      'usual_error_rate', h.usual_error_rate, 'usual_mean_ms', h.usual_mean_ms
    )
  from prunella.own_function_health(p_now) as h
  union all
  select p.part, 'subsystem', greatest(0, 100 - 50 * count(f.check_name))::integer,
    coalesce(string_agg(f.message, '; ' order by f.check_name, f.subject), 'nothing wrong'),
    jsonb_build_object('findings', count(f.check_name))
  from (values ('queue'), ('schedules'), ('ingest'), ('partitions'), ('breakers')) as p (part)
  left join prunella.self_findings(p_now) as f on f.part = p.part
  group by p.part
$$;
comment on function prunella.read_self_health(timestamptz) is 'A score from 0 to 100 for every function and subsystem of Prunella; null where nothing is known.';

revoke execute on function prunella.own_function_health(timestamptz), prunella.own_schedule_failures(timestamptz),
  prunella.self_findings(timestamptz), prunella.self_event(bigint, text, text, text, jsonb, timestamptz),
  prunella.watch_itself(timestamptz), prunella.read_self_health(timestamptz) from public;
grant execute on function prunella.read_self_health(timestamptz), prunella.self_findings(timestamptz) to service_role;

create view public.self_health with (security_invoker = on) as
select h.part, h.kind, h.score, h.summary, h.measured
from prunella.read_self_health(now()) as h
order by h.score nulls last, h.part, h.kind;
comment on view public.self_health is 'How Prunella itself is, worst first: a score from 0 to 100 for each function and subsystem.';
revoke all on public.self_health from public, anon, authenticated;
grant select on public.self_health to service_role;

create function public.self_health(p_now timestamptz default now()) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'generated_at', p_now,
    'score', (select min(h.score) from prunella.read_self_health(p_now) as h),
    'parts', coalesce((select jsonb_agg(to_jsonb(h) order by h.score nulls last, h.part, h.kind) from prunella.read_self_health(p_now) as h), '[]'),
    'findings', coalesce((select jsonb_agg(to_jsonb(f) order by f.part, f.check_name, f.subject) from prunella.self_findings(p_now) as f), '[]')
  )
$$;
comment on function public.self_health(timestamptz) is
  'How Prunella itself is: { generated_at, score (the worst part''s), parts: [{ part, kind, score, summary, measured }], findings }.';
revoke execute on function public.self_health(timestamptz) from public, anon, authenticated;
grant execute on function public.self_health(timestamptz) to service_role;
