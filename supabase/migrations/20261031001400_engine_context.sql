-- What the engine reads: all that one step needs to know, in one call.

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

revoke execute on function prunella.kill_switch_reason(bigint) from public;
grant execute on function prunella.kill_switch_reason(bigint) to service_role, authenticated;
revoke execute on function
  public.heal_context(bigint, timestamptz), public.kill_switch(bigint), public.track_records(bigint, text[]),
  public.fix_context(bigint, timestamptz)
from public, anon, authenticated;
grant execute on function
  public.heal_context(bigint, timestamptz), public.kill_switch(bigint), public.track_records(bigint, text[]),
  public.fix_context(bigint, timestamptz)
to service_role;
