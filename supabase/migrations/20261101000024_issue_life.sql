-- The life of an issue: new, ongoing, escalating, regressed, archived until it escalates, resolved, ignored. What brings a quiet issue
-- back is decided here; record_events asks only about issues that are quiet, so a storm of events of open ones pays nothing for it.

alter table public.detected_errors
  add column ignored_until timestamptz,
  add column ignored_until_count bigint,
  add column archived_at timestamptz,
  add column escalates_above integer,
  add column forecast_at timestamptz,
  add constraint detected_errors_escalates_above_is_positive check (escalates_above > 0);
comment on column public.detected_errors.ignored_until is 'An ignored issue is open again from then on.';
comment on column public.detected_errors.ignored_until_count is 'An ignored issue is open again when its event_count reaches this.';
comment on column public.detected_errors.escalates_above is
  'More events than this in an hour bring an archived issue back: forecast from its last days, see signals/life/forecast.ts.';
comment on column public.detected_errors.resolved_in_release is
  'Events of older releases do not bring the issue back. Nor do events of this release, if the issue had been seen in it before: then it '
  'was resolved for the next one.';
grant update (ignored_until, ignored_until_count) on public.detected_errors to authenticated;
create index detected_errors_quiet_idx on public.detected_errors (status, forecast_at) where status in ('archived', 'ignored');
create index detected_errors_young_idx on public.detected_errors (first_seen_at) where status = 'new';

create table public.issue_rates (
  project_id bigint primary key references public.projects (id) on delete cascade,
  hourly_p95 double precision not null,
  measured_at timestamptz not null,
  constraint issue_rates_are_not_negative check (hourly_p95 >= 0)
);
comment on table public.issue_rates is
  'How many events an hour the issues of a project have: the 95th percentile over the last 7 days, hours without events left out.';
revoke all on public.issue_rates from public, anon, authenticated;
grant select on public.issue_rates to authenticated;
grant all on public.issue_rates to service_role;
alter table public.issue_rates enable row level security;
create policy "members see the rates of their issues" on public.issue_rates
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));

-- Semantic versions, with or without `package@` and `v`, as text that sorts by their precedence in the collation "C". Null for anything
-- else: hashes of commits have no order.
create function prunella.release_key(p_release text) returns text
language sql immutable strict security invoker set search_path = ''
as $$
  select lpad(v.n[2], 18, '0') || '.' || lpad(coalesce(v.n[3], '0'), 18, '0') || '.' || lpad(coalesce(v.n[4], '0'), 18, '0')
    || '.' || lpad(coalesce(v.n[5], '0'), 18, '0')
    || case when v.n[6] is null then '~' else '-' || (
      -- Numbers before words, each compared in its own way; a longer list of equal beginning is higher (semver.org, 11.4).
      select string_agg(case when part ~ '^\d+$' then '0' || lpad(part, 18, '0') else '1' || part end, ' ' order by place)
      from regexp_split_to_table(v.n[6], '\.') with ordinality as parts (part, place)
    ) end
  from regexp_match(
    p_release,
    '^(?:(.+)@)?[vV]?(\d{1,18})(?:\.(\d{1,18}))?(?:\.(\d{1,18}))?(?:\.(\d{1,18}))?(?:-([0-9A-Za-z.-]{1,100}))?(?:\+[0-9A-Za-z.-]*)?$'
  ) as v (n)
  -- One number alone is a build or a date; it sorts too, but not a long one that is half a hash.
  where v.n is not null and (v.n[3] is not null or length(v.n[2]) <= 10)
$$;
comment on function prunella.release_key(text) is 'Sort key (collation "C") of a semantic version; null for what has no order.';

create function prunella.release_is_newer(p_release text, p_than text) returns boolean
language sql immutable strict security invoker set search_path = ''
as $$
  -- Versions of different packages have nothing to do with each other.
  select case when substring(p_release from '^(.+)@') is not distinct from substring(p_than from '^(.+)@')
    then prunella.release_key(p_release) collate "C" > prunella.release_key(p_than) collate "C" end
$$;
comment on function prunella.release_is_newer(text, text) is 'Whether a release comes after another; null when that cannot be told.';

create function prunella.brings_back(p_issue public.detected_errors, p_release text, p_latest_at timestamptz, p_now timestamptz) returns boolean
language plpgsql stable security invoker set search_path = ''
as $$
declare
  v_newer boolean;
begin
  -- Stragglers were on their way when it was resolved. A sender whose clock is slow looks like one, so after a day nobody is.
  if p_latest_at <= p_issue.resolved_at and p_now <= p_issue.resolved_at + interval '24 hours' then
    return false;
  end if;
  if p_issue.resolved_in_release is null or p_release = '' then
    return true;
  end if;
  v_newer := case when p_release <> p_issue.resolved_in_release
    then prunella.release_is_newer(p_release, p_issue.resolved_in_release) end;
  -- The same release, or one that cannot be compared: it is old if the issue was seen in it before it was resolved.
  return coalesce(v_newer, not exists (
    select from public.error_minutes as m
    where m.issue_id = p_issue.id and m.release = p_release and m.minute_at < date_trunc('minute', p_issue.resolved_at)
  ));
