-- What decides which issue an event belongs to, besides its fingerprint: rules of the project, and what its people taught by merging
-- and splitting.

create table public.fingerprint_rules (
  id bigint generated always as identity primary key,
  project_id bigint not null references public.projects (id) on delete cascade,
  position integer not null default 0,
  enabled boolean not null default true,
  matchers jsonb not null,
  fingerprint text[] not null,
  title text,
  note text,
  created_by text not null default prunella.actor(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint fingerprint_rules_match_something check (
    jsonb_typeof(matchers) = 'array' and jsonb_array_length(matchers) between 1 and 20 and pg_column_size(matchers) <= 16384
  ),
  constraint fingerprint_rules_matchers_are_conditions check (
    not jsonb_path_exists(matchers, '$[*] ? (@.type() != "object" || !(@.field.type() == "string") || !(@.pattern.type() == "string"))')
  ),
  constraint fingerprint_rules_fingerprint_is_short check (
    cardinality(fingerprint) between 1 and 20 and char_length(array_to_string(fingerprint, '', '')) <= 2000
    and array_position(fingerprint, null) is null
  ),
  constraint fingerprint_rules_title_is_short check (char_length(title) between 1 and 200),
  constraint fingerprint_rules_note_is_short check (char_length(note) <= 500)
);
comment on table public.fingerprint_rules is
  'Rules of a project that come before the built-in grouping: the first enabled one, by position, whose matchers all hold decides.';
comment on column public.fingerprint_rules.matchers is
  '[{ field, pattern, negate? }]; see supabase/functions/_shared/signals/fingerprint/rules.ts.';
comment on column public.fingerprint_rules.fingerprint is 'Parts with variables such as {{ default }}, {{ type }} or {{ tags.region }}.';
revoke all on public.fingerprint_rules from public, anon, authenticated;
grant select, insert (project_id, position, enabled, matchers, fingerprint, title, note),
  update (position, enabled, matchers, fingerprint, title, note), delete on public.fingerprint_rules to authenticated;
grant all on public.fingerprint_rules to service_role;
alter table public.fingerprint_rules enable row level security;
create policy "members see rules" on public.fingerprint_rules
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create policy "operators add rules" on public.fingerprint_rules
  for insert to authenticated with check (project_id in (select prunella.projects_as('operator')));
create policy "operators change rules" on public.fingerprint_rules
  for update to authenticated
  using (project_id in (select prunella.projects_as('operator')))
  with check (project_id in (select prunella.projects_as('operator')));
create policy "operators remove rules" on public.fingerprint_rules
  for delete to authenticated using (project_id in (select prunella.projects_as('operator')));
create index fingerprint_rules_order_idx on public.fingerprint_rules (project_id, position, id);
create trigger fingerprint_rules_touch before update on public.fingerprint_rules
  for each row execute function prunella.touch_updated_at();

create table public.grouping_learning (
  project_id bigint primary key references public.projects (id) on delete cascade,
  version bigint not null default 1,
  learning jsonb,
  updated_at timestamptz not null default now(),
  constraint grouping_learning_is_bounded check (pg_column_size(learning) <= 4194304)
);
comment on table public.grouping_learning is
  'What merges and splits taught the grouping of a project, changed by compare-and-set. The version also rises with the project''s rules, '
  'so that one number tells whether what an isolate remembers is current.';
comment on column public.grouping_learning.learning is
  'The GroupingLearning of supabase/functions/_shared/signals/fingerprint/learning.ts; null: nothing was taught yet.';
revoke all on public.grouping_learning from public, anon, authenticated;
grant select on public.grouping_learning to authenticated;
grant all on public.grouping_learning to service_role;
alter table public.grouping_learning enable row level security;
create policy "members see what their grouping learnt" on public.grouping_learning
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));

create table public.merged_minutes (
  origin_issue_id bigint not null references public.detected_errors (id) on delete cascade,
  minute_at timestamptz not null,
  release text not null default '',
  environment text not null default '',
  project_id bigint not null references public.projects (id) on delete cascade,
  event_count integer not null,
  primary key (origin_issue_id, minute_at, release, environment)
) with (fillfactor = 70);
comment on table public.merged_minutes is
  'The part of an issue''s error_minutes that came in through an issue that was merged into it: what a split gives back, exactly.';
revoke all on public.merged_minutes from public, anon, authenticated;
grant select on public.merged_minutes to authenticated;
grant all on public.merged_minutes to service_role;
alter table public.merged_minutes enable row level security;
create policy "members see merged counts" on public.merged_minutes
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create index merged_minutes_project_idx on public.merged_minutes (project_id);
create index merged_minutes_minute_idx on public.merged_minutes (minute_at);

