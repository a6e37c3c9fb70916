-- The healing engine's calls: each is one short transaction, and each change of state names the state it expects.

create table public.engine_watch (
  name text primary key,
  holder text not null,
  held_until timestamptz not null
);
comment on table public.engine_watch is
  'Which run of the engine stays up to wait for work that is due soon. The others end when they find nothing to do.';
revoke all on public.engine_watch from public, anon, authenticated;
grant all on public.engine_watch to service_role;
alter table public.engine_watch enable row level security;
create policy "service holds the watch" on public.engine_watch for select to service_role using (true);

create function public.hold_watch(p_holder text, p_seconds integer, p_now timestamptz default now()) returns boolean
language sql security invoker set search_path = ''
as $$
  with held as (
    insert into public.engine_watch as w (name, holder, held_until)
    values ('healing-engine', p_holder, p_now + make_interval(secs => p_seconds))
    on conflict (name) do update set holder = excluded.holder, held_until = excluded.held_until
    where w.holder = excluded.holder or w.held_until < p_now
    returning w.holder
  )
  select exists (select from held)
$$;
comment on function public.hold_watch(text, integer, timestamptz) is 'Takes or keeps the watch; false while another run holds it. Zero seconds lets it go.';
revoke execute on function public.hold_watch(text, integer, timestamptz) from public, anon, authenticated;
grant execute on function public.hold_watch(text, integer, timestamptz) to service_role;

-- Every job that the engine ran is an execution of an agent, like any other.
create function prunella.record_job_execution() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.execution_history (project_id, agent, task_type, status, inputs, error, duration_ms, started_at, finished_at)
  values (
    new.project_id, 'healing-engine', new.kind, case when new.last_error is null then 'succeeded' else 'failed' end,
    jsonb_strip_nulls(jsonb_build_object('job_id', new.id, 'issue_id', new.issue_id, 'fix_id', new.fix_id, 'attempt', new.attempt_count)),
    new.last_error, extract(epoch from clock_timestamp() - old.claimed_at) * 1000, coalesce(old.claimed_at, now()), clock_timestamp()
  );
  return null;
end
$$;
comment on function prunella.record_job_execution() is 'Row trigger: a job that ended or failed leaves a row in execution_history.';
revoke execute on function prunella.record_job_execution() from public;
create trigger jobs_record_execution after update of state on public.jobs
  for each row when (old.state = 'running' and (new.state in ('done', 'dead') or new.last_error is not null))
  execute function prunella.record_job_execution();

create function public.queue_diagnosis(p_issue_id bigint, p_run_at timestamptz default now()) returns void
language sql security invoker set search_path = ''
as $$
  select prunella.enqueue('diagnose', i.project_id, i.id, null, p_run_at) from public.detected_errors as i where i.id = p_issue_id
$$;
comment on function public.queue_diagnosis(bigint, timestamptz) is 'Asks the engine to look at an issue (again).';
revoke execute on function public.queue_diagnosis(bigint, timestamptz) from public, anon, authenticated;
grant execute on function public.queue_diagnosis(bigint, timestamptz) to service_role;

create function prunella.kill_switch_reason(p_project_id bigint) returns text
language sql stable security invoker set search_path = ''
as $$
  select case
    when prunella.setting(null, 'healing.disabled') = 'true'::jsonb then 'healing is disabled everywhere'
    when not p.healing_enabled then 'healing is disabled for this project'
  end
  from public.projects as p where p.id = p_project_id
$$;
comment on function prunella.kill_switch_reason(bigint) is 'Why nothing may be touched, or null.';

