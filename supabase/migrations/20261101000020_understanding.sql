-- How patterns are learnt: what each fix showed, why each pattern exists, and every version that it had.

alter table public.universal_error_patterns
  add column success_weight double precision not null default 0,
  add column failure_weight double precision not null default 0,
  add column weighed_at timestamptz not null default now(),
  add column held boolean not null default false,
  add column split_from_id bigint references public.universal_error_patterns (id) on delete set null,
  add constraint patterns_weights_are_not_negative check (success_weight >= 0 and failure_weight >= 0);
comment on column public.universal_error_patterns.success_weight is
  'Outcomes as they counted at weighed_at: they decay, and each counts only in so far as the pattern was the cause.';
comment on column public.universal_error_patterns.held is
  'Its standing was decided, by a person or by a split: outcomes move its confidence and not its status.';
create index universal_error_patterns_split_from_idx on public.universal_error_patterns (split_from_id) where split_from_id is not null;
create index universal_error_patterns_category_idx on public.universal_error_patterns (category, status);

create table public.pattern_observations (
  id bigint generated always as identity primary key,
  project_id bigint not null references public.projects (id) on delete cascade,
  fix_id bigint not null references public.auto_fixes (id) on delete cascade,
  issue_id bigint not null references public.detected_errors (id) on delete cascade,
  pattern_id bigint references public.universal_error_patterns (id) on delete set null,
  action text not null,
  shareable boolean not null,
  success boolean not null,
  outcome text not null,
  shape jsonb not null,
  tokens text[] not null,
  created_at timestamptz not null default now(),
  constraint pattern_observations_are_made_once unique (fix_id, outcome),
  constraint pattern_observations_shape_is_small check (pg_column_size(shape) <= 16384 and cardinality(tokens) <= 200)
);
comment on table public.pattern_observations is
  'What a fix showed about the error it was for. Without a pattern it is a candidate: similar ones of other projects may become one. '
  'Its shape still has words of its project, so only that project''s members see it.';
comment on column public.pattern_observations.shape is 'The Shape of supabase/functions/_shared/learn/patterns/shape.ts.';
comment on column public.pattern_observations.tokens is 'Types, codes and words of the shape, to find similar ones.';
comment on column public.pattern_observations.shareable is 'The action exists in every project: the names of runbooks belong to one.';
revoke all on public.pattern_observations from public, anon, authenticated;
grant select on public.pattern_observations to authenticated;
grant all on public.pattern_observations to service_role;
alter table public.pattern_observations enable row level security;
create policy "members see what their fixes showed" on public.pattern_observations
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create index pattern_observations_project_idx on public.pattern_observations (project_id);
create index pattern_observations_issue_idx on public.pattern_observations (issue_id);
create index pattern_observations_pattern_idx on public.pattern_observations (pattern_id, created_at desc);
create index pattern_observations_tokens_idx on public.pattern_observations using gin (tokens) where pattern_id is null;

create table public.pattern_examples (
  id bigint generated always as identity primary key,
  pattern_id bigint not null references public.universal_error_patterns (id) on delete cascade,
  position smallint not null,
  shape jsonb not null,
  action text not null,
  success_count integer not null,
  failure_count integer not null,
  constraint pattern_examples_position_is_unique unique (pattern_id, position),
  constraint pattern_examples_counts_are_not_negative check (success_count >= 0 and failure_count >= 0)
);
comment on table public.pattern_examples is
  'Errors that a pattern was learnt from, with every word masked that was not seen in two projects at least.';
revoke all on public.pattern_examples from public, anon, authenticated;
grant select on public.pattern_examples to authenticated;
grant all on public.pattern_examples to service_role;
alter table public.pattern_examples enable row level security;
create policy "signed-in people read examples" on public.pattern_examples for select to authenticated using (true);

create table public.pattern_history (
  id bigint generated always as identity primary key,
  pattern_id bigint not null references public.universal_error_patterns (id) on delete cascade,
  version integer not null,
  status text not null,
  reason text not null,
  title text not null,
  category text not null,
  match jsonb not null,
  actions jsonb not null,
  confidence double precision not null,
  success_count bigint not null,
  failure_count bigint not null,
  created_at timestamptz not null default now(),
  constraint pattern_history_version_is_unique unique (pattern_id, version)
);
comment on table public.pattern_history is 'Every version of every pattern, and why it was made. Append-only.';
revoke all on public.pattern_history from public, anon, authenticated;
grant select on public.pattern_history to authenticated;
grant select on public.pattern_history to service_role;
alter table public.pattern_history enable row level security;
create policy "signed-in people read the history of patterns" on public.pattern_history for select to authenticated using (true);
create trigger pattern_history_is_append_only before update or delete on public.pattern_history
  for each row when (pg_trigger_depth() = 0) execute function prunella.refuse_change();

