-- What people and machines steer and see: switches, modes, healing by hand, status, statistics, metrics; and the tables that
-- functions keep about themselves.

-- The reason that a caller gave for a change of the project's settings travels with the transaction to its turning point.
create or replace function prunella.turn_on_project() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform prunella.write_turning_point(
    new.id, 'project_changed',
    'The project''s settings were changed' || coalesce(': ' || nullif(current_setting('prunella.reason', true), ''), ''),
    jsonb_build_object(
      'mode', new.mode, 'healing_enabled', new.healing_enabled, 'dry_run', new.dry_run,
      'before', jsonb_build_object('mode', old.mode, 'healing_enabled', old.healing_enabled, 'dry_run', old.dry_run)
    )
  );
  return null;
end
$$;

create function prunella.require_role(p_project_id bigint, p_role text) returns void
language plpgsql stable security invoker set search_path = ''
as $$
begin
  if coalesce((select auth.role()), '') = 'service_role' then
    if exists (select from public.projects where id = p_project_id) then
      return;
    end if;
  elsif p_project_id in (select prunella.projects_as(p_role)) then
    return;
  elsif p_project_id in (select prunella.projects_as('viewer')) then
    raise exception 'only the role % may do this', p_role using errcode = 'insufficient_privilege';
  end if;
  raise exception 'there is no project %, or you are no member of it', p_project_id using errcode = 'no_data_found';
end
$$;
comment on function prunella.require_role(bigint, text) is
  'Refuses callers without this role in the project: P0002 to strangers, 42501 to members. Machines pass.';
revoke execute on function prunella.require_role(bigint, text) from public;
grant execute on function prunella.require_role(bigint, text) to authenticated, service_role;

create function public.set_kill_switch(p_project_id bigint, p_active boolean, p_reason text) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
begin
  if p_project_id is null then
    -- Row-level security lets nobody but the service role write a value of the whole installation.
    perform public.change_config(null, 'healing.disabled', to_jsonb(p_active), p_reason);
  else
    perform prunella.require_role(p_project_id, 'admin');
    perform set_config('prunella.reason', p_reason, true);
    update public.projects set healing_enabled = not p_active where id = p_project_id;
  end if;
  return jsonb_build_object('active', p_active, 'changed_at', now());
end
$$;
comment on function public.set_kill_switch(bigint, boolean, text) is
  'Stops or resumes healing in a project (its admins) or, with null, everywhere (service role). { active, changed_at }.';

create function prunella.modes_of(p_project_id bigint) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object('mode', p.mode, 'actions', coalesce(prunella.setting(p.id, 'healing.action_modes'), '{}'))
  from public.projects as p where p.id = p_project_id
$$;
comment on function prunella.modes_of(bigint) is 'The mode of a project and of its actions: { mode, actions }.';

create function public.set_mode(p_project_id bigint, p_action text, p_mode text, p_reason text) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  v_version integer;
  v_modes jsonb;
begin
  perform prunella.require_role(p_project_id, 'admin');
  if p_mode is not null and p_mode not in ('observe', 'suggest', 'auto') then
    raise exception 'there is no mode %: it is observe, suggest or auto', p_mode using errcode = 'invalid_parameter_value';
  end if;
  if p_action is null then
    perform set_config('prunella.reason', p_reason, true);
    update public.projects set mode = p_mode where id = p_project_id;
  else
    select coalesce(max(c.version), 0) into v_version
    from public.system_config as c where c.project_id = p_project_id and c.key = 'healing.action_modes';
    v_modes := coalesce(prunella.setting(p_project_id, 'healing.action_modes'), '{}') - p_action;
    if p_mode is not null then
      v_modes := v_modes || jsonb_build_object(p_action, p_mode);
    end if;
    perform public.change_config(p_project_id, 'healing.action_modes', v_modes, p_reason, v_version);
  end if;
  return prunella.modes_of(p_project_id);
end
$$;
comment on function public.set_mode(bigint, text, text, text) is
  'Sets the mode of a project, or of one action in it; null takes an action''s own mode away. { mode, actions }.';

