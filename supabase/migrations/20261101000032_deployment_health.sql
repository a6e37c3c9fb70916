-- What the monitor reads and writes: health, the way back, and the state of blame.

create function public.deployment_lines(p_project_id bigint, p_now timestamptz default now(), p_per_line integer default 20) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(
    to_jsonb(d) - 'row_number' - 'health' - 'message'
    || jsonb_build_object(
      'body_stored', exists (
        select from public.function_versions as v where v.deployment_id = d.id and v.body is not null
      ),
      'vercel_plan', v.plan, 'vercel_project_id', v.vercel_project_id, 'rolling_release', v.rolling_release
    )
    order by coalesce(d.promoted_at, d.created_at), d.id
  ), '[]')
  from (
    select l.*, row_number() over (
      partition by l.target, l.service, l.environment order by coalesce(l.promoted_at, l.created_at) desc, l.id desc
    ) as row_number
    from public.deployment_logs as l
    where l.project_id = p_project_id and l.recorded_at > p_now - interval '90 days'
  ) as d
  left join public.vercel_deployments as v on v.deployment_id = d.id
  where d.row_number <= p_per_line
$$;
comment on function public.deployment_lines(bigint, timestamptz, integer) is
  'The latest deployments of every line (target, service, environment) of a project, oldest first.';

create function public.deployment_metrics(p_project_id bigint, p_now timestamptz default now(), p_limit integer default 100)
returns table (
  deployment_id bigint, line text, at timestamptz, requests bigint, failures bigint, duration_ms_sum double precision, sessions bigint,
  crashed_sessions bigint, new_issues bigint, is_recent boolean
)
language sql stable security invoker set search_path = ''
as $$
  with latest as (
    select d.id, d.previous_id, d.target || '/' || d.service || '/' || d.environment as line, d.promoted_at, d.release, d.environment,
      coalesce(d.release, case when d.target = 'supabase' then d.external_id end) as label,
      coalesce(d.superseded_at, p_now) as until_at,
      -- Six hours tell how a deployment does; an old one is measured by its last six.
      greatest(d.promoted_at, coalesce(d.superseded_at, p_now) - interval '6 hours') as from_at,
      coalesce(d.superseded_at, p_now) > p_now - interval '2 hours' as is_recent
    from public.deployment_logs as d
    where d.project_id = p_project_id and d.promoted_at is not null and d.promoted_at > p_now - interval '30 days'
    order by d.promoted_at desc
    limit p_limit
  ),
  served as materialized (
    select * from latest as s where s.is_recent or exists (select from latest as n where n.is_recent and n.previous_id = s.id)
  ),
  -- Read once, whatever the number of deployments.
  minutes as materialized (
    select m.minute_at, m.release, m.environment, m.request_count, m.failed_request_count, m.duration_ms_sum, m.session_count,
      m.crashed_session_count, false as is_logged
    from public.traffic_minutes as m
    where m.project_id = p_project_id and m.minute_at >= (select date_trunc('minute', min(from_at)) from served)
    union all
    select f.minute_at, f.slug || '@' || f.version, '', f.request_count, f.failed_request_count, f.duration_ms_sum, 0, 0, true
    from public.edge_function_minutes as f
    where f.project_id = p_project_id and f.minute_at >= (select date_trunc('minute', min(from_at)) from served)
  ),
  labelled as (
    select s.id, sum(m.request_count) as requests, sum(m.failed_request_count) as failures, sum(m.duration_ms_sum) as duration_ms_sum,
      sum(m.session_count) as sessions, sum(m.crashed_session_count) as crashed_sessions
    from served as s
    join minutes as m on m.release = s.label and m.environment in ('', s.environment)
      and m.minute_at >= date_trunc('minute', s.from_at) and m.minute_at < s.until_at
    group by s.id
  ),
  everything as (
    select m.minute_at, m.environment, sum(m.request_count) as requests, sum(m.failed_request_count) as failures,
      sum(m.duration_ms_sum) as duration_ms_sum, sum(m.session_count) as sessions, sum(m.crashed_session_count) as crashed_sessions
    from minutes as m where not m.is_logged group by m.minute_at, m.environment
  ),
  -- Where its traffic bears no label of its own: all that was served meanwhile.
  unlabelled as (
    select s.id, sum(e.requests) as requests, sum(e.failures) as failures, sum(e.duration_ms_sum) as duration_ms_sum,
      sum(e.sessions) as sessions, sum(e.crashed_sessions) as crashed_sessions
    from served as s
    join everything as e on e.environment in ('', s.environment)
      and e.minute_at >= date_trunc('minute', s.from_at) and e.minute_at < s.until_at
    where not exists (select from labelled as l where l.id = s.id)
    group by s.id
  ),
  fresh as (
    select e.first_seen_at, e.first_release from public.detected_errors as e
    where e.project_id = p_project_id and e.last_seen_at >= (select min(from_at) from served)
      and e.first_seen_at >= (select min(promoted_at) from served) and e.type is distinct from 'Deployment'
  )
  select s.id, s.line, s.promoted_at, coalesce(l.requests, u.requests, 0)::bigint, coalesce(l.failures, u.failures, 0)::bigint,
    coalesce(l.duration_ms_sum, u.duration_ms_sum, 0), coalesce(l.sessions, u.sessions, 0)::bigint,
    coalesce(l.crashed_sessions, u.crashed_sessions, 0)::bigint,
    (
      select count(*) from fresh as f
      where f.first_seen_at >= s.promoted_at and f.first_seen_at < s.until_at
        and (f.first_release is null or s.release is null or f.first_release = s.release)
    ),
    s.is_recent
  from served as s
  left join labelled as l on l.id = s.id
  left join unlabelled as u on u.id = s.id
