-- Ingest's one call: everything that one group commit brought, recorded in one transaction.

-- Without the payload: 50 KB would be copied with the row at each step from here to the table.
create type prunella.incoming_event as (
  project_id bigint, event_id uuid, fingerprint text, fingerprint_version smallint, type text, title text, culprit text,
  platform text, level text, release text, environment text, user_hash text, trace_id text, occurred_at timestamptz,
  grouping_components jsonb, joins text[]
);
comment on column prunella.incoming_event.joins is
  'Fingerprints of issues that a new issue of this fingerprint is part of, by what people taught or by an earlier version of the '
  'fingerprint: the first that exists takes it in.';
create type prunella.incoming_traffic as (
  project_id bigint, minute_at timestamptz, release text, environment text, request_count bigint, failed_request_count bigint,
  session_count bigint, crashed_session_count bigint, duration_ms_sum double precision
);
create type prunella.incoming_heartbeat as (
  project_id bigint, monitor_slug text, environment text, status text, check_in_id text, occurred_at timestamptz,
  duration_ms double precision, interval_seconds integer, margin_seconds integer
);
grant usage on type prunella.incoming_event, prunella.incoming_traffic, prunella.incoming_heartbeat to service_role;

create function prunella.grouping_lock(p_project_id bigint) returns bigint
language sql immutable security invoker set search_path = ''
as $$ select hashtextextended('grouping:' || p_project_id, 0) $$;
comment on function prunella.grouping_lock(bigint) is
  'Key of the advisory lock of a project''s grouping: shared by batches of events, exclusive for merges and splits.';

create function prunella.count_merged(p_counts jsonb, p_minute timestamptz, p_now timestamptz) returns void
language plpgsql security invoker set search_path = ''
as $$
begin
  insert into public.merged_minutes as m (origin_issue_id, minute_at, release, environment, project_id, event_count)
  select c.origin_issue_id, p_minute, c.release, c.environment, c.project_id, c.event_count
  from jsonb_to_recordset(p_counts)
    as c (origin_issue_id bigint, release text, environment text, project_id bigint, event_count integer)
  order by 1, 3, 4
  on conflict (origin_issue_id, minute_at, release, environment) do update set event_count = m.event_count + excluded.event_count;

  with locked as materialized (
    select d.id from public.detected_errors as d
    where d.id in (select (c ->> 'origin_issue_id')::bigint from jsonb_array_elements(p_counts) as c)
    order by d.id for no key update of d
  )
  update public.detected_errors as d
  set merged_event_count = d.merged_event_count + (
        select sum((c ->> 'event_count')::bigint) from jsonb_array_elements(p_counts) as c where (c ->> 'origin_issue_id')::bigint = d.id
      ),
      last_seen_at = greatest(d.last_seen_at, p_now)
  from locked as l where d.id = l.id;
end
$$;
comment on function prunella.count_merged(jsonb, timestamptz, timestamptz) is
  'Notes through which merged issues events came in, so that a split can give them back.';

create function prunella.record_events(p_events jsonb, p_now timestamptz) returns integer
language plpgsql security invoker set search_path = ''
as $$
declare
  v_today date := (p_now at time zone 'utc')::date;
  v_minute timestamptz := date_trunc('minute', p_now);
  v_rows prunella.incoming_event[];
  -- Where each row is in p_events, from 0.
  v_places integer[];
  v_busy bigint[];
  v_merged jsonb;
  v_quiet jsonb;
  v_young bigint[];
  v_accepted integer;