create function public.set_dry_run(p_project_id bigint, p_enabled boolean, p_reason text) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
begin
  perform prunella.require_role(p_project_id, 'admin');
  perform set_config('prunella.reason', p_reason, true);
  update public.projects set dry_run = p_enabled where id = p_project_id;
  return jsonb_build_object('enabled', p_enabled);
end
$$;
comment on function public.set_dry_run(bigint, boolean, text) is 'Whether a project decides and records, and touches nothing. { enabled }.';

create function public.get_threshold(p_project_id bigint) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'threshold', prunella.limit_of(p_project_id, 'auto_apply_threshold', 0.85),
    'version', coalesce((
      select max(c.version) from public.system_config as c where c.project_id = p_project_id and c.key = 'healing.limits'
    ), 0)
  )
$$;
comment on function public.get_threshold(bigint) is
  'From which confidence fixes are applied by themselves, and the version of healing.limits: { threshold, version }.';

create function public.set_threshold(p_project_id bigint, p_threshold numeric, p_expected_version integer, p_reason text) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
begin
  perform prunella.require_role(p_project_id, 'admin');
  perform public.change_config(
    p_project_id, 'healing.limits',
    coalesce(prunella.setting(p_project_id, 'healing.limits'), '{}') || jsonb_build_object('auto_apply_threshold', p_threshold),
    p_reason, p_expected_version
  );
  return public.get_threshold(p_project_id);
end
$$;
comment on function public.set_threshold(bigint, numeric, integer, text) is
  'Writes auto_apply_threshold into healing.limits if its version is the expected one (else 40001). { threshold, version }.';

-- Definer: members may know that healing is off everywhere, and see no other value of the installation.
create function prunella.healing_disabled_everywhere() returns boolean
language sql stable security definer set search_path = ''
as $$ select coalesce(prunella.setting(null, 'healing.disabled') = 'true'::jsonb, false) $$;
comment on function prunella.healing_disabled_everywhere() is 'Whether the kill switch of the whole installation is on.';
revoke execute on function prunella.healing_disabled_everywhere(), prunella.modes_of(bigint) from public;
grant execute on function prunella.healing_disabled_everywhere(), prunella.modes_of(bigint) to authenticated, service_role;

create function public.control_status(p_project_id bigint) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select prunella.modes_of(p.id) || jsonb_build_object(
    'project_id', p.id,
    'kill_switch', jsonb_build_object(
      'everywhere', prunella.healing_disabled_everywhere(), 'project', not p.healing_enabled
    ),
    'dry_run', p.dry_run,
    'threshold', prunella.limit_of(p.id, 'auto_apply_threshold', 0.85),
    'open_issues_count', (
      select count(*) from public.detected_errors as i
      where i.project_id = p.id and i.status in ('new', 'ongoing', 'escalating', 'regressed')
    ),
    'active_fixes_count', (
      select count(*) from public.auto_fixes as f
      where f.project_id = p.id and f.state in ('approved', 'applying', 'verifying', 'rolling_back')
    ),
    'review_queue_count', (
      select count(*) from public.auto_fixes as f where f.project_id = p.id and f.state in ('proposed', 'in_review')
    ),
    'last_cycle_at', (select max(j.finished_at) from public.jobs as j where j.project_id = p.id and j.finished_at is not null)
  )
  from public.projects as p where p.id = p_project_id
$$;
comment on function public.control_status(bigint) is 'Whether Prunella may act in a project, and what it has before it.';

