-- What Prunella heard: issues, their events, counts per minute, heartbeats.

create table public.detected_errors (
  id bigint generated always as identity primary key,
  project_id bigint not null references public.projects (id) on delete cascade,
  fingerprint text not null,
  fingerprint_version smallint not null default 1,
  type text,
  title text not null,
  culprit text,
  platform text not null default 'other',
  level text not null default 'error',
  category text not null default 'unknown',
  severity text not null default 'medium',
  status text not null default 'new',
  environment text,
  first_release text,
  last_release text,
  event_count bigint not null default 0,
  episode_started_at timestamptz not null default now(),
  episode_event_count bigint not null default 0,
  episode_request_count bigint not null default 0,
  episode_session_count bigint not null default 0,
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  grouping_components jsonb not null default '[]',
  diagnosis jsonb,
  diagnosed_at timestamptz,
  pattern_id bigint,
  resolved_at timestamptz,
  resolved_in_release text,
  merged_into_id bigint references public.detected_errors (id) on delete set null,
  updated_at timestamptz not null default now(),
  constraint detected_errors_fingerprint_is_unique unique (project_id, fingerprint),
  constraint detected_errors_level_is_known check (level in ('fatal', 'error', 'warning', 'info', 'debug')),
  constraint detected_errors_severity_is_known check (severity in ('critical', 'high', 'medium', 'low')),
  constraint detected_errors_status_is_known
    check (status in ('new', 'ongoing', 'escalating', 'regressed', 'archived', 'resolved', 'ignored')),
  constraint detected_errors_count_is_not_negative check (event_count >= 0)
) with (fillfactor = 70);
comment on table public.detected_errors is 'Issues: events that share a fingerprint.';
comment on column public.detected_errors.episode_started_at is
  'When the issue''s present life began: first seen, regressed or escalated. The counts beside it are the totals at that moment, '
  'so that errors per request since then are exact to the second.';
comment on column public.detected_errors.grouping_components is 'What the fingerprint was made of, for people.';

revoke all on public.detected_errors from public, anon, authenticated;
grant select, update (status, resolved_in_release) on public.detected_errors to authenticated;
grant all on public.detected_errors to service_role;
alter table public.detected_errors enable row level security;
create policy "members see issues" on public.detected_errors
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create policy "operators triage issues" on public.detected_errors
  for update to authenticated
  using (project_id in (select prunella.projects_as('operator')))
  with check (project_id in (select prunella.projects_as('operator')));
create index detected_errors_recent_idx on public.detected_errors (project_id, last_seen_at desc);
create index detected_errors_open_idx on public.detected_errors (project_id, status)
  where status in ('new', 'ongoing', 'escalating', 'regressed');
create index detected_errors_pattern_idx on public.detected_errors (pattern_id) where pattern_id is not null;
create index detected_errors_merged_into_idx on public.detected_errors (merged_into_id) where merged_into_id is not null;

-- The day is part of the key because a partitioned table's keys must contain what it is partitioned by.
create table public.error_events (
  received_on date not null default (now() at time zone 'utc')::date,
  project_id bigint not null,
  event_id uuid not null,
  issue_id bigint not null,
  received_at timestamptz not null default now(),
  occurred_at timestamptz not null,
  level text not null,
  release text,
  environment text,
  user_hash text,
  trace_id text,
  payload jsonb not null,
  primary key (received_on, project_id, event_id)
) partition by range (received_on);
comment on table public.error_events is
  'Occurrences, scrubbed. Partitioned by day of receipt (UTC); the partitions live in the schema prunella and are dropped by retention.';
comment on column public.error_events.payload is 'The ErrorEvent of supabase/functions/_shared/signals/event.ts.';

-- lz4 packs a 50 KB payload several times faster than pglz. Not every build of Postgres has it.
do $$
begin
  alter table public.error_events alter column payload set compression lz4;
exception when feature_not_supported then
  null;
end
$$;

