-- Merging and splitting issues. Each call holds the project's grouping alone for some milliseconds: it moves counts and turns pointers;
-- the rows of events follow in batches (settle_events), and nothing that counts waits for them.

create function prunella.refuse_during_fixes(p_issue_ids bigint[]) returns void
language plpgsql security invoker set search_path = ''
as $$
declare
  v_fix_id bigint;
begin
  -- A verification compares counts before and after: they must not jump meanwhile.
  perform from public.auto_fixes as f
  where f.issue_id = any (p_issue_ids) and f.state not in ('succeeded', 'rolled_back', 'failed', 'dismissed', 'expired')
  order by f.id for update;
  select min(f.id) into v_fix_id from public.auto_fixes as f
  where f.issue_id = any (p_issue_ids) and f.state in ('applying', 'verifying', 'rolling_back') and not f.informational;
  if v_fix_id is not null then
    raise exception 'fix % of one of the issues is being applied or verified', v_fix_id
      using errcode = 'object_not_in_prerequisite_state', hint = 'Wait until it has ended, or roll it back.';
  end if;
end
$$;
comment on function prunella.refuse_during_fixes(bigint[]) is 'Refuses to regroup issues whose counts a fix is being judged by. Locks their open fixes.';

create function prunella.add_minutes(p_issue_id bigint, p_minutes jsonb, p_sign integer) returns void
language plpgsql security invoker set search_path = ''
as $$
begin
  if p_sign > 0 then
    insert into public.error_minutes as m (issue_id, minute_at, release, environment, project_id, event_count)
    select p_issue_id, r.minute_at, r.release, r.environment, min(r.project_id), sum(r.event_count)
    from jsonb_to_recordset(p_minutes)
      as r (minute_at timestamptz, release text, environment text, project_id bigint, event_count integer)
    group by 2, 3, 4
    order by 2, 3, 4
    on conflict (issue_id, minute_at, release, environment) do update set event_count = m.event_count + excluded.event_count;
    return;
  end if;
  update public.error_minutes as m set event_count = m.event_count - r.event_count
  from (
    select r.minute_at, r.release, r.environment, sum(r.event_count) as event_count
    from jsonb_to_recordset(p_minutes) as r (minute_at timestamptz, release text, environment text, event_count integer)
    group by 1, 2, 3
  ) as r
  where m.issue_id = p_issue_id and m.minute_at = r.minute_at and m.release = r.release and m.environment = r.environment;
  delete from public.error_minutes as m where m.issue_id = p_issue_id and m.event_count <= 0;
end
$$;
comment on function prunella.add_minutes(bigint, jsonb, integer) is
  'Adds (1) or takes away (-1) counts per minute: [{ minute_at, release, environment, project_id, event_count }].';

create function prunella.minutes_of(p_issue_id bigint) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select coalesce(jsonb_agg(to_jsonb(m) - 'issue_id'), '[]') from public.error_minutes as m where m.issue_id = p_issue_id $$;
comment on function prunella.minutes_of(bigint) is 'Counts per minute of an issue, as add_minutes takes them.';
create function prunella.merged_minutes_of(p_issue_id bigint) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select coalesce(jsonb_agg(to_jsonb(m) - 'origin_issue_id'), '[]') from public.merged_minutes as m where m.origin_issue_id = p_issue_id $$;
comment on function prunella.merged_minutes_of(bigint) is 'Counts per minute that came in through a merged issue, as add_minutes takes them.';

create function prunella.count_since(p_minutes jsonb, p_since timestamptz) returns bigint
language sql stable security invoker set search_path = ''
as $$
  select coalesce(sum(r.event_count), 0)
  from jsonb_to_recordset(p_minutes) as r (minute_at timestamptz, event_count integer)
  where r.minute_at >= date_trunc('minute', p_since)
$$;
comment on function prunella.count_since(jsonb, timestamptz) is 'Events since a moment, to the minute.';

create function prunella.merge_one(p_from public.detected_errors, p_into public.detected_errors, p_reason text, p_now timestamptz) returns void
language plpgsql security invoker set search_path = ''
as $$
declare
  v_minutes jsonb := prunella.minutes_of(p_from.id);
  v_own_count bigint;