create function public.heal_context(p_issue_id bigint, p_now timestamptz default now()) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'now', p_now,
    'issue', to_jsonb(i) - 'diagnosis' - 'grouping_components',
    'event', (
      select jsonb_build_object('received_at', e.received_at, 'payload', e.payload)
      from public.error_events as e where e.issue_id = i.id order by e.received_at desc limit 1
    ),
    'user_count', (
      select count(distinct recent.user_hash) from (
        select e.user_hash from public.error_events as e
        where e.issue_id = i.id and e.received_at > p_now - interval '1 hour' order by e.received_at desc limit 500
      ) as recent
    ),
    'project', jsonb_build_object('mode', p.mode, 'dry_run', p.dry_run, 'time_zone', p.time_zone),
    'kill_switch', prunella.kill_switch_reason(p.id) is not null,
    'limits', coalesce(prunella.setting(p.id, 'healing.limits'), '{}'),
    'action_modes', coalesce(prunella.setting(p.id, 'healing.action_modes'), '{}'),
    'declarations', coalesce(prunella.setting(p.id, 'declarations'), '{}'),
    'calibration', prunella.setting(null, 'learning.calibration'),
    'totals', coalesce((select to_jsonb(t) - 'project_id' from public.traffic_totals as t where t.project_id = p.id), '{}'),
    'error_minutes', coalesce((
      select jsonb_agg(jsonb_build_object('minute_at', m.minute_at, 'event_count', m.event_count) order by m.minute_at)
      from (
        select minute_at, sum(event_count) as event_count from public.error_minutes
        where issue_id = i.id and minute_at > p_now - interval '60 minutes' group by minute_at
      ) as m
    ), '[]'),
    'traffic_minutes', coalesce((
      select jsonb_agg(to_jsonb(m) order by m.minute_at)
      from (
        select minute_at, sum(request_count) as request_count, sum(failed_request_count) as failed_request_count,
          sum(session_count) as session_count, sum(crashed_session_count) as crashed_session_count
        from public.traffic_minutes where project_id = p.id and minute_at > p_now - interval '60 minutes' group by minute_at
      ) as m
    ), '[]'),
    'error_seconds', coalesce((
      select jsonb_agg(jsonb_build_object('second_at', s.second_at, 'event_count', s.event_count) order by s.second_at)
      from (
        select date_trunc('second', recent.received_at) as second_at, count(*) as event_count
        from (
          select e.received_at from public.error_events as e
          where e.issue_id = i.id and e.received_at > p_now - interval '5 minutes' order by e.received_at desc limit 5000
        ) as recent
        group by 1
      ) as s
    ), '[]'),
    'changes', coalesce((
      select jsonb_agg(to_jsonb(c) order by c.changed_at desc)
      from (
        select c.key, c.version, c.value, c.created_at as changed_at, c.changed_by, c.idempotency_key is not null as made_by_fix,
          before.version as previous_version, before.value as previous_value
        from public.system_config as c
        left join public.system_config as before
          on before.project_id = c.project_id and before.key = c.key and before.version = c.version - 1
        where c.project_id = p.id and c.key like 'app.%' and c.created_at > p_now - interval '24 hours'
        order by c.created_at desc limit 100
      ) as c
    ), '[]'),
    'fixes', coalesce((
      select jsonb_agg(to_jsonb(f) order by f.created_at)
      from (
        select f.id, f.issue_id, f.action, f.parameters, f.target_key, f.state, f.outcome, f.automatic, f.informational,
          f.created_at, f.applied_at, f.finished_at
        from public.auto_fixes as f
        where f.issue_id = i.id
          or (f.project_id = p.id and f.created_at > p_now - interval '4 hours')
          or (f.project_id = p.id and f.state in ('approved', 'applying', 'verifying', 'rolling_back'))
        order by f.created_at desc limit 500
      ) as f
    ), '[]'),
    'decision_count', (
      select count(*) from public.decisions as d where d.issue_id = i.id and d.created_at >= i.episode_started_at
    ),
    'last_decision', (
      select jsonb_build_object(
        'verdict', d.verdict, 'action', d.action, 'target_key', d.target_key,
        'probable_cause', d.record -> 'context' ->> 'probableCause'
      )
      from public.decisions as d where d.issue_id = i.id and d.created_at >= i.episode_started_at
      order by d.created_at desc limit 1
    ),
    'relapsed_fix_id', (
      select f.id from public.auto_fixes as f
      where f.issue_id = i.id and f.outcome = 'succeeded' and i.status = 'regressed' and f.finished_at > i.episode_started_at - interval '1 hour'
      order by f.finished_at desc limit 1
    ),
    'integrations', coalesce((
      select jsonb_agg(jsonb_build_object('kind', n.kind, 'name', n.name, 'configuration', n.configuration) order by n.kind, n.name)
      from public.integrations as n where n.project_id = p.id and n.enabled
    ), '[]')
  )
  from public.detected_errors as i
  join public.projects as p on p.id = i.project_id
  where i.id = p_issue_id
