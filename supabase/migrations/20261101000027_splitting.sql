-- Taking issues apart: merged ones as they were, or by what tells their events apart.

create function public.unmerge_issues(
  p_project_id bigint, p_issue_ids bigint[], p_learning jsonb, p_expected_version bigint, p_reason text, p_actor text,
  p_now timestamptz default now()
) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  v_issue public.detected_errors;
  v_ids bigint[];
  v_parents bigint[];
begin
  perform pg_advisory_xact_lock(prunella.grouping_lock(p_project_id));
  if exists (
    select from unnest(p_issue_ids) as f (id)
    where not exists (select from public.detected_errors as d where d.id = f.id and d.project_id = p_project_id)
  ) then
    raise exception 'one of the issues does not exist in project %', p_project_id using errcode = 'no_data_found';
  end if;
  select array_agg(d.id order by d.id), array_agg(distinct d.merged_into_id) into v_ids, v_parents
  from public.detected_errors as d where d.id = any (p_issue_ids) and d.merged_into_id is not null;
  if v_ids is null then
    return '[]'::jsonb;
  end if;
  perform prunella.refuse_during_fixes(v_ids || v_parents);
  perform from public.detected_errors where id = any (v_ids || v_parents) order by id for update;
  perform prunella.save_grouping(p_project_id, p_learning, p_expected_version);
  for v_issue in select * from public.detected_errors where id = any (v_ids) order by id loop
    perform prunella.unmerge_one(v_issue, p_now);
    if v_issue.status in ('new', 'ongoing', 'escalating', 'regressed') then
      perform prunella.enqueue('diagnose', p_project_id, v_issue.id, null, p_now);
    end if;
    perform prunella.note_regrouping(
      p_project_id, 'issue_split', 'Issue ' || v_issue.id || ' stands for itself again, no more part of issue '
        || v_issue.merged_into_id || ': ' || p_reason,
      jsonb_build_object('issue', v_issue.id, 'out_of', v_issue.merged_into_id, 'event_count', v_issue.merged_event_count),
      s.id, p_actor
    ) from unnest(array[v_issue.id, v_issue.merged_into_id]) as s (id);
  end loop;
  return to_jsonb(v_ids);
end
$$;
comment on function public.unmerge_issues(bigint, bigint[], jsonb, bigint, text, text, timestamptz) is
  'Undoes merges: each issue gets back what came in through it, before and since. Returns those that were merged.';

create function prunella.issue_for_split(p_source public.detected_errors, p_group jsonb, p_now timestamptz) returns bigint
language plpgsql security invoker set search_path = ''
as $$
declare
  v_target public.detected_errors;
begin
  insert into public.detected_errors (
    project_id, fingerprint, fingerprint_version, type, title, culprit, platform, level, severity, environment, grouping_components,
    first_seen_at, last_seen_at, episode_started_at, episode_request_count, episode_session_count, updated_at
  )
  select p_source.project_id, p_group ->> 'fingerprint', p_source.fingerprint_version, p_group ->> 'type', p_group ->> 'title',
    p_group ->> 'culprit', p_source.platform, p_source.level, p_source.severity, p_source.environment,
    coalesce(p_group -> 'components', '[]'), p_now, p_now, p_now, coalesce(max(t.request_count), 0),
    coalesce(max(t.session_count), 0), p_now
  from (select) as one left join public.traffic_totals as t on t.project_id = p_source.project_id
  on conflict (project_id, fingerprint) do nothing;
  select * into v_target from public.detected_errors
  where project_id = p_source.project_id and fingerprint = p_group ->> 'fingerprint' for update;
  if v_target.merged_into_id is not null and v_target.merged_into_id <> p_source.id then
    raise exception 'events like these belong to issue %, which is part of issue %', v_target.id, v_target.merged_into_id
      using errcode = 'object_not_in_prerequisite_state', hint = 'Split that one first.';
  elsif v_target.merged_into_id is not null then
    -- They had been split off before and were merged back.
    perform prunella.unmerge_one(v_target, p_now);
  end if;
  return v_target.id;
end
$$;
comment on function prunella.issue_for_split(public.detected_errors, jsonb, timestamptz) is 'The issue that split events go to: new, or the one of an earlier split.';

create function prunella.move_events(p_source_id bigint, p_target_id bigint, p_event_ids uuid[], p_now timestamptz) returns bigint
language plpgsql security invoker set search_path = ''
as $$
declare
  v_moved jsonb;
  v_count bigint;
  v_target public.detected_errors;