begin
  select p_from.event_count - coalesce(sum(c.merged_event_count), 0) into v_own_count
  from public.detected_errors as c where c.merged_into_id = p_from.id;
  -- What came in through issues that were merged into this one before stays theirs.
  insert into public.merged_minutes (origin_issue_id, minute_at, release, environment, project_id, event_count)
  select p_from.id, m.minute_at, m.release, m.environment, m.project_id, m.event_count - coalesce(c.event_count, 0)
  from public.error_minutes as m
  left join (
    select c.minute_at, c.release, c.environment, sum(c.event_count) as event_count
    from public.merged_minutes as c
    join public.detected_errors as o on o.id = c.origin_issue_id and o.merged_into_id = p_from.id
    group by 1, 2, 3
  ) as c using (minute_at, release, environment)
  where m.issue_id = p_from.id and m.event_count > coalesce(c.event_count, 0);
  delete from public.error_minutes where issue_id = p_from.id;
  perform prunella.add_minutes(p_into.id, v_minutes, 1);

  update public.detected_errors set merged_into_id = p_into.id, unsettled_at = p_now where merged_into_id = p_from.id;
  update public.detected_errors
  set merged_into_id = p_into.id, merged_at = p_now, merged_event_count = v_own_count, event_count = 0, updated_at = p_now,
      first_seen_at = coalesce(own_first_seen_at, first_seen_at), first_release = coalesce(own_first_release, first_release),
      own_first_seen_at = null, own_first_release = null, unsettled_at = p_now
  where id = p_from.id;
  update public.detected_errors as i
  set event_count = i.event_count + p_from.event_count,
      episode_event_count = i.episode_event_count + greatest(0, p_from.event_count - prunella.count_since(v_minutes, i.episode_started_at)),
      own_first_seen_at = coalesce(i.own_first_seen_at, i.first_seen_at),
      own_first_release = coalesce(i.own_first_release, i.first_release),
      first_seen_at = least(i.first_seen_at, p_from.first_seen_at),
      first_release = case when p_from.first_seen_at < i.first_seen_at then coalesce(p_from.first_release, i.first_release) else i.first_release end,
      last_seen_at = greatest(i.last_seen_at, p_from.last_seen_at),
      last_release = case when p_from.last_seen_at > i.last_seen_at then coalesce(p_from.last_release, i.last_release) else i.last_release end,
      updated_at = p_now
  where i.id = p_into.id;
  -- Proposals for the issue that is no more would act on counts that do not move any longer.
  update public.auto_fixes set state = 'expired', reason = left('Its issue was merged into issue ' || p_into.id || ': ' || p_reason, 500)
  where issue_id = p_from.id and state in ('proposed', 'in_review', 'approved');
end
$$;
comment on function prunella.merge_one(public.detected_errors, public.detected_errors, text, timestamptz) is
  'Makes one issue part of another. The caller holds the grouping of the project and both rows.';

create function prunella.unmerge_one(p_issue public.detected_errors, p_now timestamptz) returns void
language plpgsql security invoker set search_path = ''
as $$
declare
  v_minutes jsonb := prunella.merged_minutes_of(p_issue.id);
  v_into bigint := p_issue.merged_into_id;
begin
  perform prunella.add_minutes(v_into, v_minutes, -1);
  delete from public.merged_minutes where origin_issue_id = p_issue.id;
  perform prunella.add_minutes(p_issue.id, v_minutes, 1);
  update public.detected_errors as i
  set merged_into_id = null, merged_at = null, event_count = i.merged_event_count, merged_event_count = 0, updated_at = p_now,
      unsettled_at = p_now,
      episode_event_count = greatest(0, i.merged_event_count - prunella.count_since(v_minutes, i.episode_started_at))
  where i.id = p_issue.id;
  update public.detected_errors as i
  set event_count = greatest(0, i.event_count - p_issue.merged_event_count),
      episode_event_count = greatest(0, i.episode_event_count
        - greatest(0, p_issue.merged_event_count - prunella.count_since(v_minutes, i.episode_started_at))),
      updated_at = p_now
  where i.id = v_into;
  perform prunella.look_again_at_seen(v_into);
end
$$;
comment on function prunella.unmerge_one(public.detected_errors, timestamptz) is
  'Gives a merged issue back what came in through it. The caller holds the grouping of the project and both rows.';

-- After something was taken out of an issue: it was first and last seen when what is left was seen.
create function prunella.look_again_at_seen(p_issue_id bigint) returns void
language plpgsql security invoker set search_path = ''
as $$
declare
  v_first_child timestamptz;
  v_has_children boolean;
  v_first timestamptz;
  v_last timestamptz;
  v_counted bigint;
begin
  select count(*) > 0, min(c.first_seen_at) into v_has_children, v_first_child
  from public.detected_errors as c where c.merged_into_id = p_issue_id;
  select min(m.minute_at), max(m.minute_at), coalesce(sum(m.event_count), 0) into v_first, v_last, v_counted
  from public.error_minutes as m where m.issue_id = p_issue_id;
  update public.detected_errors as i
  set first_seen_at = greatest(
        least(coalesce(i.own_first_seen_at, i.first_seen_at), v_first_child),
        -- Minutes older than their retention are gone: then they say nothing about the beginning.
        case when v_counted = i.event_count then v_first end
      ),
      first_release = case when v_has_children then i.first_release else coalesce(i.own_first_release, i.first_release) end,
      own_first_seen_at = case when v_has_children then i.own_first_seen_at end,
      own_first_release = case when v_has_children then i.own_first_release end,
      -- Within the minute that is left, the second is not known.
      last_seen_at = case when date_trunc('minute', i.last_seen_at) > v_last then v_last else i.last_seen_at end
  where i.id = p_issue_id;