end
$$;
comment on function prunella.brings_back(public.detected_errors, text, timestamptz, timestamptz) is
  'Whether events of a release, the latest of that moment, bring a resolved issue back.';

create function prunella.wake_quiet(p_arrived jsonb, p_now timestamptz) returns void
language plpgsql security invoker set search_path = ''
as $$
declare
  v_issue public.detected_errors;
  v_status text;
begin
  for v_issue in
    select d.* from public.detected_errors as d
    where d.id in (select (a ->> 'issue_id')::bigint from jsonb_array_elements(p_arrived) as a) order by d.id
  loop
    v_status := case v_issue.status
      when 'resolved' then (
        select 'regressed'
        from jsonb_to_recordset(p_arrived) as a (issue_id bigint, release text, latest_at timestamptz)
        where a.issue_id = v_issue.id and prunella.brings_back(v_issue, a.release, a.latest_at, p_now) limit 1
      )
      when 'archived' then (
        select 'escalating' from public.error_minutes as m
        where m.issue_id = v_issue.id
          and m.minute_at >= greatest(date_trunc('hour', p_now), date_trunc('minute', coalesce(v_issue.archived_at, p_now)))
        having sum(m.event_count) > v_issue.escalates_above
      )
      when 'ignored' then case
        when v_issue.ignored_until <= p_now or v_issue.ignored_until_count <= v_issue.event_count then 'ongoing'
      end
    end;
    if v_status is not null then
      update public.detected_errors set status = v_status, updated_at = p_now where id = v_issue.id;
      -- The events that brought it back are the first ones of the new episode.
      update public.detected_errors as d set episode_started_at = p_now, episode_event_count = d.event_count - (
        select sum(a.event_count) from jsonb_to_recordset(p_arrived) as a (issue_id bigint, event_count bigint) where a.issue_id = d.id
      )
      where d.id = v_issue.id and v_status <> 'ongoing';
    end if;
  end loop;
end
$$;
comment on function prunella.wake_quiet(jsonb, timestamptz) is
  'Events came in for resolved, archived or ignored issues: [{ issue_id, release, latest_at, event_count }]. Brings back those that have reason to.';

create function prunella.passes_project(p_issue public.detected_errors, p_now timestamptz) returns boolean
language sql stable security invoker set search_path = ''
as $$
  select p_issue.status = 'new' and p_issue.event_count >= 10
    and p_issue.first_seen_at > p_now - interval '24 hours' and p_issue.first_seen_at < p_now - interval '10 minutes'
    and p_issue.event_count / greatest(1, extract(epoch from p_now - p_issue.first_seen_at) / 3600) > (
      select r.hourly_p95 from public.issue_rates as r where r.project_id = p_issue.project_id
    )
$$;
comment on function prunella.passes_project(public.detected_errors, timestamptz) is
  'Whether a new issue has more events an hour than nearly all issues of its project. In its first ten minutes every issue looks like that.';

create function prunella.note_quiet() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  new.archived_at := case when new.status = 'archived' then coalesce(new.archived_at, now()) end;
  if new.status <> 'archived' then
    new.escalates_above := null;
    new.forecast_at := null;
  end if;
  if new.status <> 'ignored' then
    new.ignored_until := null;
    new.ignored_until_count := null;
  end if;
  return new;
end
$$;
comment on function prunella.note_quiet() is 'Row trigger: conditions for coming back go when the issue has.';
create trigger detected_errors_note_quiet before update of status on public.detected_errors
  for each row when (old.status is distinct from new.status) execute function prunella.note_quiet();

create function prunella.follow_quiet() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.status = 'archived' then
    perform prunella.enqueue('review_issues', new.project_id, null, null, now(), '{}', 7::smallint);
  else
    -- Whoever stops ignoring wants to know.
    perform prunella.enqueue('diagnose', new.project_id, new.id, null, now());
  end if;
  return null;
end
$$;
comment on function prunella.follow_quiet() is 'Row trigger: an archived issue gets its forecast, one that is ignored no longer a diagnosis.';
revoke execute on function prunella.note_quiet(), prunella.follow_quiet() from public;
create trigger detected_errors_follow_quiet after update of status on public.detected_errors
  for each row when (
    (new.status = 'archived' and old.status <> 'archived') or (new.status = 'ongoing' and old.status = 'ignored')
  ) execute function prunella.follow_quiet();

