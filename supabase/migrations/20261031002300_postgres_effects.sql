-- What actions did to the application's database: once for each idempotency key, and scheduled where a function cannot do it.

create table prunella.postgres_effects (
  project_id bigint not null references public.projects (id) on delete cascade,
  idempotency_key text not null,
  operation text not null,
  arguments jsonb not null,
  result jsonb not null default '{}',
  state text not null default 'done',
  message text,
  table_name text,
  job_id bigint,
  run_at timestamptz,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (project_id, idempotency_key),
  constraint postgres_effects_state_is_known
    check (state in ('done', 'scheduled', 'running', 'succeeded', 'failed', 'missed')),
  constraint postgres_effects_scheduled_has_job check (state not in ('scheduled', 'running') or run_at is not null)
);
comment on table prunella.postgres_effects is
  'What actions did to the application''s database, by idempotency key: nothing is done twice, and after a crash it can be seen.';
comment on column prunella.postgres_effects.table_name is 'The table that a scheduled change works on: one at a time, or they deadlock.';
comment on column prunella.postgres_effects.job_id is 'The one-shot pg_cron job; null once it is unscheduled.';
revoke all on prunella.postgres_effects from public, anon, authenticated;
grant select on prunella.postgres_effects to service_role;
alter table prunella.postgres_effects enable row level security;
create policy "service reads effects" on prunella.postgres_effects for select to service_role using (true);
create index postgres_effects_pending_idx on prunella.postgres_effects (table_name, run_at) where state in ('scheduled', 'running');