$$;
comment on function public.deployment_metrics(bigint, timestamptz, integer) is
  'What the latest deployments that served have served: requests, failures, sessions, durations, and issues that were first seen meanwhile.';

create function public.save_deployment_findings(p_project_id bigint, p_findings jsonb, p_now timestamptz default now()) returns integer
language plpgsql security invoker set search_path = ''
as $$
declare
  v_count integer;
begin
  update public.deployment_logs as d
  set health = coalesce(f.health, d.health),
      health_score = case when f.health is not null then f.health_score else d.health_score end,
      health_checked_at = case when f.health is not null then p_now else d.health_checked_at end,
      rollback_capability = coalesce(f.rollback_capability, d.rollback_capability),
      risk = coalesce(f.risk, d.risk), risk_reasons = coalesce(f.risk_reasons, d.risk_reasons),
      risk_features = coalesce(f.risk_features, d.risk_features),
      files = coalesce(f.files, d.files), file_count = coalesce(f.file_count, d.file_count), line_count = coalesce(f.line_count, d.line_count),
      touched = coalesce(f.touched, d.touched),
      -- A report of the pipeline that came meanwhile stands.
      migration = case when d.migration is null or d.migration_evidence is not null then coalesce(f.migration, d.migration) else d.migration end,
      migration_evidence = case when d.migration is null or d.migration_evidence is not null
        then coalesce(f.migration_evidence, d.migration_evidence) end,
      updated_at = p_now
  from jsonb_to_recordset(p_findings) as f (
    id bigint, health jsonb, health_score smallint, rollback_capability jsonb, risk double precision, risk_reasons jsonb, risk_features jsonb, files jsonb,
    file_count integer, line_count integer, touched jsonb, migration text, migration_evidence jsonb
  )
  where d.id = f.id and d.project_id = p_project_id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function public.save_deployment_findings(bigint, jsonb, timestamptz) is
  'Writes what was found out about deployments: health, the way back, risk, files, what the diff says. What a finding does not name stays.';

create function public.store_function_version(p_project_id bigint, p_version jsonb) returns void
language sql security invoker set search_path = ''
as $$
  insert into public.function_versions as v (
    project_id, slug, version, name, content_hash, platform_hash, entrypoint_path, import_map_path, verify_jwt, body, body_bytes,
    dependencies, deployed_at
  )
  select p_project_id, r.slug, r.version, r.name, r.content_hash, r.platform_hash, r.entrypoint_path, r.import_map_path, r.verify_jwt, r.body,
    r.body_bytes, coalesce(r.dependencies, '[]'), r.deployed_at
  from jsonb_populate_record(null::public.function_versions, p_version) as r
  on conflict (project_id, slug, version) do nothing
$$;
comment on function public.store_function_version(bigint, jsonb) is
  'Keeps the body of a function''s version, once. It belongs to the deployment slug@version as soon as that is recorded.';