$$;
comment on function public.heal_context(bigint, timestamptz) is 'All that diagnosis and decision need to know about an issue, in one call.';

create function public.kill_switch(p_project_id bigint) returns text
language sql stable security invoker set search_path = ''
as $$ select prunella.kill_switch_reason(p_project_id) $$;
comment on function public.kill_switch(bigint) is 'Read before every side effect: why nothing may be touched, or null.';

create function public.track_records(p_project_id bigint, p_cause_keys text[]) returns setof public.action_records
language sql stable security invoker set search_path = ''
as $$
  select * from public.action_records as r
  where (r.project_id = p_project_id or r.project_id is null) and r.cause_key = any (p_cause_keys)
$$;
comment on function public.track_records(bigint, text[]) is 'Outcomes of actions on these causes: the project''s own and the pool''s.';
create index action_records_cause_key_idx on public.action_records (cause_key);

create function public.store_decision(p_decision jsonb, p_now timestamptz default now()) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  v_issue public.detected_errors;
  v_decision_id bigint;
  v_fix jsonb;
  v_fix_ids jsonb := jsonb_build_array();
  v_fix_id bigint;
begin
  select * into v_issue from public.detected_errors where id = (p_decision ->> 'issue_id')::bigint for update;
  if not found then
    raise exception 'there is no issue %', p_decision ->> 'issue_id' using errcode = 'no_data_found';
  end if;

  insert into public.decisions (
    project_id, issue_id, job_id, verdict, action, target_key, parameters, confidence, threshold, explanation, record, decided_by
  ) values (
    v_issue.project_id, v_issue.id, (p_decision ->> 'job_id')::bigint, p_decision ->> 'verdict', p_decision ->> 'action',
    p_decision ->> 'target_key', p_decision -> 'parameters', (p_decision ->> 'confidence')::double precision,
    (p_decision ->> 'threshold')::double precision, p_decision ->> 'explanation', p_decision -> 'record',
    coalesce(p_decision ->> 'decided_by', 'engine')
  )
  on conflict (job_id) do nothing
  returning id into v_decision_id;
  if v_decision_id is null then
    -- The worker died after this was stored: the decision stands, it is not made a second time.
    select d.id into v_decision_id from public.decisions as d where d.job_id = (p_decision ->> 'job_id')::bigint;
    select coalesce(jsonb_agg(f.id order by f.id), '[]') into v_fix_ids from public.auto_fixes as f where f.decision_id = v_decision_id;
    return jsonb_build_object('decision_id', v_decision_id, 'fix_ids', v_fix_ids, 'stored_before', true);
  end if;

  if p_decision ? 'diagnosis' then
    update public.detected_errors
    set diagnosis = p_decision -> 'diagnosis', diagnosed_at = p_now,
        category = p_decision -> 'diagnosis' ->> 'category', severity = p_decision -> 'diagnosis' ->> 'severity',
        pattern_id = (select p.id from public.universal_error_patterns as p where p.slug = p_decision ->> 'pattern_slug'),
        updated_at = p_now
    where id = v_issue.id;
  end if;

  for v_fix in select * from jsonb_array_elements(coalesce(p_decision -> 'fixes', '[]')) loop
    insert into public.auto_fixes (
      project_id, issue_id, decision_id, action, target_key, parameters, risk, reversible, informational, automatic, severity,
      confidence, state, reason, approved_by, approved_at, expires_at
    ) values (
      v_issue.project_id, v_issue.id, v_decision_id, v_fix ->> 'action', v_fix ->> 'target_key', v_fix -> 'parameters',
      v_fix ->> 'risk', (v_fix ->> 'reversible')::boolean, (v_fix ->> 'informational')::boolean, (v_fix ->> 'automatic')::boolean,
      coalesce(p_decision -> 'diagnosis' ->> 'severity', v_issue.severity), (v_fix ->> 'confidence')::double precision,
      v_fix ->> 'state', v_fix ->> 'reason',
      case when v_fix ->> 'state' = 'approved' then coalesce(v_fix ->> 'approved_by', 'engine') end,
      case when v_fix ->> 'state' = 'approved' then p_now end,
      p_now + case when v_fix ->> 'state' = 'approved' then interval '10 minutes' else interval '24 hours' end
    )
    returning id into v_fix_id;
    v_fix_ids := v_fix_ids || to_jsonb(v_fix_id);
  end loop;

  if p_decision ->> 'retry_at' is not null then
    perform prunella.enqueue('diagnose', v_issue.project_id, v_issue.id, null, (p_decision ->> 'retry_at')::timestamptz);
  end if;
  return jsonb_build_object('decision_id', v_decision_id, 'fix_ids', v_fix_ids, 'stored_before', false);