end
$$;
comment on function prunella.look_again_at_seen(bigint) is 'Corrects first and last seen of an issue that lost events; to the minute where the second is not known.';

create function prunella.count_words(p_count bigint) returns text
language sql immutable security invoker set search_path = ''
as $$ select p_count || case p_count when 1 then ' event' else ' events' end $$;

create function prunella.note_regrouping(
  p_project_id bigint, p_kind text, p_summary text, p_data jsonb, p_issue_id bigint, p_actor text
) returns void
language sql security definer set search_path = ''
as $$ select prunella.write_turning_point(p_project_id, p_kind, p_summary, p_data, p_issue_id, null, null, p_actor) $$;
comment on function prunella.note_regrouping(bigint, text, text, jsonb, bigint, text) is 'A turning point of an issue that was merged or split.';
revoke execute on function prunella.note_regrouping(bigint, text, text, jsonb, bigint, text) from public;
grant execute on function prunella.note_regrouping(bigint, text, text, jsonb, bigint, text) to service_role;

create function public.merge_issues(
  p_project_id bigint, p_from bigint[], p_into bigint, p_learning jsonb, p_expected_version bigint, p_reason text, p_actor text,
  p_now timestamptz default now()
) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  v_into public.detected_errors;
  v_from public.detected_errors;
  v_ids bigint[];
  v_refused bigint;
begin
  perform pg_advisory_xact_lock(prunella.grouping_lock(p_project_id));
  select * into v_into from public.detected_errors where id = p_into and project_id = p_project_id;
  if v_into.merged_into_id is not null then
    select * into v_into from public.detected_errors where id = v_into.merged_into_id;
  end if;
  if v_into.id is null or exists (
    select from unnest(p_from) as f (id)
    where not exists (select from public.detected_errors as d where d.id = f.id and d.project_id = p_project_id)
  ) then
    raise exception 'one of the issues does not exist in project %', p_project_id using errcode = 'no_data_found';
  end if;
  select min(d.id) into v_refused from public.detected_errors as d
  where d.id = any (p_from) and d.merged_into_id is not null and d.merged_into_id <> v_into.id;
  if v_refused is not null then
    raise exception 'issue % is part of another issue already', v_refused
      using errcode = 'object_not_in_prerequisite_state', hint = 'Merge that one, or split this one off first.';
  end if;
  select array_agg(d.id order by d.id) into v_ids from public.detected_errors as d
  where d.id = any (p_from) and d.id <> v_into.id and d.merged_into_id is null;
  if v_ids is null then
    return jsonb_build_object('into', v_into.id, 'merged', '[]'::jsonb);
  end if;

  perform prunella.refuse_during_fixes(v_ids || v_into.id);
  perform from public.detected_errors where id = any (v_ids || v_into.id) order by id for update;
  perform prunella.save_grouping(p_project_id, p_learning, p_expected_version);
  for v_from in select * from public.detected_errors where id = any (v_ids) order by id loop
    select * into v_into from public.detected_errors where id = v_into.id;
    perform prunella.merge_one(v_from, v_into, p_reason, p_now);
  end loop;
  if v_into.status in ('new', 'ongoing', 'escalating', 'regressed') then
    perform prunella.enqueue('diagnose', p_project_id, v_into.id, null, p_now);
  end if;
  for v_from in select * from public.detected_errors where id = any (v_ids) order by id loop
    perform prunella.note_regrouping(
      p_project_id, 'issue_merged', 'Issue ' || v_from.id || ' became part of issue ' || v_into.id || ': ' || p_reason,
      jsonb_build_object('from', v_from.id, 'into', v_into.id, 'event_count', v_from.merged_event_count), s.id, p_actor
    ) from unnest(array[v_from.id, v_into.id]) as s (id);
  end loop;
  return jsonb_build_object('into', v_into.id, 'merged', to_jsonb(v_ids));
end
$$;
comment on function public.merge_issues(bigint, bigint[], bigint, jsonb, bigint, text, text, timestamptz) is
  'Makes issues part of another, with what the grouping learns from it; once: what is merged already is left alone. '
  'Fails (40001) when the grouping was changed since p_expected_version.';
revoke execute on function public.merge_issues(bigint, bigint[], bigint, jsonb, bigint, text, text, timestamptz)
  from public, anon, authenticated;
grant execute on function public.merge_issues(bigint, bigint[], bigint, jsonb, bigint, text, text, timestamptz) to service_role;