revoke all on public.error_events from public, anon, authenticated;
grant select on public.error_events to authenticated;
grant all on public.error_events to service_role;
alter table public.error_events enable row level security;
create policy "members see events" on public.error_events
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create index error_events_by_issue_idx on public.error_events (issue_id, received_at desc);
create index error_events_by_project_idx on public.error_events (project_id, received_at desc);

create table public.error_minutes (
  issue_id bigint not null references public.detected_errors (id) on delete cascade,
  minute_at timestamptz not null,
  release text not null default '',
  environment text not null default '',
  project_id bigint not null,
  event_count integer not null default 0,
  primary key (issue_id, minute_at, release, environment)
) with (fillfactor = 70);
comment on table public.error_minutes is 'Events per issue and minute, by release and environment (empty: the sender did not tell).';
revoke all on public.error_minutes from public, anon, authenticated;
grant select on public.error_minutes to authenticated;
grant all on public.error_minutes to service_role;
alter table public.error_minutes enable row level security;
create policy "members see error counts" on public.error_minutes
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create index error_minutes_by_project_idx on public.error_minutes (project_id, minute_at desc);

create table public.traffic_minutes (
  project_id bigint not null references public.projects (id) on delete cascade,
  minute_at timestamptz not null,
  release text not null default '',
  environment text not null default '',
  request_count bigint not null default 0,
  failed_request_count bigint not null default 0,
  session_count bigint not null default 0,
  crashed_session_count bigint not null default 0,
  duration_ms_sum double precision not null default 0,
  primary key (project_id, minute_at, release, environment)
) with (fillfactor = 70);
comment on table public.traffic_minutes is 'How much a project was used, per minute: from transactions and sessions.';
revoke all on public.traffic_minutes from public, anon, authenticated;
grant select on public.traffic_minutes to authenticated;
grant all on public.traffic_minutes to service_role;
alter table public.traffic_minutes enable row level security;
create policy "members see traffic" on public.traffic_minutes
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));

create table public.traffic_totals (
  project_id bigint primary key references public.projects (id) on delete cascade,
  request_count bigint not null default 0,
  session_count bigint not null default 0,
  updated_at timestamptz not null default now()
) with (fillfactor = 50);
comment on table public.traffic_totals is
  'Running totals of traffic. The difference between two readings is the traffic between them, finer than a minute.';
revoke all on public.traffic_totals from public, anon, authenticated;
grant select on public.traffic_totals to authenticated;
grant all on public.traffic_totals to service_role;
alter table public.traffic_totals enable row level security;
create policy "members see traffic totals" on public.traffic_totals
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));

create table public.heartbeats (
  project_id bigint not null references public.projects (id) on delete cascade,
  monitor_slug text not null,
  environment text not null default '',
  status text not null default 'ok',
  last_check_in_id text,
  last_check_in_at timestamptz not null,
  last_duration_ms double precision,
  interval_seconds integer,
  margin_seconds integer not null default 60,
  primary key (project_id, monitor_slug, environment),
  constraint heartbeats_status_is_known check (status in ('ok', 'error', 'in_progress', 'missed')),
  constraint heartbeats_interval_is_positive check (interval_seconds > 0 and margin_seconds >= 0)
);
comment on table public.heartbeats is 'The last check-in of each monitored schedule. A monitor with an interval is missed when nothing comes in time.';
revoke all on public.heartbeats from public, anon, authenticated;
grant select on public.heartbeats to authenticated;
grant all on public.heartbeats to service_role;
alter table public.heartbeats enable row level security;
create policy "members see heartbeats" on public.heartbeats
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create index heartbeats_due_idx on public.heartbeats (last_check_in_at) where interval_seconds is not null;

create table public.function_minutes (
  function_name text not null,
  minute_at timestamptz not null,
  call_count bigint not null default 0,
  error_count bigint not null default 0,
  duration_ms_sum double precision not null default 0,
  duration_ms_max double precision not null default 0,
  primary key (function_name, minute_at)
) with (fillfactor = 70);
comment on table public.function_minutes is 'Calls, errors (5xx) and latency of Prunella''s own functions, per minute.';
revoke all on public.function_minutes from public, anon, authenticated;
grant all on public.function_minutes to service_role;
alter table public.function_minutes enable row level security;
create policy "service reads function health" on public.function_minutes for select to service_role using (true);