end
$$;
comment on function public.store_decision(jsonb, timestamptz) is
  'Stores a decision with its fixes, diagnosis and follow-up in one transaction. Once per job: a second call returns what the first made.';

create function public.fix_context(p_fix_id bigint, p_now timestamptz default now()) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'now', p_now,
    'fix', to_jsonb(f),
    'dry_run', (select p.dry_run from public.projects as p where p.id = f.project_id),
    'chosen', d.record -> 'chosen',
    'inform', d.record -> 'inform',
    'issue', to_jsonb(i) - 'diagnosis' - 'grouping_components',
    'diagnosis', i.diagnosis,
    -- For issues that are older than ten minutes, the rate of the last ten before the fix is what it is compared with.
    'recent', (
      select jsonb_build_object(
        'errors', coalesce((
          select sum(m.event_count) from public.error_minutes as m
          where m.issue_id = i.id and m.minute_at > edge.minute_at - interval '10 minutes' and m.minute_at < edge.minute_at
        ), 0),
        'requests', coalesce(sum(t.request_count), 0), 'sessions', coalesce(sum(t.session_count), 0)
      )
      from (select date_trunc('minute', coalesce(f.applying_at, p_now)) as minute_at) as edge
      left join public.traffic_minutes as t on t.project_id = f.project_id
        and t.minute_at > edge.minute_at - interval '10 minutes' and t.minute_at < edge.minute_at
      group by edge.minute_at
    ),
    'totals', coalesce((select to_jsonb(t) - 'project_id' from public.traffic_totals as t where t.project_id = f.project_id), '{}'),
    'error_seconds', coalesce((
      select jsonb_agg(jsonb_build_object('second_at', s.second_at, 'event_count', s.event_count) order by s.second_at)
      from (
        select date_trunc('second', recent.received_at) as second_at, count(*) as event_count
        from (
          select e.received_at from public.error_events as e
          where e.issue_id = i.id and e.received_at > coalesce(f.applying_at, p_now) - interval '5 minutes'
            and e.received_at <= coalesce(f.applied_at, p_now)
          order by e.received_at desc limit 5000
        ) as recent
        group by 1
      ) as s
    ), '[]'),
    'relapse_count', (
      select count(*) from public.auto_fixes as r
      where r.issue_id = i.id and r.id <> f.id and r.outcome = 'succeeded' and r.finished_at > p_now - interval '24 hours'
    ),
    'integrations', coalesce((
      select jsonb_agg(jsonb_build_object('kind', n.kind, 'name', n.name, 'configuration', n.configuration) order by n.kind, n.name)
      from public.integrations as n where n.project_id = f.project_id and n.enabled
    ), '[]'),
    'declarations', coalesce(prunella.setting(f.project_id, 'declarations'), '{}')
  )
  from public.auto_fixes as f
  join public.detected_errors as i on i.id = f.issue_id
  join public.decisions as d on d.id = f.decision_id
  where f.id = p_fix_id
$$;
comment on function public.fix_context(bigint, timestamptz) is 'A fix with all that applying, verifying, taking back and learning need.';

create function prunella.limit_of(p_project_id bigint, p_name text, p_default numeric) returns numeric
language sql stable security invoker set search_path = ''
as $$ select coalesce((prunella.setting(p_project_id, 'healing.limits') ->> p_name)::numeric, p_default) $$;
comment on function prunella.limit_of(bigint, text, numeric) is 'A number of healing.limits, or its default. Names and defaults: _shared/decide/limits.ts.';

