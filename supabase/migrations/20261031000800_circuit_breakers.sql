-- Breakers of calls to other systems: their state, shared by all isolates, and how the calls went.

create table public.circuit_breaker_state (
  name text primary key,
  project_id bigint references public.projects (id) on delete cascade,
  state text not null default 'closed',
  failure_count integer not null default 0,
  opened_at timestamptz,
  version bigint not null default 1,
  state_data jsonb not null default '{}',
  updated_at timestamptz not null default now(),
  constraint circuit_breaker_state_is_known check (state in ('closed', 'open', 'half_open'))
);
comment on table public.circuit_breaker_state is 'One row per protected dependency, shared by all isolates; changed by compare-and-set on version.';
create table public.circuit_breaker_metrics (
  name text not null,
  minute_at timestamptz not null,
  success_count bigint not null default 0,
  failure_count bigint not null default 0,
  rejected_count bigint not null default 0,
  timeout_count bigint not null default 0,
  primary key (name, minute_at)
) with (fillfactor = 70);
comment on table public.circuit_breaker_metrics is 'Calls through each breaker, per minute.';
revoke all on public.circuit_breaker_state, public.circuit_breaker_metrics from public, anon, authenticated;
grant select on public.circuit_breaker_state to authenticated;
grant all on public.circuit_breaker_state, public.circuit_breaker_metrics to service_role;
alter table public.circuit_breaker_state enable row level security;
alter table public.circuit_breaker_metrics enable row level security;
create policy "members see their breakers" on public.circuit_breaker_state
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create policy "service reads breaker metrics" on public.circuit_breaker_metrics for select to service_role using (true);
create index circuit_breaker_state_project_id_idx on public.circuit_breaker_state (project_id) where project_id is not null;

-- No retention touches these: a counter that falls is read as a restart.
create table public.circuit_breaker_totals (
  name text primary key,
  success_count bigint not null default 0,
  failure_count bigint not null default 0,
  rejected_count bigint not null default 0,
  timeout_count bigint not null default 0
) with (fillfactor = 50);
comment on table public.circuit_breaker_totals is 'Calls through each breaker since ever.';
revoke all on public.circuit_breaker_totals from public, anon, authenticated;
grant all on public.circuit_breaker_totals to service_role;
alter table public.circuit_breaker_totals enable row level security;
create policy "service reads breaker totals" on public.circuit_breaker_totals for select to service_role using (true);

create function public.breaker_load(p_names text[]) returns table (name text, version bigint, state jsonb)
language sql stable security invoker set search_path = ''
as $$
  select b.name, b.version, b.state_data || jsonb_build_object('state', b.state)
  from public.circuit_breaker_state as b where b.name = any (p_names)
$$;
comment on function public.breaker_load(text[]) is 'Breakers with the version that a change must name. A name without row was never stored.';

create function public.breaker_report(p_name text, p_expected_version bigint, p_state jsonb, p_metrics jsonb) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  v_version bigint;
  v_row public.circuit_breaker_state;
begin
  insert into public.circuit_breaker_metrics as m (name, minute_at, success_count, failure_count, rejected_count, timeout_count)
  select p_name, r.minute_at, sum(r.success_count), sum(r.failure_count), sum(r.rejected_count), sum(r.timeout_count)
  from jsonb_to_recordset(p_metrics) as r (
    minute_at timestamptz, success_count bigint, failure_count bigint, rejected_count bigint, timeout_count bigint
  )
  group by r.minute_at
  order by r.minute_at
  on conflict (name, minute_at) do update set
    success_count = m.success_count + excluded.success_count,
    failure_count = m.failure_count + excluded.failure_count,
    rejected_count = m.rejected_count + excluded.rejected_count,
    timeout_count = m.timeout_count + excluded.timeout_count;
  insert into public.circuit_breaker_totals as t (name, success_count, failure_count, rejected_count, timeout_count)
  select p_name, sum(r.success_count), sum(r.failure_count), sum(r.rejected_count), sum(r.timeout_count)
  from jsonb_to_recordset(p_metrics) as r (
    success_count bigint, failure_count bigint, rejected_count bigint, timeout_count bigint
  )
  having count(*) > 0
  on conflict (name) do update set
    success_count = t.success_count + excluded.success_count,
    failure_count = t.failure_count + excluded.failure_count,
    rejected_count = t.rejected_count + excluded.rejected_count,
    timeout_count = t.timeout_count + excluded.timeout_count;

  if p_state is not null and p_expected_version = 0 then
    insert into public.circuit_breaker_state (name, state, failure_count, opened_at, state_data)
    values (
      p_name, p_state ->> 'state', coalesce((p_state ->> 'failure_count')::integer, 0), (p_state ->> 'opened_at')::timestamptz, p_state
    )
    on conflict (name) do nothing
    returning version into v_version;
  elsif p_state is not null then
    update public.circuit_breaker_state as b
    set state = p_state ->> 'state', failure_count = coalesce((p_state ->> 'failure_count')::integer, 0),
        opened_at = (p_state ->> 'opened_at')::timestamptz, state_data = p_state, version = b.version + 1, updated_at = now()
    where b.name = p_name and b.version = p_expected_version
    returning b.version into v_version;
  end if;
  select * into v_row from public.circuit_breaker_state where name = p_name;
  return jsonb_build_object(
    'applied', v_version is not null, 'version', coalesce(v_row.version, 0),
    'state', coalesce(v_row.state_data || jsonb_build_object('state', v_row.state), '{}')
  );
end
$$;
comment on function public.breaker_report(text, bigint, jsonb, jsonb) is
  'Adds counts of calls and, if p_state is not null, stores it when the version is still the expected one (0: no row yet). '
  '{ applied, version, state }: what is there afterwards.';

revoke execute on function public.breaker_load(text[]), public.breaker_report(text, bigint, jsonb, jsonb)
from public, anon, authenticated;
grant execute on function public.breaker_load(text[]), public.breaker_report(text, bigint, jsonb, jsonb) to service_role;