create function public.healing_statistics(p_project_id bigint, p_since timestamptz) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  with fixes as (
    select f.* from public.auto_fixes as f
    where f.project_id = p_project_id and f.created_at >= p_since and not f.informational
  ),
  issues as (
    select i.id, i.first_seen_at, i.episode_started_at, i.resolved_at from public.detected_errors as i
    where i.project_id = p_project_id and i.first_seen_at >= p_since
  ),
  recent_decisions as (
    select d.issue_id, d.verdict, d.created_at from public.decisions as d
    where d.project_id = p_project_id and d.created_at >= p_since
  )
  select jsonb_build_object(
    'since', p_since,
    'issues_count', (select count(*) from issues),
    'fixes', coalesce((select jsonb_object_agg(s.state, s.count) from (select state, count(*) from fixes group by state) as s), '{}'),
    'decisions', coalesce((
      select jsonb_object_agg(s.verdict, s.count) from (select verdict, count(*) from recent_decisions group by verdict) as s
    ), '{}'),
    'success_rate', (
      select count(*) filter (where outcome = 'succeeded')::double precision / nullif(count(*), 0)
      from fixes where outcome in ('succeeded', 'not_resolved')
    ),
    'mttd_ms', (
      select avg(extract(epoch from first.decided_at - i.first_seen_at) * 1000)
      from issues as i
      join (select issue_id, min(created_at) as decided_at from recent_decisions group by issue_id) as first on first.issue_id = i.id
    ),
    'mttr_ms', (
      select avg(extract(epoch from i.resolved_at - i.episode_started_at) * 1000)
      from public.detected_errors as i
      where i.resolved_at is not null and i.id in (select issue_id from fixes where outcome = 'succeeded')
    ),
    'by_action', coalesce((
      select jsonb_agg(jsonb_build_object(
        'action', s.action, 'fixes_count', s.fixes_count, 'succeeded_count', s.succeeded_count, 'rolled_back_count', s.rolled_back_count
      ) order by s.fixes_count desc, s.action)
      from (
        select action, count(*) as fixes_count, count(*) filter (where outcome = 'succeeded') as succeeded_count,
          count(*) filter (where state = 'rolled_back') as rolled_back_count
        from fixes group by action
      ) as s
    ), '[]')
  )
$$;
comment on function public.healing_statistics(bigint, timestamptz) is
  'How well healing worked since a moment. mttd: first event to first decision; mttr: begin of the episode to its resolution by a fix.';

-- Definer: people may ask the engine to look again, and write nothing else into the queue.
create function prunella.queue_diagnosis(p_issue_id bigint) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_project_id bigint;
  v_job_id bigint;
begin
  select project_id into v_project_id from public.detected_errors where id = p_issue_id;
  if v_project_id is null or not (
    coalesce((select auth.role()), '') = 'service_role' or v_project_id in (select prunella.projects_as('viewer'))
  ) then
    raise exception 'there is no issue %, or you are no member of its project', p_issue_id using errcode = 'no_data_found';
  end if;
  perform prunella.require_role(v_project_id, 'operator');
  perform prunella.enqueue('diagnose', v_project_id, p_issue_id, null, now(), '{}', 1::smallint);
  select id into v_job_id from public.jobs where dedupe_key = 'diagnose:issue:' || p_issue_id and state = 'queued';
  return jsonb_build_object('job_id', v_job_id, 'issue_id', p_issue_id);
end
$$;
comment on function prunella.queue_diagnosis(bigint) is 'An operator asks for a new diagnosis and decision, now.';

create function public.heal_issue(p_issue_id bigint) returns jsonb
language sql security invoker set search_path = ''
as $$ select prunella.queue_diagnosis(p_issue_id) $$;
comment on function public.heal_issue(bigint) is 'Diagnoses an issue anew and decides, now. For operators. { job_id, issue_id }.';

create function prunella.find_manual_issue(p_project_id bigint, p_component text, p_action text) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  v_id bigint;
begin
  perform prunella.require_role(p_project_id, 'operator');
  -- Not 'new': the operator has decided already, so nothing is to be diagnosed.
  insert into public.detected_errors as i (project_id, fingerprint, type, title, platform, level, status)
  values (
    p_project_id, encode(sha256(convert_to('manual:' || p_component || ':' || p_action, 'UTF8')), 'hex'), 'Manual',
    left('By hand: ' || p_component, 200), 'other', 'error', 'ongoing'
  )
  on conflict (project_id, fingerprint) do update
    set last_seen_at = now(), updated_at = now(), status = case when i.status = 'resolved' then 'ongoing' else i.status end
  returning i.id into v_id;
  return v_id;