create function public.begin_fix(p_fix_id bigint, p_before jsonb, p_now timestamptz default now()) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  v_fix public.auto_fixes;
  v_project public.projects;
  v_reason text;
  v_cool_down interval;
  v_last_touched timestamptz;
  v_failures bigint;
  v_last_failed timestamptz;
begin
  select * into v_fix from public.auto_fixes where id = p_fix_id for update;
  if v_fix.state is distinct from 'approved' then
    return jsonb_build_object('begun', false, 'final', true, 'reason', 'the fix is ' || coalesce(v_fix.state, 'gone'));
  end if;
  if v_fix.expires_at <= p_now then
    return jsonb_build_object('begun', false, 'final', true, 'reason', 'the approval has expired');
  end if;
  select * into v_project from public.projects where id = v_fix.project_id for share;

  v_reason := prunella.kill_switch_reason(v_fix.project_id);
  if v_reason is null and v_project.dry_run then
    v_reason := 'dry run is on';
  end if;
  if v_reason is not null then
    return jsonb_build_object('begun', false, 'final', false, 'reason', v_reason);
  end if;

  if not v_fix.informational and exists (
    select from public.detected_errors as i
    where i.id = v_fix.issue_id and (i.status in ('resolved', 'ignored', 'archived') or i.merged_into_id is not null)
  ) then
    return jsonb_build_object('begun', false, 'final', true, 'reason', 'the issue ended before the fix began');
  end if;

  -- The limits once more, at the last moment and under the target's lock: the decision may be minutes old.
  if v_fix.automatic and not v_fix.informational then
    perform pg_advisory_xact_lock(hashtextextended('target:' || v_fix.project_id || ':' || v_fix.target_key, 0));
    if v_project.mode <> 'auto'
       or coalesce(prunella.setting(v_fix.project_id, 'healing.action_modes') ->> v_fix.action, 'auto') <> 'auto' then
      return jsonb_build_object('begun', false, 'final', true, 'reason', 'the mode is no longer auto');
    end if;
    select max(coalesce(f.finished_at, f.applied_at)) into v_last_touched
    from public.auto_fixes as f
    where f.project_id = v_fix.project_id and f.target_key = v_fix.target_key and f.applied_at is not null and not f.informational
      and f.id <> v_fix.id;
    v_cool_down := make_interval(secs => (prunella.limit_of(v_fix.project_id, 'cool_down_ms', 300000) / 1000)::double precision);
    if v_last_touched + v_cool_down > p_now then
      return jsonb_build_object('begun', false, 'final', true, 'reason', 'the target cools down after another fix');
    end if;
    if (
      select count(*) from public.auto_fixes as f
      where f.project_id = v_fix.project_id and f.target_key = v_fix.target_key and f.automatic and not f.informational
        and f.applied_at > p_now - interval '1 hour' and f.id <> v_fix.id
    ) >= prunella.limit_of(v_fix.project_id, 'automatic_fixes_per_target_and_hour', 3) then
      return jsonb_build_object('begun', false, 'final', true, 'reason', 'the hourly limit of automatic fixes on the target is reached');
    end if;
    select count(*), max(f.finished_at) into v_failures, v_last_failed
    from public.auto_fixes as f
    where f.project_id = v_fix.project_id and f.target_key = v_fix.target_key and f.applied_at is not null and not f.informational
      and f.id <> v_fix.id and f.state in ('failed', 'rolled_back') and not exists (
        select from public.auto_fixes as s
        where s.project_id = f.project_id and s.target_key = f.target_key and s.state = 'succeeded' and s.finished_at > f.finished_at
      );
    if v_failures >= prunella.limit_of(v_fix.project_id, 'failures_before_block', 3)
       and v_last_failed + make_interval(
         secs => (prunella.limit_of(v_fix.project_id, 'failure_block_ms', 3600000) / 1000)::double precision
       ) > p_now then
      return jsonb_build_object('begun', false, 'final', true, 'reason', 'too many fixes in a row failed on the target');
    end if;
  end if;

  begin
    update public.auto_fixes
    set state = 'applying', before_state = p_before, applying_at = p_now, apply_attempt_count = apply_attempt_count + 1
    where id = p_fix_id and state = 'approved';
  exception when unique_violation then
    return jsonb_build_object('begun', false, 'final', false, 'reason', 'another fix on the target is under way');
  end;
  return jsonb_build_object('begun', true);
