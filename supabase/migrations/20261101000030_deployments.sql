-- What was deployed, what of it serves, and which errors it caused.

create table public.deployment_logs (
  id bigint generated always as identity primary key,
  project_id bigint not null references public.projects (id) on delete cascade,
  target text not null,
  external_id text not null,
  service text not null,
  environment text not null default 'production',
  status text not null default 'created',
  release text,
  commit_sha text,
  content_hash text,
  branch text,
  author text,
  message text,
  url text,
  files jsonb,
  file_count integer,
  line_count integer,
  touched jsonb,
  created_at timestamptz not null default now(),
  ready_at timestamptz,
  promoted_at timestamptz,
  superseded_at timestamptz,
  previous_id bigint references public.deployment_logs (id) on delete set null,
  rollout jsonb not null default '[]',
  migration text,
  migration_evidence jsonb,
  carries_irreversible_migration boolean
    generated always as (case when migration <> 'unknown' then migration = 'irreversible' end) stored,
  risk double precision,
  risk_reasons jsonb not null default '[]',
  risk_features jsonb,
  rollback_capability jsonb,
  rolled_back_at timestamptz,
  rolled_back_by_fix_id bigint references public.auto_fixes (id) on delete set null,
  repeats_id bigint references public.deployment_logs (id) on delete set null,
  health jsonb,
  health_score smallint,
  health_checked_at timestamptz,
  recorded_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint deployment_logs_deployment_is_unique unique (project_id, target, external_id),
  constraint deployment_logs_target_is_known check (target in ('vercel', 'github', 'supabase', 'process', 'other')),
  constraint deployment_logs_status_is_known
    check (status in ('created', 'building', 'ready', 'serving', 'superseded', 'rolled_back', 'failed', 'canceled')),
  constraint deployment_logs_texts_are_short check (
    char_length(external_id) between 1 and 200 and char_length(service) between 1 and 200 and char_length(environment) between 1 and 64
    and char_length(release) <= 250 and char_length(commit_sha) <= 64 and char_length(content_hash) <= 128
    and char_length(branch) <= 250 and char_length(author) <= 200 and char_length(message) <= 2000 and char_length(url) <= 2048
  ),
  constraint deployment_logs_files_are_a_list
    check (files is null or (jsonb_typeof(files) = 'array' and pg_column_size(files) <= 131072)),
  constraint deployment_logs_touched_is_small check (jsonb_typeof(touched) = 'object' and pg_column_size(touched) <= 131072),
  constraint deployment_logs_serving_was_promoted check (status not in ('serving', 'superseded', 'rolled_back') or promoted_at is not null),
  constraint deployment_logs_migration_is_known check (migration in ('none', 'additive', 'irreversible', 'unknown')),
  constraint deployment_logs_migration_evidence_is_small check (pg_column_size(migration_evidence) <= 65536),
  constraint deployment_logs_risk_is_probability check (risk between 0 and 1),
  constraint deployment_logs_score_is_percent check (health_score between 0 and 100)
) with (fillfactor = 70);
comment on table public.deployment_logs is
  'Every deployment of every target: what it brought, whether it serves, how healthy it is, and how it could be taken back.';
comment on column public.deployment_logs.external_id is 'The deployment''s name at its target: Vercel''s dpl_..., <function>@<version> at Supabase, the release of a process.';
comment on column public.deployment_logs.release is 'The label that events and traffic carry while this deployment runs.';
comment on column public.deployment_logs.files is 'Repository paths that differ from the deployment before; null when nobody could tell.';
comment on column public.deployment_logs.touched is
  'What its diff says of the code, { functions: { path: { names, all } }, words }; null when nobody could tell.';
comment on column public.deployment_logs.previous_id is 'What served before this one was promoted.';
comment on column public.deployment_logs.rollout is 'Share of the traffic by time, [{ at, share }], where it was released gradually.';
comment on column public.deployment_logs.carries_irreversible_migration is
  'The code before it cannot work with the database after it. Null when nobody could tell. Nothing rolls back past either without a human.';
comment on column public.deployment_logs.migration_evidence is
  'How the kind of migration was found out in the repository: { before, after, files: [{ path, kind, what }], reason }. Null when it was reported.';
comment on column public.deployment_logs.risk_features is
  'What the risk was judged by before it went out: the model learns from these when the outcome is known.';
comment on column public.deployment_logs.rollback_capability is
  'Recorded before it is needed: { possible, to_id, to_external_id, requires_human, reasons }.';
comment on column public.deployment_logs.repeats_id is
  'The deployment with the same code (or this one itself) that was taken back before: this one is never taken back without a human.';