end
$$;
comment on function prunella.find_manual_issue(bigint, text, text) is 'The issue under which an operator heals a component by hand.';

create function public.open_manual_issue(p_project_id bigint, p_component text, p_action text) returns bigint
language sql security invoker set search_path = ''
as $$ select prunella.find_manual_issue(p_project_id, p_component, p_action) $$;
comment on function public.open_manual_issue(bigint, text, text) is
  'Opens or finds the issue under which an operator heals a component by hand. Returns its id.';

revoke execute on function prunella.queue_diagnosis(bigint), prunella.find_manual_issue(bigint, text, text) from public;
grant execute on function prunella.queue_diagnosis(bigint), prunella.find_manual_issue(bigint, text, text) to authenticated, service_role;

-- Totals that no retention touches: a counter that falls is read as a restart.
create table public.function_totals (
  function_name text not null,
  status_class text not null,
  call_count bigint not null default 0,
  duration_ms_sum double precision not null default 0,
  bucket_counts bigint[] not null,
  primary key (function_name, status_class),
  constraint function_totals_status_class_is_known check (status_class in ('1xx', '2xx', '3xx', '4xx', '5xx')),
  constraint function_totals_have_all_buckets check (cardinality(bucket_counts) = 11)
) with (fillfactor = 50);
comment on table public.function_totals is 'Calls of Prunella''s own functions since ever, by how they were answered.';
comment on column public.function_totals.bucket_counts is
  'Calls that took up to 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000 ms, and longer; not cumulative.';
create table public.circuit_breaker_totals (
  name text primary key,
  success_count bigint not null default 0,
  failure_count bigint not null default 0,
  rejected_count bigint not null default 0,
  timeout_count bigint not null default 0
) with (fillfactor = 50);
comment on table public.circuit_breaker_totals is 'Calls through each breaker since ever.';
revoke all on public.function_totals, public.circuit_breaker_totals from public, anon, authenticated;
grant all on public.function_totals, public.circuit_breaker_totals to service_role;
alter table public.function_totals enable row level security;
alter table public.circuit_breaker_totals enable row level security;
create policy "service reads function totals" on public.function_totals for select to service_role using (true);
create policy "service reads breaker totals" on public.circuit_breaker_totals for select to service_role using (true);

create function public.record_function_calls(p_calls jsonb) returns void
language sql security invoker set search_path = ''
as $$
  with calls as (
    select * from jsonb_to_recordset(p_calls) as c (
      function text, minute_at timestamptz, status_class text, call_count bigint, duration_ms_sum double precision,
      duration_ms_max double precision, bucket_counts bigint[]
    )
  ),
  totals as (
    insert into public.function_totals as t (function_name, status_class, call_count, duration_ms_sum, bucket_counts)
    select c.function, c.status_class, sum(c.call_count), sum(c.duration_ms_sum),
      array(select sum(x.bucket_counts[b]) from calls as x, generate_series(1, 11) as b
            where x.function = c.function and x.status_class = c.status_class group by b order by b)
    from calls as c group by c.function, c.status_class
    order by c.function, c.status_class
    on conflict (function_name, status_class) do update set
      call_count = t.call_count + excluded.call_count,
      duration_ms_sum = t.duration_ms_sum + excluded.duration_ms_sum,
      bucket_counts = array(select a + b from unnest(t.bucket_counts, excluded.bucket_counts) as both_counts (a, b))
  )
  insert into public.function_minutes as m (function_name, minute_at, call_count, error_count, duration_ms_sum, duration_ms_max)
  select c.function, c.minute_at, sum(c.call_count), coalesce(sum(c.call_count) filter (where c.status_class = '5xx'), 0),
    sum(c.duration_ms_sum), max(c.duration_ms_max)
  from calls as c group by c.function, c.minute_at
  order by c.function, c.minute_at
  on conflict (function_name, minute_at) do update set
    call_count = m.call_count + excluded.call_count,
    error_count = m.error_count + excluded.error_count,
    duration_ms_sum = m.duration_ms_sum + excluded.duration_ms_sum,
    duration_ms_max = greatest(m.duration_ms_max, excluded.duration_ms_max)
