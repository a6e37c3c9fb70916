-- What Prunella learnt: patterns shared by all projects, and how often each action worked.

create table public.universal_error_patterns (
  id bigint generated always as identity primary key,
  slug text not null,
  source text not null default 'learnt',
  status text not null default 'active',
  category text not null,
  severity text not null default 'medium',
  title text not null,
  explanation text not null,
  documentation_url text,
  match jsonb not null,
  actions jsonb not null default '[]',
  confidence double precision not null default 0.5,
  success_count bigint not null default 0,
  failure_count bigint not null default 0,
  project_count integer not null default 0,
  version integer not null default 1,
  last_used_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint patterns_slug_is_unique unique (slug),
  constraint patterns_slug_is_plain check (slug ~ '^[a-z0-9][a-z0-9-]{0,119}$'),
  constraint patterns_source_is_known check (source in ('builtin', 'learnt', 'imported')),
  constraint patterns_status_is_known check (status in ('candidate', 'active', 'deprecated')),
  constraint patterns_severity_is_known check (severity in ('critical', 'high', 'medium', 'low')),
  constraint patterns_confidence_is_probability check (confidence between 0 and 1),
  constraint patterns_counts_are_not_negative check (success_count >= 0 and failure_count >= 0 and project_count >= 0)
);
comment on table public.universal_error_patterns is
  'Causes that recur across projects, with the actions that have worked on them. Holds nothing that identifies a project.';
comment on column public.universal_error_patterns.match is 'Conditions as data; see supabase/functions/_shared/diagnose/match.ts.';
comment on column public.universal_error_patterns.actions is '[{ action, prior: { alpha, beta } }], best first.';

revoke all on public.universal_error_patterns from public, anon, authenticated;
grant select on public.universal_error_patterns to authenticated;
grant all on public.universal_error_patterns to service_role;
alter table public.universal_error_patterns enable row level security;
create policy "signed-in people read patterns" on public.universal_error_patterns
  for select to authenticated using (true);
create trigger universal_error_patterns_touch before update on public.universal_error_patterns
  for each row execute function prunella.touch_updated_at();

alter table public.detected_errors
  add constraint detected_errors_pattern_id_fkey foreign key (pattern_id)
  references public.universal_error_patterns (id) on delete set null;

create table public.action_records (
  id bigint generated always as identity primary key,
  project_id bigint references public.projects (id) on delete cascade,
  cause_key text not null,
  action text not null,
  success_weight double precision not null default 0,
  failure_weight double precision not null default 0,
  project_count integer not null default 0,
  version integer not null default 1,
  updated_at timestamptz not null default now(),
  constraint action_records_subject_is_unique unique nulls not distinct (project_id, cause_key, action),
  constraint action_records_weights_are_not_negative check (success_weight >= 0 and failure_weight >= 0)
);
comment on table public.action_records is
  'Decayed outcomes of an action on a cause. A row without a project is the pool of all projects: it names none of them.';
comment on column public.action_records.cause_key is 'pattern:<id>, change:<kind> or category:<category>.';
revoke all on public.action_records from public, anon, authenticated;
grant select on public.action_records to authenticated;
grant all on public.action_records to service_role;
alter table public.action_records enable row level security;
create policy "members see their records, everybody the pool" on public.action_records
  for select to authenticated using (project_id is null or project_id in (select prunella.projects_as('viewer')));