-- A partition does not inherit the policies of its table: whoever reads it directly needs one of its own.
create function prunella.close_event_partition(p_name text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  execute format('alter table prunella.%I enable row level security', p_name);
  execute format('create policy "service reads this day" on prunella.%I for select to service_role using (true)', p_name);
end
$$;
comment on function prunella.close_event_partition(text) is 'Row-level security of one partition of error_events: people reach its rows through the table alone.';
revoke execute on function prunella.close_event_partition(text) from public;

create function prunella.make_event_partition(p_name text, p_day date) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  execute format('create table prunella.%I (like public.error_events including defaults including storage including compression)', p_name);
  -- After days without upkeep the default partition may hold this day's events, and Postgres would refuse to attach another.
  execute format(
    'with moved as (delete from prunella.error_events_default where received_on = %L returning *)
     insert into prunella.%I select * from moved', p_day, p_name
  );
  execute format(
    'alter table public.error_events attach partition prunella.%I for values from (%L) to (%L)', p_name, p_day, p_day + 1
  );
  perform prunella.close_event_partition(p_name);
end
$$;
comment on function prunella.make_event_partition(text, date) is 'Makes the partition of one day, with the events that the default partition took in for it.';
revoke execute on function prunella.make_event_partition(text, date) from public;

-- Partitions: made a week ahead, dropped whole when they are older than the retention.
create function prunella.ensure_event_partitions(p_now timestamptz default now(), p_days_ahead integer default 7)
returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_day date;
  v_made integer := 0;
begin
  for v_day in
    select generate_series((p_now at time zone 'utc')::date - 1, (p_now at time zone 'utc')::date + p_days_ahead, '1 day')::date
  loop
    if to_regclass(format('prunella.error_events_%s', to_char(v_day, 'YYYYMMDD'))) is null then
      perform prunella.make_event_partition(format('error_events_%s', to_char(v_day, 'YYYYMMDD')), v_day);
      v_made := v_made + 1;
    end if;
  end loop;
  return v_made;
end
$$;
comment on function prunella.ensure_event_partitions(timestamptz, integer) is 'Makes the partitions of error_events from yesterday to p_days_ahead. Returns how many were missing.';
revoke execute on function prunella.ensure_event_partitions(timestamptz, integer) from public;

-- Dropping a partition waits until nobody uses error_events, and all who come after it wait as well: not for long.
create function prunella.drop_event_partitions(p_now timestamptz default now(), p_retention_days integer default 30)
returns integer
language plpgsql security definer set search_path = '' set lock_timeout = '2s'
as $$
declare
  v_name text;
  v_dropped integer := 0;
begin
  for v_name in
    select c.relname
    from pg_catalog.pg_inherits as i
    join pg_catalog.pg_class as c on c.oid = i.inhrelid
    where i.inhparent = 'public.error_events'::regclass
      and c.relname ~ '^error_events_\d{8}$'
      and to_date(right(c.relname, 8), 'YYYYMMDD') < (p_now at time zone 'utc')::date - p_retention_days
  loop
    execute format('drop table prunella.%I', v_name);
    v_dropped := v_dropped + 1;
  end loop;
  delete from prunella.error_events_default where received_on < (p_now at time zone 'utc')::date - p_retention_days;
  return v_dropped;
end
$$;
comment on function prunella.drop_event_partitions(timestamptz, integer) is 'Drops the partitions of error_events older than the retention. Returns how many.';
revoke execute on function prunella.drop_event_partitions(timestamptz, integer) from public;

-- Catches events whose day has no partition, so that ingest never fails for a missed upkeep.
create table prunella.error_events_default partition of public.error_events default;
select prunella.close_event_partition('error_events_default');
select prunella.ensure_event_partitions();