alter table public.detected_errors
  add column merged_event_count bigint not null default 0,
  add column merged_at timestamptz,
  add column own_first_seen_at timestamptz,
  add column own_first_release text,
  add column unsettled_at timestamptz,
  add constraint detected_errors_merge_is_flat check (merged_into_id is distinct from id),
  add constraint detected_errors_merged_count_is_not_negative check (merged_event_count >= 0);
comment on column public.detected_errors.merged_event_count is
  'Of a merged issue: events that came in through it. They count in the issue that it was merged into; its own event_count is zero.';
comment on column public.detected_errors.own_first_seen_at is
  'Of an issue that took others in: when it was first seen itself, so that a split can restore it.';
comment on column public.detected_errors.unsettled_at is
  'Since when rows of error_events that came in through this issue wait to be moved, after its merged_into_id changed. Counts never wait.';
create index detected_errors_unsettled_idx on public.detected_errors (unsettled_at) where unsettled_at is not null;

alter table public.error_events add column origin_issue_id bigint;
comment on column public.error_events.origin_issue_id is
  'The issue that the event''s fingerprint names, where that was merged into issue_id; null where they are the same.';
create index error_events_by_origin_idx on public.error_events (origin_issue_id, issue_id) where origin_issue_id is not null;

-- Rules and learning reach ingest by their version.
create function prunella.raise_grouping_version(p_project_id bigint) returns void
language sql security definer set search_path = ''
as $$
  insert into public.grouping_learning as g (project_id)
  select p.id from public.projects as p where p.id = p_project_id
  on conflict (project_id) do update set version = g.version + 1, updated_at = now()
$$;
comment on function prunella.raise_grouping_version(bigint) is 'Tells every isolate that what it remembers of a project''s grouping is old.';
create function prunella.note_rule_change() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_row public.fingerprint_rules := case when tg_op = 'DELETE' then old else new end;
begin
  perform prunella.raise_grouping_version(v_row.project_id);
  if tg_op = 'UPDATE' and old.project_id <> new.project_id then
    perform prunella.raise_grouping_version(old.project_id);
  end if;
  perform prunella.write_turning_point(
    v_row.project_id, 'fingerprint_rule_' || case tg_op when 'INSERT' then 'added' when 'UPDATE' then 'changed' else 'removed' end,
    'Fingerprint rule ' || v_row.id || ' was ' || case tg_op when 'INSERT' then 'added' when 'UPDATE' then 'changed' else 'removed' end
      || coalesce(': ' || v_row.note, ''),
    jsonb_build_object(
      'rule_id', v_row.id, 'position', v_row.position, 'enabled', v_row.enabled, 'matchers', v_row.matchers,
      'fingerprint', v_row.fingerprint, 'title', v_row.title
    )
  );
  return null;
end
$$;
comment on function prunella.note_rule_change() is 'Row trigger: raises the version of the project''s grouping, and leaves a turning point.';
revoke execute on function prunella.raise_grouping_version(bigint), prunella.note_rule_change() from public;
create constraint trigger fingerprint_rules_turn after insert or update or delete on public.fingerprint_rules
  deferrable initially deferred for each row execute function prunella.note_rule_change();

create function prunella.limit_rule_count() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- Every event of the project is held against every rule: 200 cost some tens of microseconds.
  if (select count(*) from public.fingerprint_rules as r where r.project_id = new.project_id) >= 200 then
    raise exception 'a project can have at most 200 fingerprint rules'
      using errcode = 'restrict_violation', hint = 'Remove some, or join rules that make the same fingerprint.';
  end if;
  return new;
end
$$;
comment on function prunella.limit_rule_count() is 'Row trigger: bounds what grouping an event can cost.';
revoke execute on function prunella.limit_rule_count() from public;
create trigger fingerprint_rules_are_few before insert on public.fingerprint_rules
  for each row execute function prunella.limit_rule_count();