create table public.vercel_deployments (
  deployment_id bigint primary key references public.deployment_logs (id) on delete cascade,
  project_id bigint not null references public.projects (id) on delete cascade,
  vercel_deployment_id text not null,
  vercel_project_id text not null,
  vercel_team_id text,
  name text not null,
  url text,
  vercel_target text,
  state text not null,
  plan text,
  inspector_url text,
  meta jsonb not null default '{}',
  rolling_release jsonb,
  vercel_created_at timestamptz,
  updated_at timestamptz not null default now(),
  constraint vercel_deployments_deployment_is_unique unique (project_id, vercel_deployment_id),
  constraint vercel_deployments_meta_is_small check (pg_column_size(meta) <= 32768)
);
comment on table public.vercel_deployments is 'What only Vercel knows of a deployment; the rest is in deployment_logs.';
create index vercel_deployments_project_idx on public.vercel_deployments (project_id, vercel_project_id);

create table public.deployment_error_correlations (
  id bigint generated always as identity primary key,
  project_id bigint not null references public.projects (id) on delete cascade,
  subject text not null,
  issue_id bigint references public.detected_errors (id) on delete cascade,
  episode_at timestamptz not null,
  candidate text not null,
  deployment_id bigint references public.deployment_logs (id) on delete cascade,
  probability double precision not null,
  verdict text not null,
  rollback boolean not null default false,
  factors jsonb not null default '[]',
  e_value double precision,
  onset_at timestamptz,
  decided_at timestamptz not null,
  constraint deployment_error_correlations_are_unique unique (project_id, subject, episode_at, candidate),
  constraint deployment_error_correlations_probability_is_one check (probability between 0 and 1),
  constraint deployment_error_correlations_verdict_is_known check (verdict in ('blame', 'wait', 'none', 'acquitted')),
  constraint deployment_error_correlations_subject_is_known check (subject ~ '^(issue|rate):'),
  constraint deployment_error_correlations_candidate_is_known check (candidate ~ '^(deployment|configuration|other):')
) with (fillfactor = 70);
comment on table public.deployment_error_correlations is
  'How probable it is that each candidate caused the rise of an issue or of a service''s failures: one row per rise and candidate, causes '
  'that are no change included. The probabilities of one rise sum to one.';
comment on column public.deployment_error_correlations.verdict is
  'Of the leading candidate: blame, wait (not sure yet) or none (no change did it). The others are acquitted, or wait with it.';
comment on column public.deployment_error_correlations.factors is 'What speaks for the leading candidate against the best other one, in nats, as sentences.';

create table public.function_versions (
  id bigint generated always as identity primary key,
  project_id bigint not null references public.projects (id) on delete cascade,
  deployment_id bigint references public.deployment_logs (id) on delete set null,
  slug text not null,
  version integer not null,
  name text not null,
  content_hash text not null,
  platform_hash text,
  entrypoint_path text not null,
  import_map_path text,
  verify_jwt boolean not null,
  body jsonb,
  body_bytes integer not null,
  dependencies jsonb not null default '[]',
  deployed_at timestamptz not null,
  stored_at timestamptz not null default now(),
  constraint function_versions_version_is_unique unique (project_id, slug, version),
  constraint function_versions_hash_is_sha256 check (content_hash ~ '^[0-9a-f]{64}$'),
  constraint function_versions_body_is_bounded check (body is null or octet_length(body::text) <= 4194304)
);
comment on table public.function_versions is
  'Supabase keeps no old version of an edge function: every body that was seen is kept here, so that it can be deployed again.';
comment on column public.function_versions.body is 'The files, [{ path, content, encoding }]; null when they are larger than 4 MB together.';
comment on column public.function_versions.content_hash is 'SHA-256 over paths and contents: the same source is the same version, whatever number it has.';
comment on column public.function_versions.dependencies is 'Modules that the source imports from elsewhere.';
create index function_versions_content_idx on public.function_versions (project_id, slug, content_hash);
create index function_versions_deployment_idx on public.function_versions (deployment_id) where deployment_id is not null;

create table public.edge_function_minutes (
  project_id bigint not null references public.projects (id) on delete cascade,
  minute_at timestamptz not null,
  slug text not null,
  version integer not null,
  request_count bigint not null,
  failed_request_count bigint not null,
  duration_ms_sum double precision not null,
  primary key (project_id, minute_at, slug, version),
  constraint edge_function_minutes_slug_is_short check (char_length(slug) between 1 and 200),
  constraint edge_function_minutes_counts_are_counts check (failed_request_count between 0 and request_count and duration_ms_sum >= 0)
) with (fillfactor = 70);
comment on table public.edge_function_minutes is
  'Requests of edge functions by version and minute, from the platform''s own logs: they need no SDK. Answers of 500 and above have failed.';