end
$$;
comment on function public.begin_fix(bigint, jsonb, timestamptz) is
  'The gate before a side effect: approved -> applying, if every switch and limit still allows it. Else { begun: false, final, reason }.';

create function public.advance_fix(
  p_fix_id bigint, p_from text, p_to text, p_changes jsonb default '{}', p_now timestamptz default now()
) returns boolean
language plpgsql security invoker set search_path = ''
as $$
declare
  v_fix public.auto_fixes;
begin
  update public.auto_fixes as f
  set state = p_to,
      before_state = coalesce(p_changes -> 'before_state', f.before_state),
      apply_result = coalesce(p_changes -> 'apply_result', f.apply_result),
      rollback_result = coalesce(p_changes -> 'rollback_result', f.rollback_result),
      verification = coalesce(p_changes -> 'verification', f.verification),
      outcome = coalesce(f.outcome, p_changes ->> 'outcome'),
      reason = coalesce(p_changes ->> 'reason', f.reason),
      applied_at = coalesce((p_changes ->> 'applied_at')::timestamptz, f.applied_at),
      verify_from = coalesce((p_changes ->> 'verify_from')::timestamptz, f.verify_from),
      verify_until = coalesce((p_changes ->> 'verify_until')::timestamptz, f.verify_until),
      finished_at = case when p_to in ('succeeded', 'rolled_back', 'failed', 'expired') then p_now else f.finished_at end
  where f.id = p_fix_id and f.state = p_from
  returning * into v_fix;
  if not found then
    return false;
  end if;
  if p_to = 'succeeded' and v_fix.outcome = 'succeeded' then
    update public.detected_errors set status = 'resolved', updated_at = p_now
    where id = v_fix.issue_id and status in ('new', 'ongoing', 'escalating', 'regressed');
  end if;
  return true;
end
$$;
comment on function public.advance_fix(bigint, text, text, jsonb, timestamptz) is
  'Compare-and-set of a fix''s state, with what was found out on the way. False if the fix was in another state. A verified success resolves the issue.';

create function public.save_verification(p_fix_id bigint, p_verification jsonb) returns boolean
language sql security invoker set search_path = ''
as $$
  with saved as (
    update public.auto_fixes set verification = p_verification where id = p_fix_id and state = 'verifying' returning id
  )
  select exists (select from saved)
$$;
comment on function public.save_verification(bigint, jsonb) is 'Keeps the state of a running verification.';

create function public.store_lesson(p_fix_id bigint, p_lesson jsonb, p_now timestamptz default now()) returns boolean
language plpgsql security invoker set search_path = ''
as $$
declare
  v_fix public.auto_fixes;
  v_update jsonb;
  v_count integer;