$$;
comment on function public.record_function_calls(jsonb) is
  'Adds what one isolate summed up: [{ function, minute_at, status_class, call_count, duration_ms_sum, duration_ms_max, bucket_counts }].';

create function public.record_function_errors(p_errors jsonb) returns integer
language plpgsql security invoker set search_path = ''
as $$
declare
  v_project_id bigint;
begin
  -- Prunella watches itself as a project like any other; it appears with its first error.
  insert into public.projects (slug, name, mode) values ('prunella-self', 'Prunella itself', 'suggest') on conflict (slug) do nothing;
  select id into v_project_id from public.projects where slug = 'prunella-self';
  return prunella.record_events((
    select jsonb_agg(jsonb_build_object(
      'project_id', v_project_id,
      'event_id', gen_random_uuid(),
      'fingerprint', encode(sha256(convert_to(
        concat_ws(chr(31), 'self', e.function, e.method, e.route, e.code, e.error_type), 'UTF8')), 'hex'),
      'fingerprint_version', 1,
      'type', e.error_type,
      'title', left(e.error_type || ' in ' || e.function || ': ' || e.message, 200),
      'culprit', e.function || ' ' || e.method || ' ' || e.route,
      'platform', 'javascript',
      'level', 'error',
      'occurred_at', e.occurred_at,
      'grouping_components', jsonb_build_array(e.function, e.method, e.route, e.code, e.error_type),
      'payload', jsonb_build_object(
        'occurredAt', e.occurred_at, 'level', 'error', 'platform', 'javascript', 'logger', null, 'message', e.message,
        'messageTemplate', null,
        'exceptions', jsonb_build_array(jsonb_build_object(
          'type', e.error_type, 'value', e.message, 'module', null, 'handled', true, 'mechanism', 'function', 'frames', '[]'::jsonb
        )),
        'release', null, 'environment', null, 'serverName', null, 'transaction', e.method || ' ' || e.route, 'traceId', null, 'sdk', null,
        'tags', jsonb_build_object('function', e.function, 'code', e.code, 'request_id', e.request_id), 'userHash', null,
        'clientFingerprint', null, 'request', null, 'breadcrumbs', '[]'::jsonb, 'contexts', '{}'::jsonb,
        'extra', jsonb_build_object('stack', e.stack), 'debugImages', '[]'::jsonb
      )
    ))
    from jsonb_to_recordset(p_errors) as e (
      function text, route text, method text, code text, error_type text, message text, stack text, request_id text, occurred_at timestamptz
    )
  ), now());
end
$$;
comment on function public.record_function_errors(jsonb) is
  'Records server errors of Prunella''s own functions as events of the project prunella-self. Returns how many.';

create function public.breaker_load(p_names text[]) returns table (name text, version bigint, state jsonb)
language sql stable security invoker set search_path = ''
as $$
  select b.name, b.version, b.state_data || jsonb_build_object('state', b.state)
  from public.circuit_breaker_state as b where b.name = any (p_names)
$$;
comment on function public.breaker_load(text[]) is 'Breakers with the version that a change must name. A name without row was never stored.';

create function public.breaker_report(p_name text, p_expected_version bigint, p_state jsonb, p_metrics jsonb) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  v_version bigint;
  v_row public.circuit_breaker_state;
