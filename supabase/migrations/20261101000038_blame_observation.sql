-- What blame sees.

create function public.blame_observation(
  p_project_id bigint, p_since timestamptz, p_until timestamptz, p_known_issues bigint[] default '{}'
) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    -- Minutes that ended before p_since are read too: their counts may have grown since.
    'traffic', coalesce((
      select jsonb_agg(jsonb_build_array(m.minute_at, m.release, m.environment, m.request_count, m.failed_request_count) order by m.minute_at)
      from (
        select t.minute_at, t.release, t.environment, t.request_count, t.failed_request_count
        from public.traffic_minutes as t
        where t.project_id = p_project_id and t.minute_at > p_since - interval '3 minutes' and t.minute_at <= p_until
        union all
        -- Logs are read every two minutes, some of them late. Where an SDK counts the same requests, its counts stand.
        select f.minute_at, f.slug || '@' || f.version, '', f.request_count, f.failed_request_count
        from public.edge_function_minutes as f
        where f.project_id = p_project_id and f.minute_at > p_since - interval '10 minutes' and f.minute_at <= p_until and not exists (
          select from public.traffic_minutes as t
          where t.project_id = p_project_id and t.minute_at = f.minute_at and t.release = f.slug || '@' || f.version
        )
      ) as m
    ), '[]'),
    'events', coalesce((
      select jsonb_agg(jsonb_build_array(e.issue_id, e.at, e.release, e.environment, e.count) order by e.at)
      from (
        select v.issue_id, to_timestamp(floor(extract(epoch from v.received_at) / 10) * 10) as at, coalesce(v.release, '') as release,
          coalesce(v.environment, '') as environment, count(*) as count
        from public.error_events as v
        join public.detected_errors as d on d.id = v.issue_id
        where v.project_id = p_project_id and v.received_at > p_since and v.received_at <= p_until
          and v.received_on between (p_since at time zone 'utc')::date and (p_until at time zone 'utc')::date
          -- What Prunella itself says about deployments is no symptom of one.
          and d.type is distinct from 'Deployment'
        group by 1, 2, 3, 4
      ) as e
    ), '[]'),
    -- A few events of each issue, the latest ones, with what single events tell: whom they struck, the flags that changed lately, the
    -- breadcrumb of the last call.
    'samples', coalesce((
      select jsonb_agg(jsonb_build_array(s.issue_id, s.received_at, s.release, s.environment, s.user_hash, s.url, s.flags, s.call) order by s.received_at)
      from (
        select d.id from public.detected_errors as d
        where d.project_id = p_project_id and d.last_seen_at > p_since and d.type is distinct from 'Deployment'
        order by d.last_seen_at desc limit 50
      ) as d
      cross join (
        select coalesce(array_agg(distinct n.name), '{}') as names
        from public.system_config as c, unnest(array[c.key, substring(c.key from '[^.]*$')]) as n (name)
        where c.project_id = p_project_id and c.key like 'app.%' and jsonb_typeof(c.value) = 'boolean'
          and c.created_at > p_until - interval '48 hours' and c.created_at <= p_until
      ) as n
      cross join lateral (
        select e.issue_id, e.received_at, coalesce(e.release, '') as release, coalesce(e.environment, '') as environment,
          left(e.user_hash, 12) as user_hash, e.payload #>> '{request,url}' as url,
          case when jsonb_typeof(e.payload #> '{contexts,flags,values}') = 'array' then (
            -- Under the name that the configuration has for it: code writes newCheckout or new-checkout for new_checkout.
            select coalesce(jsonb_object_agg(own.name, f -> 'result'), '{}')
            from jsonb_array_elements(e.payload #> '{contexts,flags,values}') as f
            join unnest(n.names) as own (name) on translate(lower(own.name), '-_. ', '') = translate(lower(f ->> 'flag'), '-_. ', '')
            where jsonb_typeof(f -> 'result') = 'boolean'
          ) end as flags,
          case when jsonb_typeof(e.payload -> 'breadcrumbs') = 'array' then (
            select b.crumb from jsonb_array_elements(e.payload -> 'breadcrumbs') with ordinality as b (crumb, place)
            where b.crumb ->> 'type' = 'http' or b.crumb ->> 'category' in ('fetch', 'xhr', 'http')
            order by b.place desc limit 1
          ) end as call
        from public.error_events as e
        where e.issue_id = d.id and e.received_at > p_since and e.received_at <= p_until
          and e.received_on between (p_since at time zone 'utc')::date and (p_until at time zone 'utc')::date
        order by e.received_at desc limit 20
      ) as s
    ), '[]'),
    'issues', coalesce((
      select jsonb_agg(jsonb_build_object(
        'id', d.id, 'first_seen_at', d.first_seen_at, 'category', d.category, 'title', d.title, 'type', d.type, 'release', d.first_release,
        'environment', d.environment, 'exceptions', coalesce(latest.payload -> 'exceptions', '[]'), 'message', latest.payload ->> 'message'
      ))
      from (
        select d.* from public.detected_errors as d
        where d.project_id = p_project_id and d.last_seen_at > p_since and d.type is distinct from 'Deployment'
          and not d.id = any (p_known_issues)
        order by d.last_seen_at desc limit 200
      ) as d
      left join lateral (
        select e.payload from public.error_events as e where e.issue_id = d.id order by e.received_at desc limit 1
      ) as latest on true
    ), '[]'),
    'configuration', coalesce((
      select jsonb_agg(jsonb_build_object(
        'key', c.key, 'version', c.version, 'at', c.created_at,
        'flag', case when jsonb_typeof(c.value) = 'boolean' then c.value end,
        'steps', coalesce((
          select r.steps from public.config_rollouts as r
          where r.project_id = c.project_id and r.key = c.key and r.version = c.version
        ), '[]'),
        'replaced_at', (
          select min(n.created_at) from public.system_config as n
          where n.project_id = c.project_id and n.key = c.key and n.version > c.version
        )
      ) order by c.created_at)
      from (
        select * from public.system_config
        where project_id = p_project_id and key like 'app.%' and created_at > p_until - interval '48 hours' and created_at <= p_until
        order by created_at desc limit 200
      ) as c
    ), '[]'),
    'breakers', coalesce((
      select jsonb_agg(jsonb_build_object('name', b.name, 'state', b.state, 'at', coalesce(b.opened_at, b.updated_at)))
      from public.circuit_breaker_state as b where b.project_id = p_project_id
    ), '[]'),
    'first_signal_at', coalesce(
      least(
        (select min(m.minute_at) from public.traffic_minutes as m where m.project_id = p_project_id),
        (select min(f.minute_at) from public.edge_function_minutes as f where f.project_id = p_project_id)
      ),
      (select min(d.first_seen_at) from public.detected_errors as d where d.project_id = p_project_id)
    )
  )
$$;
comment on function public.blame_observation(bigint, timestamptz, timestamptz, bigint[]) is
  'What came in since the last look: traffic by minute and label, events by ten seconds and label, some of them closely, facts of issues that are new to blame.';

revoke execute on function public.blame_observation(bigint, timestamptz, timestamptz, bigint[]) from public, anon, authenticated;
grant execute on function public.blame_observation(bigint, timestamptz, timestamptz, bigint[]) to service_role;