begin
  with picked as (
    select e.received_on, e.project_id, e.event_id, e.received_at, coalesce(e.origin_issue_id, e.issue_id) as origin_id,
      coalesce(e.release, '') as release, coalesce(e.environment, '') as environment
    from public.error_events as e
    join public.detected_errors as o on o.id = coalesce(e.origin_issue_id, e.issue_id)
    where e.event_id = any (p_event_ids) and e.project_id = (select s.project_id from public.detected_errors as s where s.id = p_source_id)
      -- Where an event belongs follows from its origin; its own row may still wait to be moved there.
      and coalesce(o.merged_into_id, o.id) = p_source_id
    for update of e
  ),
  moved as (
    update public.error_events as e set issue_id = p_target_id, origin_issue_id = null
    from picked as p
    where e.received_on = p.received_on and e.project_id = p.project_id and e.event_id = p.event_id
    returning p.*
  )
  select jsonb_agg(jsonb_build_object(
    'minute_at', date_trunc('minute', m.received_at), 'release', m.release, 'environment', m.environment, 'project_id', m.project_id,
    'event_count', 1, 'origin_id', m.origin_id, 'received_at', m.received_at
  )), count(*) into v_moved, v_count from moved as m;
  if v_count = 0 then
    return 0;
  end if;
  perform prunella.add_minutes(p_source_id, v_moved, -1);
  perform prunella.add_minutes(p_target_id, v_moved, 1);
  update public.merged_minutes as m set event_count = m.event_count - r.event_count
  from (
    select r.origin_id, r.minute_at, r.release, r.environment, sum(r.event_count) as event_count
    from jsonb_to_recordset(v_moved) as r (origin_id bigint, minute_at timestamptz, release text, environment text, event_count integer)
    where r.origin_id <> p_source_id group by 1, 2, 3, 4
  ) as r
  where m.origin_issue_id = r.origin_id and m.minute_at = r.minute_at and m.release = r.release and m.environment = r.environment;
  delete from public.merged_minutes as m
  where m.event_count <= 0 and m.origin_issue_id in (
    select r.origin_id from jsonb_to_recordset(v_moved) as r (origin_id bigint)
  );
  update public.detected_errors as d set merged_event_count = greatest(0, d.merged_event_count - r.event_count)
  from (
    select r.origin_id, count(*) as event_count from jsonb_to_recordset(v_moved) as r (origin_id bigint)
    where r.origin_id <> p_source_id group by 1
  ) as r
  where d.id = r.origin_id;
  update public.detected_errors as d
  set event_count = greatest(0, d.event_count - v_count),
      episode_event_count = greatest(0, d.episode_event_count - (v_count - prunella.count_since(v_moved, d.episode_started_at))),
      updated_at = p_now
  where d.id = p_source_id;
  select * into v_target from public.detected_errors where id = p_target_id;
  update public.detected_errors as d
  set event_count = d.event_count + v_count, episode_event_count = least(d.event_count + v_count,
        d.episode_event_count + v_count - case when v_target.event_count = 0 then 0 else prunella.count_since(v_moved, d.episode_started_at) end),
      first_seen_at = least(case when v_target.event_count > 0 then d.first_seen_at end, s.first_at),
      last_seen_at = greatest(case when v_target.event_count > 0 then d.last_seen_at end, s.last_at),
      first_release = coalesce(d.first_release, s.first_release), last_release = coalesce(s.last_release, d.last_release), updated_at = p_now
  from (
    select min(r.received_at) as first_at, max(r.received_at) as last_at,
      (array_agg(nullif(r.release, '') order by r.received_at))[1] as first_release,
      (array_agg(nullif(r.release, '') order by r.received_at desc))[1] as last_release
    from jsonb_to_recordset(v_moved) as r (received_at timestamptz, release text)
  ) as s
  where d.id = p_target_id;
  return v_count;
end
$$;
comment on function prunella.move_events(bigint, bigint, uuid[], timestamptz) is
  'Moves events from one issue to another with everything that counts them. Events that are elsewhere are left alone.';

create function public.split_issue(
  p_issue_id bigint, p_groups jsonb, p_learning jsonb, p_expected_version bigint, p_reason text, p_actor text, p_now timestamptz default now()
) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  v_issue public.detected_errors;
  v_group jsonb;
  v_target_id bigint;
  v_before bigint;
  v_moved bigint;
  v_result jsonb := jsonb_build_array();
begin
  select * into v_issue from public.detected_errors where id = p_issue_id;
  if not found then
    raise exception 'there is no issue %', p_issue_id using errcode = 'no_data_found';
  end if;
  perform pg_advisory_xact_lock(prunella.grouping_lock(v_issue.project_id));
  perform prunella.refuse_during_fixes(array[p_issue_id]);
  select * into v_issue from public.detected_errors where id = p_issue_id for update;
  if v_issue.merged_into_id is not null then
    raise exception 'issue % is part of issue %', v_issue.id, v_issue.merged_into_id
      using errcode = 'object_not_in_prerequisite_state', hint = 'Split that one.';
  end if;
  perform prunella.save_grouping(v_issue.project_id, p_learning, p_expected_version);
  for v_group in select g from jsonb_array_elements(p_groups) as g order by g ->> 'fingerprint' loop
    select coalesce(sum(d.event_count), 0) into v_before from public.detected_errors as d
    where d.project_id = v_issue.project_id and d.fingerprint = v_group ->> 'fingerprint';
    v_target_id := prunella.issue_for_split(v_issue, v_group, p_now);
    perform prunella.move_events(
      v_issue.id, v_target_id, array(select jsonb_array_elements_text(v_group -> 'events'))::uuid[], p_now
    );
    select d.event_count - v_before into v_moved from public.detected_errors as d where d.id = v_target_id;
    v_result := v_result || jsonb_build_object('issue', v_target_id, 'moved_count', v_moved);
    perform prunella.note_regrouping(
      v_issue.project_id, 'issue_split',
      prunella.count_words(v_moved) || ' of issue ' || v_issue.id || ' went to issue ' || v_target_id || ': ' || p_reason,
      jsonb_build_object('issue', v_target_id, 'out_of', v_issue.id, 'event_count', v_moved), s.id, p_actor
    ) from unnest(array[v_issue.id, v_target_id]) as s (id) where v_moved > 0;
  end loop;
  perform prunella.look_again_at_seen(v_issue.id);
  return v_result;
