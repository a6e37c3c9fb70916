-- What people see of a project: whether Prunella may act, what it has before it, and how well it healed.

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

revoke execute on function public.control_status(bigint), public.healing_statistics(bigint, timestamptz) from public, anon;
grant execute on function public.control_status(bigint), public.healing_statistics(bigint, timestamptz) to authenticated, service_role;
