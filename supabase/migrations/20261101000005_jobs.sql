-- The queue. Work is claimed with a lease; who loses the lease loses the right to finish.

create table public.jobs (
  id bigint generated always as identity primary key,
  kind text not null,
  project_id bigint references public.projects (id) on delete cascade,
  issue_id bigint references public.detected_errors (id) on delete cascade,
  fix_id bigint,
  payload jsonb not null default '{}',
  state text not null default 'queued',
  dedupe_key text,
  priority smallint not null default 5,
  run_at timestamptz not null default now(),
  attempt_count integer not null default 0,
  max_attempts integer not null default 8,
  lease_owner text,
  leased_until timestamptz,
  claimed_at timestamptz,
  last_error text,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  constraint jobs_state_is_known check (state in ('queued', 'running', 'done', 'dead')),
  constraint jobs_running_has_lease check (state <> 'running' or (lease_owner is not null and leased_until is not null))
) with (fillfactor = 70);
comment on table public.jobs is 'Work to do. A finished job is kept for a day so that runs and failures can be seen.';
comment on column public.jobs.dedupe_key is 'While a job with this key is queued, no second one is.';

revoke all on public.jobs from public, anon, authenticated;
grant select on public.jobs to authenticated;
grant all on public.jobs to service_role;
alter table public.jobs enable row level security;
create policy "members see jobs" on public.jobs
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create unique index jobs_queued_once_idx on public.jobs (dedupe_key) where state = 'queued';
create index jobs_due_idx on public.jobs (priority, run_at) where state = 'queued';
create index jobs_running_key_idx on public.jobs (dedupe_key) where state = 'running';
create index jobs_leased_idx on public.jobs (leased_until) where state = 'running';
create index jobs_project_id_idx on public.jobs (project_id, created_at desc);
create index jobs_issue_id_idx on public.jobs (issue_id) where issue_id is not null;
create index jobs_fix_id_idx on public.jobs (fix_id) where fix_id is not null;
create index jobs_finished_at_idx on public.jobs (finished_at) where finished_at is not null;

create function prunella.enqueue(
  p_kind text, p_project_id bigint, p_issue_id bigint, p_fix_id bigint, p_run_at timestamptz, p_payload jsonb default '{}',
  p_priority smallint default 5::smallint
) returns void
language sql security definer set search_path = ''
as $$
  insert into public.jobs (kind, project_id, issue_id, fix_id, run_at, payload, priority, dedupe_key)
  values (
    p_kind, p_project_id, p_issue_id, p_fix_id, p_run_at, p_payload, p_priority,
    p_kind || ':' || coalesce('fix:' || p_fix_id, 'issue:' || p_issue_id, 'project:' || p_project_id, 'all')
  )
  on conflict (dedupe_key) where state = 'queued'
  do update set run_at = least(public.jobs.run_at, excluded.run_at)
$$;
comment on function prunella.enqueue(text, bigint, bigint, bigint, timestamptz, jsonb, smallint) is
  'Queues a job once per kind and subject; a second call only moves it earlier.';
revoke execute on function prunella.enqueue(text, bigint, bigint, bigint, timestamptz, jsonb, smallint) from public;
grant execute on function prunella.enqueue(text, bigint, bigint, bigint, timestamptz, jsonb, smallint) to service_role;

-- The wake-up is a convenience: if it is lost, the sweep of pg_cron finds the job within the minute.
create function prunella.wake_engine() returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_url text;
  v_key text;
begin
  if to_regclass('vault.decrypted_secrets') is null or to_regnamespace('net') is null then
    return;
  end if;
  select s.decrypted_secret into v_url from vault.decrypted_secrets as s where s.name = 'prunella_functions_url';
  select s.decrypted_secret into v_key from vault.decrypted_secrets as s where s.name = 'prunella_automations_key';
  if v_url is null or v_key is null then
    return;
  end if;
  perform net.http_post(
    url := v_url || '/healing-engine/run',
    body := '{}'::jsonb,
    headers := jsonb_build_object('content-type', 'application/json', 'apikey', v_key),
    timeout_milliseconds := 5000
  );
