-- What agents did, and how long it took them.

create table public.execution_history (
  id bigint generated always as identity primary key,
  project_id bigint references public.projects (id) on delete cascade,
  agent text not null,
  task_type text not null,
  status text not null default 'running',
  inputs jsonb not null default '{}',
  outputs jsonb,
  error text,
  duration_ms double precision,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  constraint execution_history_status_is_known check (status in ('running', 'succeeded', 'failed', 'abandoned')),
  constraint execution_history_rows_are_small check (
    pg_column_size(inputs) <= 16384 and (outputs is null or pg_column_size(outputs) <= 16384) and char_length(error) <= 4000
  )
);
comment on table public.execution_history is 'Runs of tasks by agents, Prunella''s own engine included. Kept for 90 days.';
revoke all on public.execution_history from public, anon, authenticated;
grant select on public.execution_history to authenticated;
grant all on public.execution_history to service_role;
alter table public.execution_history enable row level security;
create policy "members see executions" on public.execution_history
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create index execution_history_by_task_idx on public.execution_history (project_id, task_type, agent, started_at desc);
create index execution_history_by_type_idx on public.execution_history (project_id, task_type, started_at desc);
create index execution_history_started_at_idx on public.execution_history (started_at);

-- Every job that the engine ran is an execution of an agent, like any other.
create function prunella.record_job_execution() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.execution_history (project_id, agent, task_type, status, inputs, error, duration_ms, started_at, finished_at)
  values (
    new.project_id, 'healing-engine', new.kind, case when new.last_error is null then 'succeeded' else 'failed' end,
    jsonb_strip_nulls(jsonb_build_object('job_id', new.id, 'issue_id', new.issue_id, 'fix_id', new.fix_id, 'attempt', new.attempt_count)),
    new.last_error, extract(epoch from clock_timestamp() - old.claimed_at) * 1000, coalesce(old.claimed_at, now()), clock_timestamp()
  );
  return null;
end
$$;
comment on function prunella.record_job_execution() is 'Row trigger: a job that ended or failed leaves a row in execution_history.';
revoke execute on function prunella.record_job_execution() from public;
create trigger jobs_record_execution after update of state on public.jobs
  for each row when (old.state = 'running' and (new.state in ('done', 'dead') or new.last_error is not null))
  execute function prunella.record_job_execution();