end
$$;
comment on function public.split_issue(bigint, jsonb, jsonb, bigint, text, text, timestamptz) is
  'Moves events to issues of their own, with what the grouping learns from it. p_groups: [{ fingerprint, type, title, culprit, components, '
  'events: [uuid] }]. Returns [{ issue, moved_count }].';

create function public.settle_events(p_limit integer default 5000) returns integer
language plpgsql security invoker set search_path = ''
as $$
declare
  v_issue public.detected_errors;
  v_home bigint;
  v_left integer := p_limit;
  v_moved integer;
begin
  for v_issue in
    select * from public.detected_errors where unsettled_at is not null order by unsettled_at, id limit 100
  loop
    exit when v_left <= 0;
    -- Pointers are turned by those who hold the grouping alone, so they stand still here.
    perform pg_advisory_xact_lock_shared(prunella.grouping_lock(v_issue.project_id));
    select * into v_issue from public.detected_errors where id = v_issue.id;
    v_home := coalesce(v_issue.merged_into_id, v_issue.id);
    -- An issue answers for the rows that came in through it, wherever they lie: an earlier merge, undone before its rows had
    -- followed, may have left them at a third issue. Two ranges instead of <>, so that rows at home are not read.
    with misplaced as (
      select e.received_on, e.project_id, e.event_id
      from public.error_events as e
      where (e.issue_id = v_issue.id and e.origin_issue_id is null and v_home <> v_issue.id)
        or (e.origin_issue_id = v_issue.id and e.issue_id < v_home)
        or (e.origin_issue_id = v_issue.id and e.issue_id > v_home)
      limit v_left
      for update of e
    )
    update public.error_events as e
    set issue_id = v_home, origin_issue_id = nullif(v_issue.id, v_home)
    from misplaced as m
    where e.received_on = m.received_on and e.project_id = m.project_id and e.event_id = m.event_id;
    get diagnostics v_moved = row_count;
    if v_moved = 0 then
      update public.detected_errors set unsettled_at = null where id = v_issue.id and unsettled_at = v_issue.unsettled_at;
    end if;
    v_left := v_left - v_moved;
  end loop;
  return p_limit - v_left;
end
$$;
comment on function public.settle_events(integer) is
  'Moves rows of events to the issues that merges and splits gave them to, at most p_limit. Returns how many.';

revoke execute on function
  prunella.refuse_during_fixes(bigint[]), prunella.add_minutes(bigint, jsonb, integer), prunella.minutes_of(bigint),
  prunella.merged_minutes_of(bigint), prunella.count_since(jsonb, timestamptz),
  prunella.merge_one(public.detected_errors, public.detected_errors, text, timestamptz),
  prunella.unmerge_one(public.detected_errors, timestamptz), prunella.look_again_at_seen(bigint), prunella.count_words(bigint),
  prunella.issue_for_split(public.detected_errors, jsonb, timestamptz), prunella.move_events(bigint, bigint, uuid[], timestamptz)
from public;
grant execute on function
  prunella.refuse_during_fixes(bigint[]), prunella.add_minutes(bigint, jsonb, integer), prunella.minutes_of(bigint),
  prunella.merged_minutes_of(bigint), prunella.count_since(jsonb, timestamptz),
  prunella.merge_one(public.detected_errors, public.detected_errors, text, timestamptz),
  prunella.unmerge_one(public.detected_errors, timestamptz), prunella.look_again_at_seen(bigint), prunella.count_words(bigint),
  prunella.issue_for_split(public.detected_errors, jsonb, timestamptz), prunella.move_events(bigint, bigint, uuid[], timestamptz)
to service_role;
revoke execute on function
  public.unmerge_issues(bigint, bigint[], jsonb, bigint, text, text, timestamptz),
  public.split_issue(bigint, jsonb, jsonb, bigint, text, text, timestamptz), public.settle_events(integer)
from public, anon, authenticated;
grant execute on function
  public.unmerge_issues(bigint, bigint[], jsonb, bigint, text, text, timestamptz),
  public.split_issue(bigint, jsonb, jsonb, bigint, text, text, timestamptz), public.settle_events(integer)
to service_role;

select cron.schedule('prunella-settle-events', '* * * * *', 'select public.settle_events()');