end
$$;
comment on function prunella.wake_engine() is
  'Calls the healing engine through pg_net. Address and key come from Vault: prunella_functions_url, prunella_automations_key.';
revoke execute on function prunella.wake_engine() from public;

create function prunella.wake_on_due_jobs() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if exists (select from arrived where state = 'queued' and run_at <= now() + interval '1 second') then
    perform prunella.wake_engine();
  end if;
  return null;
end
$$;
comment on function prunella.wake_on_due_jobs() is 'Statement trigger: new work that is due wakes the engine.';
revoke execute on function prunella.wake_on_due_jobs() from public;
create trigger jobs_wake_engine after insert on public.jobs
  referencing new table as arrived for each statement execute function prunella.wake_on_due_jobs();

create function prunella.state_after_return(p_job public.jobs, p_retry boolean) returns text
language sql stable security invoker set search_path = ''
as $$
  select case
    when not p_retry then 'dead'
    -- The same work was asked for again while this job ran: the younger job does it.
    when exists (select from public.jobs as q where q.dedupe_key = p_job.dedupe_key and q.state = 'queued') then 'done'
    else 'queued'
  end
$$;
comment on function prunella.state_after_return(public.jobs, boolean) is 'What a running job becomes when it is not finished.';
revoke execute on function prunella.state_after_return(public.jobs, boolean) from public;
grant execute on function prunella.state_after_return(public.jobs, boolean) to service_role;

create function public.claim_jobs(
  p_worker text, p_limit integer, p_lease_seconds integer, p_now timestamptz default now(), p_kinds text[] default null
) returns setof public.jobs
language sql security invoker set search_path = ''
as $$
  with lost as (
    -- A worker that died: its job goes back, or is given up after too many attempts.
    update public.jobs as j
    set state = prunella.state_after_return(j, j.attempt_count < j.max_attempts),
        finished_at = case when prunella.state_after_return(j, j.attempt_count < j.max_attempts) <> 'queued' then p_now end,
        last_error = coalesce(j.last_error, 'the worker ' || j.lease_owner || ' did not finish in time'),
        lease_owner = null, leased_until = null
    where j.id in (
      select id from public.jobs where state = 'running' and leased_until < p_now
      order by id limit 100 for update skip locked
    )
    returning j.id
  ),
  due as (
    select j.id from public.jobs as j
    where j.state = 'queued' and j.run_at <= p_now and (p_kinds is null or j.kind = any (p_kinds))
      and not exists (select from public.jobs as r where r.dedupe_key = j.dedupe_key and r.state = 'running')
    order by j.priority, j.run_at limit p_limit
    for update of j skip locked
  )
  update public.jobs as j
  set state = 'running', lease_owner = p_worker, leased_until = p_now + make_interval(secs => p_lease_seconds),
      claimed_at = p_now, attempt_count = j.attempt_count + 1
  from due
  where j.id = due.id and (select count(*) from lost) >= 0
  returning j.*
$$;
comment on function public.claim_jobs(text, integer, integer, timestamptz, text[]) is
  'Takes due jobs for a worker under a lease; jobs whose lease ran out are put back first. Two workers never get the same job.';

create function public.finish_job(p_job_id bigint, p_worker text, p_now timestamptz default now()) returns boolean
language sql security invoker set search_path = ''
as $$
  with finished as (
    update public.jobs set state = 'done', finished_at = p_now, lease_owner = null, leased_until = null
    where id = p_job_id and state = 'running' and lease_owner = p_worker
    returning id
  )
  select exists (select from finished)
$$;
comment on function public.finish_job(bigint, text, timestamptz) is 'Ends a job; false if the lease had been lost.';