begin
  select * into v_fix from public.auto_fixes where id = p_fix_id;
  insert into public.lessons (project_id, fix_id, outcome, confidence, counts_for_calibration, success, explanation, record)
  values (
    v_fix.project_id, p_fix_id, p_lesson ->> 'outcome', coalesce((p_lesson -> 'forecast' ->> 'confidence')::double precision, v_fix.confidence),
    coalesce(p_lesson -> 'forecast' ? 'success', false), (p_lesson -> 'forecast' ->> 'success')::boolean, p_lesson ->> 'explanation', p_lesson
  )
  on conflict (fix_id, outcome) do nothing;
  if not found then
    return false;
  end if;

  for v_update in select u from jsonb_array_elements(p_lesson -> 'updates') as u order by u ->> 'cause_key', u ->> 'action', u ->> 'scope' loop
    insert into public.action_records as r (
      project_id, cause_key, action, success_weight, failure_weight, project_count, updated_at
    ) values (
      case when v_update ->> 'scope' = 'project' then v_fix.project_id end, v_update ->> 'cause_key', v_update ->> 'action',
      (v_update ->> 'successes')::double precision, (v_update ->> 'failures')::double precision,
      coalesce((v_update ->> 'projects')::integer, 1), (v_update ->> 'updated_at')::timestamptz
    )
    on conflict (project_id, cause_key, action) do update set
      success_weight = excluded.success_weight, failure_weight = excluded.failure_weight, project_count = excluded.project_count,
      updated_at = excluded.updated_at, version = r.version + 1
    where r.version = (v_update ->> 'expected_version')::integer;
    get diagnostics v_count = row_count;
    if v_count = 0 then
      raise exception 'another outcome was learnt meanwhile' using errcode = 'serialization_failure', hint = 'Read the records again.';
    end if;
  end loop;

  update public.universal_error_patterns as p
  set success_count = p.success_count + case when (u ->> 'success')::boolean then 1 else 0 end,
      failure_count = p.failure_count + case when (u ->> 'success')::boolean then 0 else 1 end,
      confidence = (u ->> 'confidence')::double precision,
      project_count = greatest(p.project_count, (u ->> 'project_count')::integer),
      status = coalesce(u ->> 'status', p.status),
      last_used_at = p_now
  from jsonb_array_elements(coalesce(p_lesson -> 'patterns', '[]')) as u
  where p.slug = u ->> 'slug';
  return true;
end
$$;
comment on function public.store_lesson(bigint, jsonb, timestamptz) is
  'Stores what an outcome taught, once per fix and outcome, with compare-and-set on every record it changes. False if it was stored before.';

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

create function prunella.run_minute(p_now timestamptz default now()) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform prunella.sweep_fixes(p_now);
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
  v_jobs bigint; v_minutes bigint; v_traffic bigint; v_history bigint; v_functions bigint; v_breakers bigint; v_partitions integer;
  v_cron bigint := 0;
begin
  v_partitions := prunella.drop_event_partitions(p_now, coalesce((v_days ->> 'events')::integer, 30));
  delete from public.jobs where state in ('done', 'dead') and finished_at < p_now - interval '1 day'
    and not (state = 'dead' and finished_at > p_now - interval '14 days');
  get diagnostics v_jobs = row_count;
  delete from public.error_minutes where minute_at < p_now - make_interval(days => coalesce((v_days ->> 'counts')::integer, 90));
  get diagnostics v_minutes = row_count;
  delete from public.traffic_minutes where minute_at < p_now - make_interval(days => coalesce((v_days ->> 'counts')::integer, 90));
  get diagnostics v_traffic = row_count;
  delete from public.execution_history
  where started_at < p_now - make_interval(days => coalesce((v_days ->> 'execution_history')::integer, 90));
  get diagnostics v_history = row_count;
  delete from public.function_minutes where minute_at < p_now - interval '90 days';
  get diagnostics v_functions = row_count;
  delete from public.circuit_breaker_metrics where minute_at < p_now - interval '90 days';
  get diagnostics v_breakers = row_count;
  if to_regclass('cron.job_run_details') is not null then
    execute 'delete from cron.job_run_details where end_time < $1' using p_now - interval '14 days';
    get diagnostics v_cron = row_count;
  end if;
  update public.detected_errors set status = 'ongoing', updated_at = p_now
  where (status = 'new' and first_seen_at < p_now - interval '7 days')
    or (status in ('escalating', 'regressed') and episode_started_at < p_now - interval '1 day' and last_seen_at < p_now - interval '6 hours');
  return jsonb_build_object(
    'event_partitions', v_partitions, 'jobs', v_jobs, 'error_minutes', v_minutes, 'traffic_minutes', v_traffic,
    'execution_history', v_history, 'function_minutes', v_functions, 'breaker_metrics', v_breakers, 'cron_runs', v_cron
  );
end
$$;
comment on function prunella.apply_retention(timestamptz) is
  'Deletes what is older than its retention. Days are configured in retention.days: events 30, counts 90, execution_history 90.';

revoke execute on function prunella.kill_switch_reason(bigint), prunella.limit_of(bigint, text, numeric),
  prunella.sweep_fixes(timestamptz), prunella.run_minute(timestamptz), prunella.apply_retention(timestamptz) from public;