create function public.grouping_settings(p_known jsonb) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'project_id', k.project_id,
    'version', coalesce(g.version, 0),
    'learning', g.learning,
    -- Splits are kept by the fingerprint that made their issue. Fingerprints of later versions lead to it as well.
    'carried', coalesce((
      select jsonb_object_agg(later.fingerprint, made.fingerprint)
      from jsonb_array_elements(g.learning -> 'refinements') as r (refinement)
      join public.detected_errors as made on made.project_id = k.project_id and made.fingerprint = r.refinement ->> 'fingerprint'
      join public.detected_errors as later
        on later.merged_into_id = made.id and later.fingerprint_version > made.fingerprint_version
    ), '{}'),
    'rules', coalesce((
      select jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'id', r.id::text, 'matchers', r.matchers, 'fingerprint', to_jsonb(r.fingerprint), 'title', r.title
      )) order by r.position, r.id)
      from public.fingerprint_rules as r where r.project_id = k.project_id and r.enabled
    ), '[]')
  ) order by k.project_id), '[]')
  from (
    select (e.key)::bigint as project_id, (e.value)::bigint as version from jsonb_each_text(p_known) as e
  ) as k
  left join public.grouping_learning as g on g.project_id = k.project_id
  where k.version is distinct from coalesce(g.version, 0)
$$;
comment on function public.grouping_settings(jsonb) is
  'Rules and learning of projects whose version is not the known one: [{ project_id, version, learning, carried, rules }] of '
  '{ project_id: version | null }.';

create function prunella.save_grouping(p_project_id bigint, p_learning jsonb, p_expected_version bigint) returns bigint
language plpgsql security invoker set search_path = ''
as $$
declare
  v_version bigint;
begin
  insert into public.grouping_learning (project_id, version) values (p_project_id, 0) on conflict (project_id) do nothing;
  update public.grouping_learning as g
  set learning = coalesce(p_learning, g.learning), version = g.version + 1, updated_at = now()
  where g.project_id = p_project_id and g.version = p_expected_version
  returning g.version into v_version;
  if not found then
    raise exception 'the grouping of project % was changed meanwhile', p_project_id
      using errcode = 'serialization_failure', hint = 'Read it again and repeat.';
  end if;
  return v_version;
end
$$;
comment on function prunella.save_grouping(bigint, jsonb, bigint) is 'Compare-and-set of what a project''s grouping learnt. Returns the new version.';

revoke execute on function prunella.save_grouping(bigint, jsonb, bigint) from public;
grant execute on function prunella.save_grouping(bigint, jsonb, bigint) to service_role;
revoke execute on function public.grouping_settings(jsonb) from public, anon, authenticated;
grant execute on function public.grouping_settings(jsonb) to service_role;

create function public.issues_of(p_issue_ids bigint[]) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', i.id, 'project_id', i.project_id, 'fingerprint', i.fingerprint, 'merged_into_id', i.merged_into_id,
    'may_operate', (select auth.uid()) is null or i.project_id in (select prunella.projects_as('operator'))
  ) order by i.id), '[]')
  from public.detected_errors as i where i.id = any (p_issue_ids)
$$;
comment on function public.issues_of(bigint[]) is 'Those of the issues that the caller sees, and whether the caller may change how they are grouped.';
revoke execute on function public.issues_of(bigint[]) from public, anon;
grant execute on function public.issues_of(bigint[]) to authenticated, service_role;

create function public.search_issues(
  p_project_id bigint, p_statuses text[], p_severity text, p_text text, p_release text, p_after_at timestamptz, p_after_id bigint,
  p_limit integer
) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(i) order by i.last_seen_at desc, i.id desc), '[]')
  from (
    select d.id, d.project_id, d.title, d.type, d.culprit, d.platform, d.level, d.category, d.severity, d.status, d.environment,
      d.first_release, d.last_release, d.resolved_in_release, d.event_count, d.first_seen_at, d.last_seen_at, d.merged_into_id
    from public.detected_errors as d
    where d.project_id = p_project_id and d.merged_into_id is null
      and (p_statuses is null or d.status = any (p_statuses))
      and (p_severity is null or d.severity = p_severity)
      -- Not like: a text is no pattern.
      and (p_text is null or strpos(lower(concat_ws(E'\n', d.title, d.type, d.culprit)), lower(p_text)) > 0)
      and (p_release is null or p_release in (d.first_release, d.last_release))
      and (p_after_at is null or (d.last_seen_at, d.id) < (p_after_at, p_after_id))
    order by d.last_seen_at desc, d.id desc limit p_limit
  ) as i
$$;
comment on function public.search_issues(bigint, text[], text, text, text, timestamptz, bigint, integer) is
  'Issues that the caller sees, the last seen first; an argument that is null narrows nothing. Issues that are part of others are left out.';
revoke execute on function public.search_issues(bigint, text[], text, text, text, timestamptz, bigint, integer) from public, anon;
grant execute on function public.search_issues(bigint, text[], text, text, text, timestamptz, bigint, integer) to authenticated, service_role;