create function prunella.age_issues(p_now timestamptz default now()) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_ongoing bigint; v_woken bigint; v_escalating bigint; v_measured bigint;
begin
  insert into public.issue_rates as r (project_id, hourly_p95, measured_at)
  select p.id, rate.hourly_p95, p_now
  from public.projects as p
  -- One project at a time: its index finds the seven days of the ninety that are kept.
  cross join lateral (
    select percentile_cont(0.95) within group (order by h.event_count) as hourly_p95
    from (
      select sum(m.event_count) as event_count
      from public.error_minutes as m
      where m.project_id = p.id and m.minute_at > p_now - interval '7 days' and m.minute_at < date_trunc('hour', p_now)
      group by m.issue_id, date_trunc('hour', m.minute_at)
    ) as h
    having count(*) > 0
  ) as rate
  on conflict (project_id) do update set hourly_p95 = excluded.hourly_p95, measured_at = excluded.measured_at;
  get diagnostics v_measured = row_count;

  update public.detected_errors as d set status = 'escalating', updated_at = p_now
  where d.status = 'new' and d.first_seen_at > p_now - interval '24 hours' and prunella.passes_project(d, p_now);
  get diagnostics v_escalating = row_count;

  update public.detected_errors set status = 'ongoing', updated_at = p_now
  where (status = 'new' and first_seen_at <= p_now - interval '7 days')
    or (status = 'regressed' and episode_started_at <= p_now - interval '7 days')
    or (status = 'escalating' and episode_started_at <= p_now - interval '1 day' and last_seen_at < p_now - interval '6 hours');
  get diagnostics v_ongoing = row_count;

  update public.detected_errors set status = 'ongoing', updated_at = p_now where status = 'ignored' and ignored_until <= p_now;
  get diagnostics v_woken = row_count;

  perform prunella.enqueue('review_issues', null, null, null, p_now, '{}', 8::smallint)
  where exists (select from public.detected_errors where status = 'archived');
  return jsonb_build_object('ongoing', v_ongoing, 'woken', v_woken, 'escalating', v_escalating, 'projects_measured', v_measured);
end
$$;
comment on function prunella.age_issues(timestamptz) is 'What time alone changes in issues, once an hour. Returns how many of each.';

create function public.archived_issues(p_now timestamptz default now(), p_limit integer default 200) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'issue_id', i.id, 'first_seen_at', i.first_seen_at,
    'hours', coalesce((
      select jsonb_agg(jsonb_build_object('hour_at', h.hour_at, 'event_count', h.event_count) order by h.hour_at)
      from (
        select date_trunc('hour', m.minute_at) as hour_at, sum(m.event_count) as event_count from public.error_minutes as m
        where m.issue_id = i.id and m.minute_at >= date_trunc('hour', p_now) - interval '7 days' and m.minute_at < date_trunc('hour', p_now)
        group by 1
      ) as h
    ), '[]')
  ) order by i.id), '[]')
  from (
    select d.id, d.first_seen_at from public.detected_errors as d
    where d.status = 'archived' and (d.forecast_at is null or d.forecast_at < p_now - interval '50 minutes')
    order by d.forecast_at nulls first limit p_limit
  ) as i
$$;
comment on function public.archived_issues(timestamptz, integer) is 'Archived issues whose forecast is old, with their events per hour of the last 7 days.';

create function public.store_forecasts(p_forecasts jsonb, p_now timestamptz default now()) returns integer
language sql security invoker set search_path = ''
as $$
  with stored as (
    update public.detected_errors as d set escalates_above = f.escalates_above, forecast_at = p_now
    from jsonb_to_recordset(p_forecasts) as f (issue_id bigint, escalates_above integer)
    where d.id = f.issue_id and d.status = 'archived'
    returning d.id
  )
  select count(*)::integer from stored
$$;
comment on function public.store_forecasts(jsonb, timestamptz) is 'Keeps what archived issues may do without coming back: [{ issue_id, escalates_above }].';

revoke execute on function prunella.release_key(text), prunella.release_is_newer(text, text),
  prunella.brings_back(public.detected_errors, text, timestamptz, timestamptz), prunella.wake_quiet(jsonb, timestamptz),
  prunella.passes_project(public.detected_errors, timestamptz), prunella.age_issues(timestamptz) from public;
grant execute on function prunella.release_key(text), prunella.release_is_newer(text, text),
  prunella.brings_back(public.detected_errors, text, timestamptz, timestamptz), prunella.wake_quiet(jsonb, timestamptz),
  prunella.passes_project(public.detected_errors, timestamptz) to service_role;
revoke execute on function public.archived_issues(timestamptz, integer), public.store_forecasts(jsonb, timestamptz)
  from public, anon, authenticated;
grant execute on function public.archived_issues(timestamptz, integer), public.store_forecasts(jsonb, timestamptz) to service_role;

select cron.schedule('prunella-issue-life', '11 * * * *', 'select prunella.age_issues()');