grant execute on function prunella.kill_switch_reason(bigint), prunella.limit_of(bigint, text, numeric) to service_role, authenticated;
revoke execute on function
  public.heal_context(bigint, timestamptz), public.kill_switch(bigint), public.track_records(bigint, text[]),
  public.store_decision(jsonb, timestamptz), public.fix_context(bigint, timestamptz), public.begin_fix(bigint, jsonb, timestamptz),
  public.advance_fix(bigint, text, text, jsonb, timestamptz), public.save_verification(bigint, jsonb),
  public.store_lesson(bigint, jsonb, timestamptz)
from public, anon, authenticated;
grant execute on function
  public.heal_context(bigint, timestamptz), public.kill_switch(bigint), public.track_records(bigint, text[]),
  public.store_decision(jsonb, timestamptz), public.fix_context(bigint, timestamptz), public.begin_fix(bigint, jsonb, timestamptz),
  public.advance_fix(bigint, text, text, jsonb, timestamptz), public.save_verification(bigint, jsonb),
  public.store_lesson(bigint, jsonb, timestamptz)
to service_role;

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

-- Patterns: those of the code are written here to be read by people; those that were learnt live here.
create function public.active_patterns() returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'deprecated', coalesce(jsonb_agg(p.slug) filter (where p.source = 'builtin' and p.status = 'deprecated'), '[]'),
    'learnt', coalesce(
      jsonb_agg(jsonb_build_object(
        'slug', p.slug, 'title', p.title, 'category', p.category, 'severity', p.severity, 'match', p.match, 'actions', p.actions
      ) order by p.slug) filter (where p.source <> 'builtin'), '[]'
    )
  )
  from public.universal_error_patterns as p
  where (p.source = 'builtin' and p.status = 'deprecated') or (p.source <> 'builtin' and p.status = 'active')
$$;
comment on function public.active_patterns() is 'What the code does not know: learnt patterns in force, and built-in ones that proved wrong.';

create function public.publish_patterns(p_patterns jsonb) returns integer
language sql security invoker set search_path = ''
as $$
  with published as (
    insert into public.universal_error_patterns as p (
      slug, source, category, severity, title, explanation, documentation_url, match, actions
    )
    select r.slug, 'builtin', r.category, r.severity, r.title, r.explanation, r.documentation_url, r.match, r.actions
    from jsonb_to_recordset(p_patterns) as r (
      slug text, category text, severity text, title text, explanation text, documentation_url text, match jsonb, actions jsonb
    )
    on conflict (slug) do update set
      category = excluded.category, severity = excluded.severity, title = excluded.title, explanation = excluded.explanation,
      documentation_url = excluded.documentation_url, match = excluded.match, actions = excluded.actions, version = p.version + 1
    where p.source = 'builtin'
      and (p.category, p.severity, p.title, p.explanation, p.documentation_url, p.match, p.actions) is distinct from
        (excluded.category, excluded.severity, excluded.title, excluded.explanation, excluded.documentation_url, excluded.match, excluded.actions)
    returning p.slug
  )
  select count(*)::integer from published
$$;
comment on function public.publish_patterns(jsonb) is 'Writes the built-in patterns; returns how many were new or changed.';

create function public.calibration_forecasts() returns table (confidence double precision, success boolean)
language sql stable security invoker set search_path = ''
as $$
  select f.confidence, f.success from (
    select l.confidence, l.success, l.created_at from public.lessons as l
    where l.counts_for_calibration
      -- A relapse corrects the success that it followed.
      and not exists (
        select from public.lessons as correction
        where correction.fix_id = l.fix_id and correction.counts_for_calibration and correction.id > l.id
      )
    order by l.created_at desc limit 2000
  ) as f order by f.created_at
$$;
comment on function public.calibration_forecasts() is 'The last 2000 stated confidences with their outcomes, one per fix, oldest first.';
revoke execute on function public.active_patterns(), public.publish_patterns(jsonb), public.calibration_forecasts()
  from public, anon, authenticated;
grant execute on function public.active_patterns(), public.publish_patterns(jsonb), public.calibration_forecasts() to service_role;