begin
  insert into public.circuit_breaker_metrics as m (name, minute_at, success_count, failure_count, rejected_count, timeout_count)
  select p_name, r.minute_at, sum(r.success_count), sum(r.failure_count), sum(r.rejected_count), sum(r.timeout_count)
  from jsonb_to_recordset(p_metrics) as r (
    minute_at timestamptz, success_count bigint, failure_count bigint, rejected_count bigint, timeout_count bigint
  )
  group by r.minute_at
  order by r.minute_at
  on conflict (name, minute_at) do update set
    success_count = m.success_count + excluded.success_count,
    failure_count = m.failure_count + excluded.failure_count,
    rejected_count = m.rejected_count + excluded.rejected_count,
    timeout_count = m.timeout_count + excluded.timeout_count;
  insert into public.circuit_breaker_totals as t (name, success_count, failure_count, rejected_count, timeout_count)
  select p_name, sum(r.success_count), sum(r.failure_count), sum(r.rejected_count), sum(r.timeout_count)
  from jsonb_to_recordset(p_metrics) as r (
    success_count bigint, failure_count bigint, rejected_count bigint, timeout_count bigint
  )
  having count(*) > 0
  on conflict (name) do update set
    success_count = t.success_count + excluded.success_count,
    failure_count = t.failure_count + excluded.failure_count,
    rejected_count = t.rejected_count + excluded.rejected_count,
    timeout_count = t.timeout_count + excluded.timeout_count;

  if p_state is not null and p_expected_version = 0 then
    insert into public.circuit_breaker_state (name, state, failure_count, opened_at, state_data)
    values (
      p_name, p_state ->> 'state', coalesce((p_state ->> 'failure_count')::integer, 0), (p_state ->> 'opened_at')::timestamptz, p_state
    )
    on conflict (name) do nothing
    returning version into v_version;
  elsif p_state is not null then
    update public.circuit_breaker_state as b
    set state = p_state ->> 'state', failure_count = coalesce((p_state ->> 'failure_count')::integer, 0),
        opened_at = (p_state ->> 'opened_at')::timestamptz, state_data = p_state, version = b.version + 1, updated_at = now()
    where b.name = p_name and b.version = p_expected_version
    returning b.version into v_version;
  end if;
  select * into v_row from public.circuit_breaker_state where name = p_name;
  return jsonb_build_object(
    'applied', v_version is not null, 'version', coalesce(v_row.version, 0),
    'state', coalesce(v_row.state_data || jsonb_build_object('state', v_row.state), '{}')
  );
end
$$;
comment on function public.breaker_report(text, bigint, jsonb, jsonb) is
  'Adds counts of calls and, if p_state is not null, stores it when the version is still the expected one (0: no row yet). '
  '{ applied, version, state }: what is there afterwards.';

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
    'jobs', coalesce((
      select jsonb_agg(to_jsonb(s)) from (select kind, state, count(*) from public.jobs group by kind, state order by 1, 2) as s
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

revoke execute on function
  public.set_kill_switch(bigint, boolean, text), public.set_mode(bigint, text, text, text), public.set_dry_run(bigint, boolean, text),
  public.get_threshold(bigint), public.set_threshold(bigint, numeric, integer, text), public.control_status(bigint),
  public.healing_statistics(bigint, timestamptz), public.heal_issue(bigint), public.open_manual_issue(bigint, text, text)
from public, anon;
grant execute on function
  public.set_kill_switch(bigint, boolean, text), public.set_mode(bigint, text, text, text), public.set_dry_run(bigint, boolean, text),
  public.get_threshold(bigint), public.set_threshold(bigint, numeric, integer, text), public.control_status(bigint),
  public.healing_statistics(bigint, timestamptz), public.heal_issue(bigint), public.open_manual_issue(bigint, text, text)
to authenticated, service_role;
revoke execute on function
  public.record_function_calls(jsonb), public.record_function_errors(jsonb), public.breaker_load(text[]),
  public.breaker_report(text, bigint, jsonb, jsonb), public.metrics_snapshot()
from public, anon, authenticated;
grant execute on function
  public.record_function_calls(jsonb), public.record_function_errors(jsonb), public.breaker_load(text[]),
  public.breaker_report(text, bigint, jsonb, jsonb), public.metrics_snapshot()
to service_role;