create table public.pattern_feedback (
  id bigint generated always as identity primary key,
  pattern_id bigint not null references public.universal_error_patterns (id) on delete cascade,
  project_id bigint not null references public.projects (id) on delete cascade,
  issue_id bigint not null references public.detected_errors (id) on delete cascade,
  is_right boolean not null,
  reason text not null,
  given_by text not null default prunella.actor(),
  created_at timestamptz not null default now(),
  constraint pattern_feedback_is_given_once unique (pattern_id, issue_id),
  constraint pattern_feedback_reason_is_short check (char_length(reason) <= 500)
);
comment on table public.pattern_feedback is 'What people said about a match: right or wrong. One word for each pattern and issue; it weighs less than an outcome.';
revoke all on public.pattern_feedback from public, anon, authenticated;
grant select on public.pattern_feedback to authenticated;
grant all on public.pattern_feedback to service_role;
alter table public.pattern_feedback enable row level security;
create policy "members see their feedback" on public.pattern_feedback
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create index pattern_feedback_project_idx on public.pattern_feedback (project_id);
create index pattern_feedback_issue_idx on public.pattern_feedback (issue_id);

-- A new version for every change of what a pattern says or of its standing; counts alone make none.
create function prunella.number_pattern_version() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  if new.version = old.version
     and (new.status, new.title, new.category, new.match, new.actions) is distinct from
       (old.status, old.title, old.category, old.match, old.actions) then
    new.version := old.version + 1;
  end if;
  return new;
end
$$;
comment on function prunella.number_pattern_version() is 'Row trigger: a pattern that says something else, or stands otherwise, is a new version.';
create function prunella.keep_pattern_version() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.pattern_history (
    pattern_id, version, status, reason, title, category, match, actions, confidence, success_count, failure_count
  )
  select n.id, n.version, n.status,
    coalesce(nullif(current_setting('prunella.reason', true), ''), case when n.source = 'builtin' then 'It comes with Prunella.' else 'It was changed.' end),
    n.title, n.category, n.match, n.actions, n.confidence, n.success_count, n.failure_count
  from arrived as n
  on conflict (pattern_id, version) do nothing;
  return null;
end
$$;
comment on function prunella.keep_pattern_version() is 'Statement trigger: writes the history of patterns.';
revoke execute on function prunella.number_pattern_version(), prunella.keep_pattern_version() from public;
create trigger universal_error_patterns_number before update on public.universal_error_patterns
  for each row execute function prunella.number_pattern_version();
create trigger universal_error_patterns_keep_new after insert on public.universal_error_patterns
  referencing new table as arrived for each statement execute function prunella.keep_pattern_version();
create trigger universal_error_patterns_keep_changed after update on public.universal_error_patterns
  referencing new table as arrived for each statement execute function prunella.keep_pattern_version();

-- A pattern that matches is in use, whether or not anything came of it. Once an hour is enough, so that no row becomes hot.
create function prunella.note_pattern_use() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.universal_error_patterns set last_used_at = new.diagnosed_at
  where id = new.pattern_id and (last_used_at is null or last_used_at < new.diagnosed_at - interval '1 hour');
  return null;
end
$$;
comment on function prunella.note_pattern_use() is 'Row trigger: keeps last_used_at of patterns.';
revoke execute on function prunella.note_pattern_use() from public;
create trigger detected_errors_note_pattern_use after update of pattern_id, diagnosed_at on public.detected_errors
  for each row when (new.pattern_id is not null and new.diagnosed_at is not null) execute function prunella.note_pattern_use();

-- The outcomes of a pattern by action, over all projects and without any of them.
create function prunella.count_pattern_outcomes(p_pattern_id bigint) returns table (
  action text, success_count bigint, failure_count bigint, project_count bigint
)
language sql stable security definer set search_path = ''
as $$
  select o.action, count(*) filter (where o.success), count(*) filter (where not o.success), count(distinct o.project_id)
  from public.pattern_observations as o
  where o.pattern_id = p_pattern_id and o.shareable
  group by o.action
  order by 2 desc, 1
$$;
create function public.pattern_outcomes(p_slug text) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(c)), '[]')
  from public.universal_error_patterns as p cross join prunella.count_pattern_outcomes(p.id) as c
  where p.slug = p_slug
$$;
comment on function public.pattern_outcomes(text) is 'What became of the fixes that a pattern led to, by action: [{ action, success_count, failure_count, project_count }].';
revoke execute on function prunella.count_pattern_outcomes(bigint) from public;
grant execute on function prunella.count_pattern_outcomes(bigint) to authenticated, service_role;
revoke execute on function public.pattern_outcomes(text) from public, anon;
grant execute on function public.pattern_outcomes(text) to authenticated, service_role;