create table public.deployment_commits (
  project_id bigint not null references public.projects (id) on delete cascade,
  sha text not null,
  branch text,
  author text,
  files jsonb,
  failed_checks jsonb not null default '[]',
  pushed_at timestamptz not null,
  primary key (project_id, sha),
  constraint deployment_commits_sha_is_hex check (sha ~ '^[0-9a-f]{7,64}$'),
  constraint deployment_commits_files_are_a_list check (files is null or (jsonb_typeof(files) = 'array' and pg_column_size(files) <= 131072))
);
comment on table public.deployment_commits is
  'What a push brought: platforms tell which commit they deploy, the repository tells which files it touched, in any order.';
create index deployment_commits_pushed_idx on public.deployment_commits (pushed_at);

create table public.webhook_deliveries (
  project_id bigint not null references public.projects (id) on delete cascade,
  source text not null,
  digest text not null,
  event text not null,
  outcome text not null,
  received_at timestamptz not null default now(),
  primary key (project_id, source, digest),
  constraint webhook_deliveries_source_is_known check (source in ('vercel', 'github')),
  constraint webhook_deliveries_outcome_is_known check (outcome in ('recorded', 'ignored'))
);
comment on table public.webhook_deliveries is
  'Signed bodies that were taken in, by their SHA-256: the same body has no effect a second time. Older ones are refused by their age.';
create index webhook_deliveries_received_idx on public.webhook_deliveries (received_at);

create table public.blame_states (
  project_id bigint primary key references public.projects (id) on delete cascade,
  state jsonb not null,
  version bigint not null default 1,
  observed_at timestamptz not null
) with (fillfactor = 50);
comment on table public.blame_states is
  'What blame remembers between two looks: the state of supabase/functions/_shared/deployments/blame. Changed by compare-and-set on version.';

revoke all on public.deployment_logs, public.vercel_deployments, public.deployment_error_correlations, public.function_versions,
  public.edge_function_minutes, public.deployment_commits, public.webhook_deliveries, public.blame_states from public, anon, authenticated;
grant select on public.deployment_logs, public.vercel_deployments, public.deployment_error_correlations, public.edge_function_minutes,
  public.deployment_commits to authenticated;
-- The source of a function may hold what only its authors should read.
grant select (
  id, project_id, deployment_id, slug, version, name, content_hash, platform_hash, entrypoint_path, import_map_path, verify_jwt,
  body_bytes, dependencies, deployed_at, stored_at
) on public.function_versions to authenticated;
grant all on public.deployment_logs, public.vercel_deployments, public.deployment_error_correlations, public.function_versions,
  public.edge_function_minutes, public.deployment_commits, public.webhook_deliveries, public.blame_states to service_role;

alter table public.deployment_logs enable row level security;
alter table public.vercel_deployments enable row level security;
alter table public.deployment_error_correlations enable row level security;
alter table public.function_versions enable row level security;
alter table public.edge_function_minutes enable row level security;
alter table public.deployment_commits enable row level security;
alter table public.webhook_deliveries enable row level security;
alter table public.blame_states enable row level security;
create policy "members see deployments" on public.deployment_logs
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create policy "members see Vercel's side of deployments" on public.vercel_deployments
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create policy "members see which change caused what" on public.deployment_error_correlations
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create policy "members see versions of functions" on public.function_versions
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create policy "members see traffic of functions" on public.edge_function_minutes
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create policy "members see pushed commits" on public.deployment_commits
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create policy "service keeps webhook deliveries" on public.webhook_deliveries for select to service_role using (true);
create policy "service keeps blame" on public.blame_states for select to service_role using (true);

create index deployment_logs_recent_idx on public.deployment_logs (project_id, created_at desc);
create index deployment_logs_line_idx on public.deployment_logs (project_id, target, service, environment, promoted_at desc);
create index deployment_logs_previous_idx on public.deployment_logs (previous_id) where previous_id is not null;
create index deployment_logs_repeats_idx on public.deployment_logs (repeats_id) where repeats_id is not null;
create index deployment_logs_fix_idx on public.deployment_logs (rolled_back_by_fix_id) where rolled_back_by_fix_id is not null;
create index deployment_logs_taken_back_idx on public.deployment_logs (project_id, service) where rolled_back_at is not null;
create index deployment_error_correlations_issue_idx on public.deployment_error_correlations (issue_id, decided_at desc)
  where issue_id is not null;
create index deployment_error_correlations_deployment_idx on public.deployment_error_correlations (deployment_id)
  where deployment_id is not null;
create index deployment_error_correlations_decided_idx on public.deployment_error_correlations (project_id, decided_at desc);

create trigger vercel_deployments_touch before update on public.vercel_deployments
  for each row execute function prunella.touch_updated_at();
