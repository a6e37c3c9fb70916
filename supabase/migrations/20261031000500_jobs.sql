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
create index jobs_dead_idx on public.jobs (kind, finished_at) where state = 'dead';
create index jobs_finished_at_idx on public.jobs (finished_at) where finished_at is not null;

create function prunella.call_function(p_path text) returns void
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
    url := v_url || p_path,
    body := '{}'::jsonb,
    headers := jsonb_build_object('content-type', 'application/json', 'apikey', v_key),
    timeout_milliseconds := 5000
  );
end
$$;
comment on function prunella.call_function(text) is
  'Calls one of Prunella''s functions through pg_net. Address and key come from Vault: prunella_functions_url, prunella_automations_key.';
revoke execute on function prunella.call_function(text) from public;

-- The wake-up is a convenience: if it is lost, the sweep of pg_cron finds the job within the minute.
create function prunella.wake_engine() returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform prunella.call_function('/healing-engine/run');
exception when others then
  -- Callers are in the midst of recording events or approving a fix: a wrong address must not undo that.
  raise warning 'the healing engine could not be woken: %', sqlerrm;
end
$$;
comment on function prunella.wake_engine() is 'Calls the healing engine; a call that fails is a warning.';
revoke execute on function prunella.wake_engine() from public;

create function prunella.enqueue(
  p_kind text, p_project_id bigint, p_issue_id bigint, p_fix_id bigint, p_run_at timestamptz, p_payload jsonb default '{}',
  p_priority smallint default 5::smallint
) returns void
language sql security definer set search_path = ''
as $$
  with asked as (
    insert into public.jobs (kind, project_id, issue_id, fix_id, run_at, payload, priority, dedupe_key)
    values (
      p_kind, p_project_id, p_issue_id, p_fix_id, p_run_at, p_payload, p_priority,
      p_kind || ':' || coalesce('fix:' || p_fix_id, 'issue:' || p_issue_id, 'project:' || p_project_id, 'all')
    )
    on conflict (dedupe_key) where state = 'queued'
    do update set run_at = least(public.jobs.run_at, excluded.run_at), priority = least(public.jobs.priority, excluded.priority)
    where public.jobs.run_at > excluded.run_at or public.jobs.priority > excluded.priority
    returning run_at, xmax <> 0 as is_moved
  )
  -- The trigger below sees new jobs only.
  select prunella.wake_engine() from asked where is_moved and run_at <= now() + interval '1 second'
$$;
comment on function prunella.enqueue(text, bigint, bigint, bigint, timestamptz, jsonb, smallint) is
  'Queues a job once per kind and subject; a second call only moves it forward: earlier, and to a higher priority.';
revoke execute on function prunella.enqueue(text, bigint, bigint, bigint, timestamptz, jsonb, smallint) from public;
grant execute on function prunella.enqueue(text, bigint, bigint, bigint, timestamptz, jsonb, smallint) to service_role;

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

create function prunella.put_back_job(
  p_job public.jobs, p_retry boolean, p_run_at timestamptz, p_payload jsonb, p_attempt_count integer, p_error text, p_now timestamptz
) returns text
language plpgsql security invoker set search_path = ''
as $$
declare
  v_state text := prunella.state_after_return(p_job, p_retry);
begin
  loop
    begin
      update public.jobs
      set state = v_state, run_at = p_run_at, payload = p_payload, attempt_count = p_attempt_count, last_error = left(p_error, 2000),
          finished_at = case when v_state <> 'queued' then p_now end, lease_owner = null, leased_until = null
      where id = p_job.id;
      exit;
    exception when unique_violation then
      -- The same work was queued this very moment: the younger job does it.
      v_state := 'done';
    end;
  end loop;
  return v_state;
end
$$;
comment on function prunella.put_back_job(public.jobs, boolean, timestamptz, jsonb, integer, text, timestamptz) is
  'Ends a run that did not finish its job. The caller holds the row. Returns the job''s state.';

create function prunella.return_lost_jobs(p_now timestamptz) returns integer
language plpgsql security invoker set search_path = ''
as $$
declare
  v_job public.jobs;
  v_count integer := 0;
begin
  -- A worker that died: its job goes back, or is given up after too many attempts.
  for v_job in
    select * from public.jobs where state = 'running' and leased_until < p_now order by id limit 100 for update skip locked
  loop
    perform prunella.put_back_job(
      v_job, v_job.attempt_count < v_job.max_attempts, v_job.run_at, v_job.payload, v_job.attempt_count,
      coalesce(v_job.last_error, 'the worker ' || v_job.lease_owner || ' did not finish in time'), p_now
    );
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function prunella.return_lost_jobs(timestamptz) is 'Takes jobs back from workers whose lease ran out. Returns how many.';
revoke execute on function prunella.put_back_job(public.jobs, boolean, timestamptz, jsonb, integer, text, timestamptz),
  prunella.return_lost_jobs(timestamptz) from public;
grant execute on function prunella.put_back_job(public.jobs, boolean, timestamptz, jsonb, integer, text, timestamptz),
  prunella.return_lost_jobs(timestamptz) to service_role;

create function public.claim_jobs(
  p_worker text, p_limit integer, p_lease_seconds integer, p_now timestamptz default now(), p_kinds text[] default null
) returns setof public.jobs
language sql security invoker set search_path = ''
as $$
  select prunella.return_lost_jobs(p_now);
  with due as (
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
  where j.id = due.id
  returning j.*
$$;
comment on function public.claim_jobs(text, integer, integer, timestamptz, text[]) is
  'Takes due jobs for a worker under a lease; jobs whose lease ran out are put back first. Two workers never get the same job.';

create function public.finish_job(p_job_id bigint, p_worker text, p_now timestamptz default now()) returns boolean
language sql security invoker set search_path = ''
as $$
  with finished as (
    update public.jobs set state = 'done', finished_at = p_now, last_error = null, lease_owner = null, leased_until = null
    where id = p_job_id and state = 'running' and lease_owner = p_worker
    returning id
  )
  select exists (select from finished)
$$;
comment on function public.finish_job(bigint, text, timestamptz) is 'Ends a job; false if the lease had been lost.';

create function public.postpone_job(
  p_job_id bigint, p_worker text, p_run_at timestamptz, p_payload jsonb default null
) returns boolean
language plpgsql security invoker set search_path = ''
as $$
declare
  v_job public.jobs;
begin
  select * into v_job from public.jobs where id = p_job_id and state = 'running' and lease_owner = p_worker for update;
  if found then
    perform prunella.put_back_job(v_job, true, p_run_at, coalesce(p_payload, v_job.payload), 0, null, now());
  end if;
  return v_job.id is not null;
end
$$;
comment on function public.postpone_job(bigint, text, timestamptz, jsonb) is
  'Puts a job back for later as planned work (not a failure); false if the lease had been lost.';

create function public.fail_job(
  p_job_id bigint, p_worker text, p_error text, p_retry boolean default true, p_now timestamptz default now()
) returns text
language plpgsql security invoker set search_path = ''
as $$
declare
  v_job public.jobs;
begin
  select * into v_job from public.jobs where id = p_job_id and state = 'running' and lease_owner = p_worker for update;
  if not found then
    return null;
  end if;
  -- Waits 1, 2, 4, ... at most 300 seconds between attempts.
  return prunella.put_back_job(
    v_job, p_retry and v_job.attempt_count < v_job.max_attempts,
    p_now + make_interval(secs => least(300, power(2, greatest(0, v_job.attempt_count - 1)))),
    v_job.payload, v_job.attempt_count, p_error, p_now
  );
end
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