create function public.postpone_job(
  p_job_id bigint, p_worker text, p_run_at timestamptz, p_payload jsonb default null
) returns boolean
language sql security invoker set search_path = ''
as $$
  with postponed as (
    update public.jobs as j
    set state = prunella.state_after_return(j, true), run_at = p_run_at, payload = coalesce(p_payload, j.payload),
        attempt_count = 0, lease_owner = null, leased_until = null, last_error = null
    where j.id = p_job_id and j.state = 'running' and j.lease_owner = p_worker
    returning j.id
  )
  select exists (select from postponed)
$$;
comment on function public.postpone_job(bigint, text, timestamptz, jsonb) is
  'Puts a job back for later as planned work (not a failure); false if the lease had been lost.';

create function public.fail_job(
  p_job_id bigint, p_worker text, p_error text, p_retry boolean default true, p_now timestamptz default now()
) returns text
language sql security invoker set search_path = ''
as $$
  -- Waits 1, 2, 4, ... at most 300 seconds between attempts.
  update public.jobs as j
  set state = prunella.state_after_return(j, p_retry and j.attempt_count < j.max_attempts),
      run_at = p_now + make_interval(secs => least(300, power(2, greatest(0, j.attempt_count - 1)))),
      finished_at = case when not p_retry or j.attempt_count >= j.max_attempts then p_now end,
      last_error = left(p_error, 2000), lease_owner = null, leased_until = null
  where j.id = p_job_id and j.state = 'running' and j.lease_owner = p_worker
  returning j.state
$$;
comment on function public.fail_job(bigint, text, text, boolean, timestamptz) is
  'Records a failed attempt; the job is queued again with growing delay, or dead. Returns its state, null if the lease had been lost.';

create function public.next_job_at(p_kinds text[] default null) returns timestamptz
language sql stable security invoker set search_path = ''
as $$
  select min(run_at) from public.jobs where state = 'queued' and (p_kinds is null or kind = any (p_kinds))
$$;
comment on function public.next_job_at(text[]) is 'When the next queued job is due; null when there is none.';

revoke execute on function
  public.claim_jobs(text, integer, integer, timestamptz, text[]),
  public.finish_job(bigint, text, timestamptz),
  public.postpone_job(bigint, text, timestamptz, jsonb),
  public.fail_job(bigint, text, text, boolean, timestamptz),
  public.next_job_at(text[])
from public, anon, authenticated;
grant execute on function
  public.claim_jobs(text, integer, integer, timestamptz, text[]),
  public.finish_job(bigint, text, timestamptz),
  public.postpone_job(bigint, text, timestamptz, jsonb),
  public.fail_job(bigint, text, text, boolean, timestamptz),
  public.next_job_at(text[])
to service_role;

-- Issues that are new, came back or escalate ask for a diagnosis, in the transaction that found it out.
create function prunella.queue_diagnosis_of_new() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.jobs (kind, project_id, issue_id, dedupe_key)
  select 'diagnose', a.project_id, a.id, 'diagnose:issue:' || a.id
  from arrived as a where a.status in ('new', 'escalating', 'regressed')
  order by a.id
  on conflict (dedupe_key) where state = 'queued' do nothing;
  return null;
end
$$;
revoke execute on function prunella.queue_diagnosis_of_new() from public;
create trigger detected_errors_wake after insert on public.detected_errors
  referencing new table as arrived for each statement execute function prunella.queue_diagnosis_of_new();

create function prunella.queue_diagnosis_of_returned() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform prunella.enqueue('diagnose', new.project_id, new.id, null, now());
  return null;
end
$$;
revoke execute on function prunella.queue_diagnosis_of_returned() from public;
create trigger detected_errors_returned after update of status on public.detected_errors
  for each row when (new.status in ('regressed', 'escalating') and old.status is distinct from new.status)
  execute function prunella.queue_diagnosis_of_returned();