create function prunella.known_effect(p_project_id bigint, p_key text, p_operation text, p_arguments jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_effect prunella.postgres_effects;
begin
  select * into v_effect from prunella.postgres_effects where project_id = p_project_id and idempotency_key = p_key;
  if not found then
    return null;
  end if;
  if v_effect.operation <> p_operation or v_effect.arguments <> p_arguments then
    raise exception 'the idempotency key % was used for another change', p_key
      using errcode = 'invalid_parameter_value', hint = 'Use a new key for a new change.';
  end if;
  return v_effect.result || '{"outcome": "already"}';
end
$$;
comment on function prunella.known_effect(bigint, text, text, jsonb) is 'The result of a change that was made under this key, or null.';

create function prunella.begin_effect(p_project_id bigint, p_key text, p_operation text, p_arguments jsonb) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  insert into prunella.postgres_effects (project_id, idempotency_key, operation, arguments, finished_at)
  values (p_project_id, p_key, p_operation, p_arguments, now())
  on conflict do nothing;
  return found;
end
$$;
comment on function prunella.begin_effect(bigint, text, text, jsonb) is
  'Takes the key before the change is made, in the same transaction. False when another call has taken it.';

create function prunella.end_effect(p_project_id bigint, p_key text, p_result jsonb) returns jsonb
language sql security definer set search_path = ''
as $$
  update prunella.postgres_effects set result = p_result
  where project_id = p_project_id and idempotency_key = p_key
  returning result
$$;
comment on function prunella.end_effect(bigint, text, jsonb) is 'Keeps the result of a change and returns it.';

create function prunella.table_of(p_schema text, p_name text) returns text
language sql stable security invoker set search_path = ''
as $$
  select p_schema || '.' || coalesce(
    (
      select t.relname from pg_catalog.pg_index as i
      join pg_catalog.pg_class as t on t.oid = i.indrelid
      where i.indexrelid = to_regclass(format('%I.%I', p_schema, p_name))
    ),
    p_name
  )
$$;
comment on function prunella.table_of(text, text) is 'The table of an index; a table or view itself.';

create function prunella.effect_job_name(p_project_id bigint, p_key text) returns text
language sql immutable security invoker set search_path = ''
as $$ select 'prunella-' || md5(p_project_id || ':' || p_key) $$;
comment on function prunella.effect_job_name(bigint, text) is 'The name of an effect''s one-shot job.';

-- One named minute, not '* * * * *': such a job runs once even when nobody unschedules it in time.
create function prunella.once_at(p_run_at timestamptz) returns text
language sql stable security invoker set search_path = ''
as $$
  select to_char(
    p_run_at at time zone coalesce(nullif(current_setting('cron.timezone', true), ''), 'GMT'), 'FMMI FMHH24 FMDD FMMM "*"'
  )
$$;
comment on function prunella.once_at(timestamptz) is 'A schedule of pg_cron for the minute of this moment, once a year.';

create function prunella.schedule_soon(p_name text, p_seconds integer, p_command text) returns bigint
language plpgsql security definer set search_path = ''
as $$
begin
  return cron.schedule(p_name, p_seconds || ' seconds', p_command);
exception when others then
  -- pg_cron before 1.5 knows whole minutes only.
  return null;
end
$$;
comment on function prunella.schedule_soon(text, integer, text) is
  'A job that pg_cron repeats every few seconds; null where it cannot.';

create function prunella.schedule_effect(
  p_project_id bigint, p_key text, p_operation text, p_arguments jsonb, p_table_name text, p_command text, p_result jsonb default '{}'
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  -- Where pg_cron can, what may safely run twice begins in so many seconds: it is repeated until somebody has seen it run, and nothing is
  -- left to do then. Rebuilding an index again, to be stopped in the midst of it, would leave an invalid one behind.
  c_soon_seconds constant integer := 2;
  c_repeatable constant text[] := array['create_index', 'drop_index', 'refresh_view'];
  c_name constant text := prunella.effect_job_name(p_project_id, p_key);
  -- Ten seconds for pg_cron to see it.
  v_run_at timestamptz := date_trunc('minute', clock_timestamp() + interval '10 seconds') + interval '1 minute';
  v_job_id bigint;
  v_busy_until timestamptz;
  v_result jsonb;
begin
  -- Two concurrent builds on one table wait for each other's transactions until Postgres kills one as a deadlock.
  perform pg_advisory_xact_lock(hashtextextended('prunella.postgres_effects:' || p_table_name, 0));
  perform prunella.settle_effect(e.project_id, e.idempotency_key, clock_timestamp())
  from prunella.postgres_effects as e
  where e.table_name = p_table_name and e.state in ('scheduled', 'running') and e.idempotency_key <> p_key;
  select max(e.run_at) into v_busy_until from prunella.postgres_effects as e
  where e.table_name = p_table_name and e.state in ('scheduled', 'running') and e.idempotency_key <> p_key;
  if v_busy_until is not null then
    if p_operation <> 'drop_index' then
      return prunella.refused('another change of ' || p_table_name || ' is under way');
    end if;
    -- Taking back is not refused; it comes after the other.
    v_run_at := greatest(v_run_at, v_busy_until + interval '1 minute');
  end if;
  if not prunella.begin_effect(p_project_id, p_key, p_operation, p_arguments) then
    return prunella.known_effect(p_project_id, p_key, p_operation, p_arguments);
  end if;
  if v_busy_until is null and p_operation = any (c_repeatable) then
    v_job_id := prunella.schedule_soon(c_name, c_soon_seconds, p_command);
  end if;
  if v_job_id is not null then
    v_run_at := clock_timestamp() + make_interval(secs => c_soon_seconds);
  else
    v_job_id := cron.schedule(c_name, prunella.once_at(v_run_at), p_command);
  end if;
  v_result := p_result || jsonb_build_object('outcome', 'scheduled', 'run_at', v_run_at);
  update prunella.postgres_effects
  set state = 'scheduled', run_at = v_run_at, result = v_result, table_name = p_table_name, finished_at = null, job_id = v_job_id
  where project_id = p_project_id and idempotency_key = p_key;
  return v_result;
end
$$;
comment on function prunella.schedule_effect(bigint, text, text, jsonb, text, text, jsonb) is
  'Schedules one statement that cannot run inside a function. Callers build it from the catalog''s names with %I.';

create function prunella.unschedule_effect(p_project_id bigint, p_key text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_job_id bigint;
begin
  update prunella.postgres_effects as e set job_id = null
  from prunella.postgres_effects as before
  where e.project_id = p_project_id and e.idempotency_key = p_key
    and before.project_id = e.project_id and before.idempotency_key = e.idempotency_key
  returning before.job_id into v_job_id;
  if v_job_id is not null and exists (select from cron.job where jobid = v_job_id) then
    perform cron.unschedule(v_job_id);
  end if;
end
$$;
comment on function prunella.unschedule_effect(bigint, text) is 'Removes the one-shot job of an effect.';

create function prunella.index_is_valid(p_schema text, p_index text) returns boolean
language sql stable security invoker set search_path = ''
as $$
  select i.indisvalid from pg_catalog.pg_index as i where i.indexrelid = to_regclass(format('%I.%I', p_schema, p_index))
$$;
comment on function prunella.index_is_valid(text, text) is 'Whether an index can be used; null when there is none of this name.';

create function prunella.settle_effect(p_project_id bigint, p_key text, p_now timestamptz) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  -- pg_cron starts within seconds of its time; a job that has not started by then never will.
  c_patience constant interval := interval '3 minutes';
  v_effect prunella.postgres_effects;
  v_run record;
  v_state text;
  v_message text;
begin
  select * into v_effect from prunella.postgres_effects
  where project_id = p_project_id and idempotency_key = p_key and state in ('scheduled', 'running')
  for update;
  if not found then
    return;
  end if;
  select d.status, d.return_message, d.end_time into v_run
  from cron.job_run_details as d where d.jobid = v_effect.job_id order by d.runid desc limit 1;
  v_state := case
    when v_run.status = 'succeeded' then 'succeeded'
    when v_run.status = 'failed' then 'failed'
    when v_run.status is not null then 'running'
    when v_effect.run_at + c_patience < p_now then 'missed'
    else 'scheduled'
  end;
  v_message := v_run.return_message;
  -- `if not exists` is content with the invalid index of an earlier try.
  if v_effect.operation = 'create_index' and v_state = 'succeeded'
     and prunella.index_is_valid(v_effect.arguments ->> 'schema', v_effect.result ->> 'index_name') is not true then
    v_state := 'failed';
    v_message := 'the index is not valid';
  end if;
  update prunella.postgres_effects
  set state = v_state, message = left(v_message, 500),
    finished_at = case when v_state in ('succeeded', 'failed', 'missed') then coalesce(v_run.end_time, p_now) end
  where project_id = p_project_id and idempotency_key = p_key;
  if v_state = 'running' and v_effect.state = 'scheduled' then
    -- It has begun: that was the once. Removing the job now would stop it.
    perform cron.schedule(j.jobname, prunella.once_at(v_effect.run_at), j.command)
    from cron.job as j where j.jobid = v_effect.job_id and j.schedule like '%seconds';
  end if;
  if v_state not in ('succeeded', 'failed', 'missed') then
    return;
  end if;
  perform prunella.unschedule_effect(p_project_id, p_key);
  if v_effect.operation = 'create_index' and v_state = 'failed'
     and prunella.index_is_valid(v_effect.arguments ->> 'schema', v_effect.result ->> 'index_name') is false then
    -- An invalid index costs every write and serves no read.
    perform prunella.schedule_effect(
      p_project_id, p_key || ':cleanup', 'drop_index', jsonb_build_object('applied_key', p_key), v_effect.table_name,
      format('drop index concurrently if exists %I.%I', v_effect.arguments ->> 'schema', v_effect.result ->> 'index_name')
    );
  end if;
end
$$;
comment on function prunella.settle_effect(bigint, text, timestamptz) is
  'Learns from pg_cron what became of a scheduled change, keeps it, and removes the job.';

create function prunella.settle_effects(p_now timestamptz) returns integer
language plpgsql security definer set search_path = ''
as $$
declare
  v_effect record;
  v_count integer := 0;
begin
  for v_effect in
    select project_id, idempotency_key from prunella.postgres_effects
    where state in ('scheduled', 'running') and run_at < p_now
  loop
    perform prunella.settle_effect(v_effect.project_id, v_effect.idempotency_key, p_now);
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function prunella.settle_effects(timestamptz) is 'Upkeep: settles all scheduled changes, so that no one-shot job outlives its minute.';

create function prunella.refused(p_reason text) returns jsonb
language sql immutable security invoker set search_path = ''
as $$ select jsonb_build_object('outcome', 'refused', 'reason', p_reason) $$;
comment on function prunella.refused(text) is 'The answer of a change that may not be made.';

create function prunella.effect(p_project_id bigint, p_idempotency_key text, p_now timestamptz) returns jsonb
language plpgsql security definer set search_path = ''
as $$
begin
  perform prunella.settle_effect(p_project_id, p_idempotency_key, p_now);
  return (
    select jsonb_build_object(
      'operation', e.operation, 'state', e.state, 'message', e.message, 'result', e.result, 'run_at', e.run_at,
      'finished_at', e.finished_at
    )
    from prunella.postgres_effects as e
    where e.project_id = p_project_id and e.idempotency_key = p_idempotency_key
  );
end
$$;
comment on function prunella.effect(bigint, text, timestamptz) is 'What became of a change, by its idempotency key; null when there was none.';

revoke execute on function
  prunella.known_effect(bigint, text, text, jsonb), prunella.begin_effect(bigint, text, text, jsonb),
  prunella.end_effect(bigint, text, jsonb), prunella.table_of(text, text), prunella.effect_job_name(bigint, text),
  prunella.once_at(timestamptz), prunella.schedule_soon(text, integer, text),
  prunella.schedule_effect(bigint, text, text, jsonb, text, text, jsonb), prunella.unschedule_effect(bigint, text),
  prunella.index_is_valid(text, text), prunella.settle_effect(bigint, text, timestamptz), prunella.settle_effects(timestamptz),
  prunella.refused(text), prunella.effect(bigint, text, timestamptz)
from public, anon, authenticated;
grant execute on function prunella.effect(bigint, text, timestamptz) to service_role;