create function public.edge_function_logs_from(p_project_id bigint, p_now timestamptz default now()) returns timestamptz
language sql stable security invoker set search_path = ''
as $$
  -- Logs come some seconds late, seldom minutes.
  select greatest(max(m.minute_at) - interval '3 minutes', p_now - interval '30 minutes')
  from public.edge_function_minutes as m where m.project_id = p_project_id
$$;
comment on function public.edge_function_logs_from(bigint, timestamptz) is 'From when on the logs of edge functions have to be read.';

create function public.store_edge_function_minutes(p_project_id bigint, p_minutes jsonb) returns integer
language plpgsql security invoker set search_path = ''
as $$
declare
  v_count integer;
begin
  insert into public.edge_function_minutes as m (
    project_id, minute_at, slug, version, request_count, failed_request_count, duration_ms_sum
  )
  select p_project_id, r.minute_at, r.slug, r.version, r.request_count, r.failed_request_count, r.duration_ms_sum
  from jsonb_populate_recordset(null::public.edge_function_minutes, p_minutes) as r
  on conflict (project_id, minute_at, slug, version) do update set
    request_count = excluded.request_count, failed_request_count = excluded.failed_request_count, duration_ms_sum = excluded.duration_ms_sum
  -- Totals of a minute only grow: fewer are an older answer, or one that was cut.
  where excluded.request_count > m.request_count;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function public.store_edge_function_minutes(bigint, jsonb) is
  'Keeps totals of minutes, [{ minute_at, slug, version, request_count, failed_request_count, duration_ms_sum }]; returns how many are new or grew.';

create function public.function_version(p_project_id bigint, p_slug text, p_version integer) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select to_jsonb(v) from public.function_versions as v
  where v.project_id = p_project_id and v.slug = p_slug and v.version = p_version
$$;
comment on function public.function_version(bigint, text, integer) is 'A kept version with its body, or null.';

create function public.deployment_monitor_projects(p_now timestamptz default now()) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('project_id', p.id, 'time_zone', p.time_zone, 'integrations', coalesce((
    select jsonb_agg(jsonb_build_object('kind', n.kind, 'name', n.name, 'configuration', n.configuration) order by n.kind, n.name)
    from public.integrations as n where n.project_id = p.id and n.enabled
  ), '[]')) order by p.id), '[]')
  from public.projects as p
  where exists (select from public.deployment_logs as d where d.project_id = p.id and d.recorded_at > p_now - interval '30 days')
    or exists (
      select from public.integrations as i
      where i.project_id = p.id and i.enabled and i.name = 'default' and i.kind in ('vercel', 'supabase', 'github', 'process')
    )
$$;
comment on function public.deployment_monitor_projects(timestamptz) is 'Projects that deploy something, with their integrations.';

create function public.deployment_history(p_project_id bigint, p_now timestamptz default now()) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', d.id, 'author', d.author, 'at', coalesce(d.promoted_at, d.created_at), 'folders', coalesce((
      select jsonb_agg(distinct regexp_replace(f.path, '[^/]*$', '')) from jsonb_array_elements_text(d.files) as f (path)
    ), '[]'),
    'failed', d.status in ('failed', 'rolled_back') or coalesce(d.health_score < 60, false)
  )), '[]')
  from (
    select * from public.deployment_logs
    where project_id = p_project_id and created_at > p_now - interval '90 days' order by created_at desc limit 500
  ) as d
$$;
comment on function public.deployment_history(bigint, timestamptz) is 'Who deployed what in the last 90 days, and what of it failed: for the risk of the next.';

revoke execute on function public.deployment_lines(bigint, timestamptz, integer), public.deployment_metrics(bigint, timestamptz, integer),
  public.save_deployment_findings(bigint, jsonb, timestamptz), public.store_function_version(bigint, jsonb),
  public.edge_function_logs_from(bigint, timestamptz), public.store_edge_function_minutes(bigint, jsonb),
  public.function_version(bigint, text, integer), public.deployment_monitor_projects(timestamptz),
  public.deployment_history(bigint, timestamptz) from public, anon, authenticated;
grant execute on function public.deployment_lines(bigint, timestamptz, integer), public.deployment_metrics(bigint, timestamptz, integer),
  public.save_deployment_findings(bigint, jsonb, timestamptz), public.store_function_version(bigint, jsonb),
  public.edge_function_logs_from(bigint, timestamptz), public.store_edge_function_minutes(bigint, jsonb),
  public.function_version(bigint, text, integer), public.deployment_monitor_projects(timestamptz),
  public.deployment_history(bigint, timestamptz) to service_role;