begin
  -- Yesterday is looked at too, so that a retry around midnight is still a duplicate.
  select array_agg(e.r), array_agg(e.place) into v_rows, v_places
  from (
    select distinct on (r.project_id, r.event_id) r, (o.number - 1)::integer as place
    from jsonb_array_elements(p_events) with ordinality as o (event, number)
    cross join lateral jsonb_populate_record(null::prunella.incoming_event, o.event) as r
    order by r.project_id, r.event_id
  ) as e
  -- Scalar subqueries with a limit cannot become a join that reads the whole day, whatever the statistics say.
  where (
    select true from public.error_events as k
    where k.received_on = v_today and k.project_id = (e.r).project_id and k.event_id = (e.r).event_id limit 1
  ) is null
  and (
    select true from public.error_events as k
    where k.received_on = v_today - 1 and k.project_id = (e.r).project_id and k.event_id = (e.r).event_id limit 1
  ) is null
  -- A project that was deleted a moment ago must not fail the batch, which brings what others sent as well.
  and exists (select from public.projects as p where p.id = (e.r).project_id);
  if v_rows is null then
    return 0;
  end if;

  -- Shared by all batches; a merge or a split of the project's issues takes it alone. So no event is on its way to an issue that is
  -- merged meanwhile, and counts are right at any time.
  perform pg_advisory_xact_lock_shared(prunella.grouping_lock(p.project_id))
  from (select distinct r.project_id from unnest(v_rows) as r order by 1) as p;

  -- Ordered, so that two batches that bring the same new issues cannot deadlock.
  insert into public.detected_errors (
    project_id, fingerprint, fingerprint_version, type, title, culprit, platform, level, severity, environment,
    first_release, last_release, first_seen_at, last_seen_at, episode_started_at, episode_request_count, episode_session_count,
    grouping_components, merged_into_id
  )
  select distinct on (r.project_id, r.fingerprint)
    r.project_id, r.fingerprint, r.fingerprint_version, r.type, r.title, r.culprit, r.platform, r.level,
    case r.level when 'fatal' then 'high' when 'error' then 'medium' else 'low' end,
    r.environment, r.release, r.release, p_now, p_now, p_now, coalesce(t.request_count, 0), coalesce(t.session_count, 0),
    coalesce(r.grouping_components, '[]'), (
      select coalesce(t.merged_into_id, t.id)
      from unnest(r.joins) with ordinality as j (fingerprint, place)
      join public.detected_errors as t on t.project_id = r.project_id and t.fingerprint = j.fingerprint
      order by j.place limit 1
    )
  from unnest(v_rows) as r
  left join public.traffic_totals as t on t.project_id = r.project_id
  where (
    select d.id from public.detected_errors as d where d.project_id = r.project_id and d.fingerprint = r.fingerprint limit 1
  ) is null
  order by r.project_id, r.fingerprint, r.occurred_at
  on conflict (project_id, fingerprint) do nothing;

  with inserted as (
    insert into public.error_events (
      received_on, project_id, event_id, issue_id, origin_issue_id, received_at, occurred_at, level, release, environment, user_hash,
      trace_id, payload
    )
    select v_today, r.project_id, r.event_id, coalesce(d.merged_into_id, d.id), case when d.merged_into_id is not null then d.id end,
      p_now, r.occurred_at, r.level, r.release, r.environment, r.user_hash, r.trace_id, p_events -> v_places[r.ordinality] -> 'payload'
    from unnest(v_rows) with ordinality as r
    cross join lateral (
      select known.id, known.merged_into_id from public.detected_errors as known
      where known.project_id = r.project_id and known.fingerprint = r.fingerprint limit 1
    ) as d
    -- Ordered like everything that two batches may both write.
    order by r.project_id, r.event_id
    on conflict do nothing
    returning project_id, issue_id, origin_issue_id, occurred_at, release, environment
  ),
  counted as (
    select i.issue_id, count(*) as added,
      (array_agg(i.release order by i.occurred_at desc) filter (where i.release is not null))[1] as latest_release
    from inserted as i group by i.issue_id
  ),
  minutes as (
    insert into public.error_minutes as m (issue_id, minute_at, release, environment, project_id, event_count)
    select i.issue_id, v_minute, coalesce(i.release, ''), coalesce(i.environment, ''), min(i.project_id), count(*)
    from inserted as i group by i.issue_id, coalesce(i.release, ''), coalesce(i.environment, '')
    order by 1, 3, 4
    on conflict (issue_id, minute_at, release, environment) do update set event_count = m.event_count + excluded.event_count
    returning m.issue_id, m.event_count
  ),
  locked as materialized (
    select d.id from public.detected_errors as d join counted as c on c.issue_id = d.id order by d.id for no key update of d
  ),
  updated as (
    update public.detected_errors as d
    set event_count = d.event_count + c.added,
        last_seen_at = greatest(d.last_seen_at, p_now),
        last_release = coalesce(c.latest_release, d.last_release),
        updated_at = p_now
    from counted as c, locked as l
    where d.id = l.id and d.id = c.issue_id
    returning d.id, d.status, d.event_count, d.first_seen_at, c.added
  )
  select coalesce(sum(c.added), 0), (
    select array_agg(m.issue_id) from (
      select issue_id, sum(event_count) as in_minute from minutes group by issue_id
    ) as m
    join counted as added using (issue_id)
    -- Look for an escalation only when the minute's count passes 10, 20, 40, ...: a storm costs a few looks, not one per batch.
    -- It does when its tenth part gets another binary digit, which the bits that change then exceed.
    where ((m.in_minute / 10) # ((m.in_minute - added.added) / 10)) > (m.in_minute - added.added) / 10
  ), (
    select jsonb_agg(to_jsonb(o)) from (
      select i.origin_issue_id, coalesce(i.release, '') as release, coalesce(i.environment, '') as environment,
        min(i.project_id) as project_id, count(*) as event_count
      from inserted as i where i.origin_issue_id is not null group by 1, 2, 3
    ) as o
  ),
  -- Hardly any batch has events of quiet issues: only then they are grouped once more.
  case when exists (select from updated as u where u.status in ('resolved', 'archived', 'ignored')) then (
    select jsonb_agg(to_jsonb(q)) from (
      select i.issue_id, coalesce(i.release, '') as release, max(i.occurred_at) as latest_at, count(*) as event_count
      from inserted as i
      where i.issue_id in (select u.id from updated as u where u.status in ('resolved', 'archived', 'ignored')) group by 1, 2
    ) as q
  ) end, (
    -- New issues are compared with the project's others when they pass 10, 20, 40, ... events, after their first ten minutes.
    select array_agg(u.id) from updated as u
    where u.status = 'new' and u.first_seen_at < p_now - interval '10 minutes'
      and ((u.event_count / 10) # ((u.event_count - u.added) / 10)) > (u.event_count - u.added) / 10
  )
  into v_accepted, v_busy, v_merged, v_quiet, v_young
  from counted as c;

  if v_quiet is not null then
    perform prunella.wake_quiet(v_quiet, p_now);
  end if;
  if v_young is not null then
    update public.detected_errors as d set status = 'escalating', updated_at = p_now
    where d.id = any (v_young) and prunella.passes_project(d, p_now);
  end if;

  if v_merged is not null then
    perform prunella.count_merged(v_merged, v_minute, p_now);
  end if;

  if v_busy is not null then
    update public.detected_errors as d
    set status = 'escalating', updated_at = p_now
    where d.id = any (v_busy) and d.status in ('new', 'ongoing')
      and d.first_seen_at < p_now - interval '10 minutes'
      and (select sum(m.event_count) from public.error_minutes as m where m.issue_id = d.id and m.minute_at = v_minute)
        >= 5 * greatest(1, (
          select coalesce(sum(m.event_count), 0) / 60.0 from public.error_minutes as m
          where m.issue_id = d.id and m.minute_at >= v_minute - interval '60 minutes' and m.minute_at < v_minute
        ));
  end if;
  return v_accepted;
end
$$;
comment on function prunella.record_events(jsonb, timestamptz) is
  'Records events: duplicates by event id count once; issues, counts and diagnosis jobs follow in the same transaction. Returns how many were new.';

create function prunella.begin_episode() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  -- The moment that the change names, if it names one.
  new.episode_started_at := case when new.updated_at > old.updated_at then new.updated_at else now() end;
  new.episode_event_count := old.event_count;
  select coalesce(max(t.request_count), 0), coalesce(max(t.session_count), 0)
  into new.episode_request_count, new.episode_session_count
  from public.traffic_totals as t where t.project_id = new.project_id;
  return new;
end
$$;
comment on function prunella.begin_episode() is 'Row trigger: an issue that came back or escalates begins a new episode.';
revoke execute on function prunella.begin_episode() from public;
create trigger detected_errors_begin_episode before update of status on public.detected_errors
  for each row when (new.status in ('regressed', 'escalating') and old.status is distinct from new.status)
  execute function prunella.begin_episode();

create function prunella.note_resolution() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  new.resolved_at := case when new.status = 'resolved' then
    coalesce(new.resolved_at, case when new.updated_at > old.updated_at then new.updated_at end, now())
  end;
  return new;
end
$$;
comment on function prunella.note_resolution() is 'Row trigger: resolved_at is set when, and only when, an issue is resolved.';
revoke execute on function prunella.note_resolution() from public;
create trigger detected_errors_note_resolution before update of status on public.detected_errors
  for each row when (old.status is distinct from new.status) execute function prunella.note_resolution();

create function public.record_batch(p_batch jsonb, p_now timestamptz default now()) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  v_events jsonb := coalesce(p_batch -> 'events', '[]');
  v_accepted integer := 0;
  v_failed_check_ins integer;
begin
  -- Traffic first: a new issue notes the total at its onset.
  insert into public.traffic_minutes as t (
    project_id, minute_at, release, environment, request_count, failed_request_count, session_count, crashed_session_count, duration_ms_sum
  )
  select r.project_id, date_trunc('minute', r.minute_at), coalesce(r.release, ''), coalesce(r.environment, ''), sum(r.request_count),
    sum(r.failed_request_count), sum(r.session_count), sum(r.crashed_session_count), sum(r.duration_ms_sum)
  from jsonb_populate_recordset(null::prunella.incoming_traffic, coalesce(p_batch -> 'traffic', '[]')) as r
  join public.projects as p on p.id = r.project_id
  group by 1, 2, 3, 4
  order by 1, 2, 3, 4
  on conflict (project_id, minute_at, release, environment) do update set
    request_count = t.request_count + excluded.request_count,
    failed_request_count = t.failed_request_count + excluded.failed_request_count,
    session_count = t.session_count + excluded.session_count,
    crashed_session_count = t.crashed_session_count + excluded.crashed_session_count,
    duration_ms_sum = t.duration_ms_sum + excluded.duration_ms_sum;

  insert into public.traffic_totals as t (project_id, request_count, session_count, updated_at)
  select r.project_id, sum(r.request_count), sum(r.session_count), p_now
  from jsonb_populate_recordset(null::prunella.incoming_traffic, coalesce(p_batch -> 'traffic', '[]')) as r
  join public.projects as p on p.id = r.project_id
  group by 1
  order by 1
  on conflict (project_id) do update set
    request_count = t.request_count + excluded.request_count,
    session_count = t.session_count + excluded.session_count,
    updated_at = excluded.updated_at;

  if jsonb_array_length(v_events) > 0 then
    v_accepted := prunella.record_events(v_events, p_now);
  end if;

  insert into public.heartbeats as h (
    project_id, monitor_slug, environment, status, last_check_in_id, last_check_in_at, last_duration_ms, interval_seconds, margin_seconds
  )
  select distinct on (c.project_id, c.monitor_slug, c.environment)
    c.project_id, c.monitor_slug, c.environment, c.status, c.check_in_id, c.checked_in_at,
    -- Often only the first check-in of a run tells the schedule, and only the last how long the run took.
    max(c.duration_ms) over run, max(c.interval_seconds) over run, coalesce(max(c.margin_seconds) over run, 60)
  from (
    -- A sender whose clock is ahead must not silence its own monitor.
    select r.project_id, r.monitor_slug, coalesce(r.environment, '') as environment, r.status, r.check_in_id,
      least(r.occurred_at, p_now) as checked_in_at, r.duration_ms, r.interval_seconds, r.margin_seconds
    from jsonb_populate_recordset(null::prunella.incoming_heartbeat, coalesce(p_batch -> 'heartbeats', '[]')) as r
    join public.projects as p on p.id = r.project_id
  ) as c
  window run as (partition by c.project_id, c.monitor_slug, c.environment)
  -- Of two check-ins at the same moment the one that ends the run counts.
  order by 1, 2, 3, c.checked_in_at desc, (c.status = 'in_progress')
  on conflict (project_id, monitor_slug, environment) do update set
    status = excluded.status, last_check_in_id = excluded.last_check_in_id, last_check_in_at = excluded.last_check_in_at,
    last_duration_ms = coalesce(excluded.last_duration_ms, h.last_duration_ms),
    interval_seconds = coalesce(excluded.interval_seconds, h.interval_seconds),
    margin_seconds = case when excluded.interval_seconds is null then h.margin_seconds else excluded.margin_seconds end
  where h.last_check_in_at <= excluded.last_check_in_at;

  -- A check-in that reports failure is an error like any other, and once if it is sent twice.
  select prunella.record_events(jsonb_agg(prunella.heartbeat_event(
    r.project_id, r.monitor_slug, r.environment, 'failed', p_now,
    md5(concat_ws(chr(31), r.project_id, r.monitor_slug, r.environment, r.check_in_id))::uuid
  )), p_now)
  into v_failed_check_ins
  from jsonb_populate_recordset(null::prunella.incoming_heartbeat, coalesce(p_batch -> 'heartbeats', '[]')) as r
  where r.status = 'error'
  having count(*) > 0;

  return jsonb_build_object(
    'accepted', v_accepted + coalesce(v_failed_check_ins, 0), 'duplicates', jsonb_array_length(v_events) - v_accepted
  );
end
$$;
comment on function public.record_batch(jsonb, timestamptz) is
  'Records { events, traffic, heartbeats } of one group commit. Returns { accepted, duplicates }.';

create function prunella.heartbeat_event(
  p_project_id bigint, p_monitor_slug text, p_environment text, p_what text, p_now timestamptz, p_event_id uuid default gen_random_uuid()
) returns jsonb
language sql volatile security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'project_id', p_project_id, 'event_id', p_event_id,
    'fingerprint', encode(sha256(convert_to('heartbeat:' || p_what || ':' || p_monitor_slug, 'UTF8')), 'hex'),
    'fingerprint_version', 1, 'type', 'Heartbeat', 'platform', 'other', 'level', 'error', 'environment', nullif(p_environment, ''),
    'title', 'Heartbeat ' || p_what || ': ' || p_monitor_slug, 'culprit', p_monitor_slug, 'occurred_at', p_now,
    -- Every field of an ErrorEvent: the engine reads it like any other.
    'payload', jsonb_build_object(
      'eventId', replace(p_event_id::text, '-', ''), 'occurredAt', p_now, 'level', 'error', 'platform', 'other', 'logger', null,
      'message', 'Heartbeat ' || p_what || ': ' || p_monitor_slug, 'messageTemplate', null, 'exceptions', '[]'::jsonb, 'release', null,
      'environment', nullif(p_environment, ''), 'serverName', null, 'transaction', null, 'traceId', null, 'sdk', null,
      'tags', jsonb_build_object('monitor', p_monitor_slug), 'userHash', null, 'clientFingerprint', null, 'request', null,
      'breadcrumbs', '[]'::jsonb, 'contexts', '{}'::jsonb, 'extra', '{}'::jsonb, 'debugImages', '[]'::jsonb
    )
  )
$$;
comment on function prunella.heartbeat_event(bigint, text, text, text, timestamptz, uuid) is 'The event that stands for a failed or missed heartbeat.';

create function public.sweep_heartbeats(p_now timestamptz default now()) returns integer
language plpgsql security invoker set search_path = ''
as $$
declare
  v_missed jsonb;
begin
  with missed as (
    update public.heartbeats as h set status = 'missed'
    where h.interval_seconds is not null and h.status <> 'missed'
      and h.last_check_in_at + make_interval(secs => h.interval_seconds + h.margin_seconds) < p_now
    returning h.project_id, h.monitor_slug, h.environment
  )
  select jsonb_agg(prunella.heartbeat_event(m.project_id, m.monitor_slug, m.environment, 'missed', p_now)) into v_missed from missed as m;
  return case when v_missed is null then 0 else prunella.record_events(v_missed, p_now) end;
end
$$;
comment on function public.sweep_heartbeats(timestamptz) is 'Turns schedules that did not check in in time into errors. Returns how many.';

revoke execute on function prunella.record_events(jsonb, timestamptz), prunella.grouping_lock(bigint),
  prunella.count_merged(jsonb, timestamptz, timestamptz),
  prunella.heartbeat_event(bigint, text, text, text, timestamptz, uuid) from public;
grant execute on function prunella.record_events(jsonb, timestamptz), prunella.grouping_lock(bigint),
  prunella.count_merged(jsonb, timestamptz, timestamptz),
  prunella.heartbeat_event(bigint, text, text, text, timestamptz, uuid) to service_role;
revoke execute on function public.record_batch(jsonb, timestamptz), public.sweep_heartbeats(timestamptz) from public, anon, authenticated;
grant execute on function public.record_batch(jsonb, timestamptz), public.sweep_heartbeats(timestamptz) to service_role;
