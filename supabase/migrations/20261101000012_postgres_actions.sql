-- What actions may do to the application's configuration and database: narrow functions, never free SQL.
-- Bodies are definer functions in the unexposed schema; the API sees thin wrappers that only the service role may call.

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

-- Permissions ---------------------------------------------------------------------------------------------------------

create function prunella.postgres_permissions(p_project_id bigint) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select i.configuration from public.integrations as i
  where i.project_id = p_project_id and i.kind = 'postgres' and i.name = 'default' and i.enabled
$$;
comment on function prunella.postgres_permissions(bigint) is 'What the project''s postgres integration allows; null when there is none.';

-- By name, because an application may share the schema public with Prunella. Whoever adds a table replaces this function too:
-- a test compares it with what the migrations create.
create function prunella.is_own_relation(p_schema text, p_name text) returns boolean
language sql immutable security invoker set search_path = ''
as $$
  select p_schema = 'prunella' or (p_schema = 'public' and (
    p_name ~ '^error_events(_|$)'
    or p_name = any (array[
      'projects', 'project_members', 'ingest_keys', 'api_keys', 'system_config', 'detected_errors', 'error_minutes', 'traffic_minutes',
      'traffic_totals', 'function_minutes', 'heartbeats', 'jobs', 'universal_error_patterns', 'action_records', 'decisions', 'auto_fixes', 'lessons',
      'circuit_breaker_state', 'circuit_breaker_metrics', 'circuit_breaker_totals', 'execution_history', 'function_totals',
      'fingerprint_rules', 'grouping_learning', 'merged_minutes', 'message_templates', 'template_states', 'source_maps',
      'engine_watch', 'integrations', 'turning_points', 'current_config', 'schedule_runs',
      'pattern_observations', 'pattern_examples', 'pattern_history', 'pattern_feedback', 'reasonings', 'model_usage', 'issue_rates'
    ])
  ))
$$;
comment on function prunella.is_own_relation(text, text) is 'Whether a relation is Prunella''s: actions never touch those.';

create function prunella.schema_refusal(p_project_id bigint, p_schema text) returns text
language sql stable security definer set search_path = ''
as $$
  select case
    when prunella.postgres_permissions(p_project_id) is null then 'the project has no postgres integration'
    when p_schema ~ '^(pg_|_)' or p_schema = any (array[
      'information_schema', 'prunella', 'auth', 'storage', 'vault', 'cron', 'net', 'extensions', 'graphql', 'graphql_public', 'realtime',
      'supabase_functions', 'supabase_migrations', 'pgsodium', 'pgsodium_masks', 'pgbouncer', 'pgmq'
    ]) then 'the schema belongs to the platform'
    when not coalesce(prunella.postgres_permissions(p_project_id) -> 'schemas' ? p_schema, false)
      then 'the postgres integration does not list this schema'
  end
$$;
comment on function prunella.schema_refusal(bigint, text) is 'Why actions may not touch a schema, or null.';

create function prunella.relation_refusal(p_project_id bigint, p_schema text, p_name text) returns text
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    prunella.schema_refusal(p_project_id, p_schema),
    case when prunella.is_own_relation(p_schema, p_name) or exists (
      select from pg_catalog.pg_index as i
      join pg_catalog.pg_class as t on t.oid = i.indrelid
      where i.indexrelid = to_regclass(format('%I.%I', p_schema, p_name))
        and prunella.is_own_relation(p_schema, t.relname)
    ) then 'it belongs to Prunella itself' end
  )
$$;
comment on function prunella.relation_refusal(bigint, text, text) is 'Why actions may not touch a table, view or index, or null.';

create function prunella.backend_refusal(p_project_id bigint, p_pid integer) returns text
language sql stable security definer set search_path = ''
as $$
  select case
    when prunella.postgres_permissions(p_project_id) is null then 'the project has no postgres integration'
    when a.datname is distinct from current_database() then 'it works in another database'
    when a.backend_type <> 'client backend' then 'it is not a client''s session'
    when a.pid = pg_backend_pid() or a.application_name ilike 'prunella%' then 'it is Prunella''s own session'
    when a.application_name ilike 'pg_cron%' or a.application_name ilike 'postgrest%' then 'it belongs to the platform'
    when r.rolname ~ '^(supabase_|pgbouncer$|authenticator$|pgsodium)' then 'its role belongs to the platform'
    when r.rolsuper then 'its role is a superuser'
    when r.rolreplication then 'its role replicates'
    when not exists (
      select from jsonb_array_elements_text(
        coalesce(prunella.postgres_permissions(p_project_id) -> 'applications', '[]')
      ) as allowed (name)
      where a.application_name = allowed.name
        or (right(allowed.name, 1) = '*' and starts_with(a.application_name, left(allowed.name, -1)) and allowed.name <> '*')
    ) then 'the postgres integration does not list its application name'
  end
  from pg_catalog.pg_stat_activity as a
  left join pg_catalog.pg_roles as r on r.oid = a.usesysid
  where a.pid = p_pid
$$;
comment on function prunella.backend_refusal(bigint, integer) is 'Why actions may not touch a session, or null.';

-- Effects: once for each idempotency key --------------------------------------------------------------------------------

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

create function prunella.schedule_effect(
  p_project_id bigint, p_key text, p_operation text, p_arguments jsonb, p_table_name text, p_command text, p_result jsonb default '{}'
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  -- One named minute, not '* * * * *': it runs once even when nobody unschedules it in time. Ten seconds for pg_cron to see it.
  v_run_at timestamptz := date_trunc('minute', clock_timestamp() + interval '10 seconds') + interval '1 minute';
  v_zone text := coalesce(nullif(current_setting('cron.timezone', true), ''), 'GMT');
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
  v_result := p_result || jsonb_build_object('outcome', 'scheduled', 'run_at', v_run_at);
  update prunella.postgres_effects
  set state = 'scheduled', run_at = v_run_at, result = v_result, table_name = p_table_name, finished_at = null,
    job_id = cron.schedule(
      'prunella-' || md5(p_project_id || ':' || p_key),
      to_char(v_run_at at time zone v_zone, 'FMMI FMHH24 FMDD FMMM "*"'),
      p_command
    )
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
  -- pg_cron starts within seconds of its minute; a job that has not started by then never will.
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

-- Configuration ----------------------------------------------------------------------------------------------------------

create function prunella.read_configuration_version(p_project_id bigint, p_key text, p_version integer, p_written_by text)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'key', c.key, 'version', c.version, 'value', c.value, 'idempotency_key', c.idempotency_key, 'changed_at', c.created_at
  )
  from public.system_config as c
  where c.project_id = p_project_id and c.key = p_key
    and (p_version is null or c.version = p_version)
    and (p_written_by is null or c.idempotency_key = p_written_by)
  order by c.version desc limit 1
$$;
comment on function prunella.read_configuration_version(bigint, text, integer, text) is
  'The current version of a key; or a given version; or the one written under an idempotency key.';

create function prunella.set_application_configuration(
  p_project_id bigint, p_idempotency_key text, p_key text, p_expected_version integer, p_value jsonb, p_reason text,
  p_reverts_version integer
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_made public.system_config;
  v_outcome text := 'set';
begin
  if p_key not like 'app.%' then
    raise exception 'actions change keys of the application (app.*), not %', p_key
      using errcode = 'invalid_parameter_value', hint = 'Change the key by hand.';
  end if;
  select * into v_made from public.system_config where idempotency_key = p_idempotency_key;
  if found then
    v_outcome := 'already';
  else
    begin
      v_made := public.change_config(
        p_project_id, p_key,
        -- PostgREST turns the JSON null, which unsets a key, into the null of SQL.
        coalesce(p_value, 'null'::jsonb), p_reason, p_expected_version, p_idempotency_key, p_reverts_version
      );
    exception
      when serialization_failure then
        v_outcome := 'conflict';
      when unique_violation then
        -- Another call with this key was faster; or another version was, and then there is none by this key.
        select * into v_made from public.system_config where idempotency_key = p_idempotency_key;
        v_outcome := case when found then 'already' else 'conflict' end;
    end;
  end if;
  if v_made.id is not null and (v_made.project_id, v_made.key) is distinct from (p_project_id, p_key) then
    raise exception 'the idempotency key % was used for another change', p_idempotency_key
      using errcode = 'invalid_parameter_value', hint = 'Use a new key for a new change.';
  end if;
  return jsonb_build_object(
    'outcome', v_outcome,
    'version', v_made.version,
    'current_version', (select max(c.version) from public.system_config as c where c.project_id = p_project_id and c.key = p_key)
  );
end
$$;
comment on function prunella.set_application_configuration(bigint, text, text, integer, jsonb, text, integer) is
  'Compare-and-set of one key of the application; repeating it with the same idempotency key writes nothing.';

-- Sessions ---------------------------------------------------------------------------------------------------------------

create function prunella.same_instant(p_a timestamptz, p_b timestamptz) returns boolean
language sql immutable security invoker set search_path = ''
as $$ select date_trunc('milliseconds', p_a) = date_trunc('milliseconds', p_b) $$;
comment on function prunella.same_instant(timestamptz, timestamptz) is 'Equal to the millisecond: JSON clients keep no more.';

create function prunella.backend(p_project_id bigint, p_pid integer, p_backend_started_at timestamptz) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    (
      select jsonb_build_object(
        'found', true,
        'state', a.state,
        'application_name', a.application_name,
        'query_started_at', a.query_start,
        'query_seconds', extract(epoch from clock_timestamp() - a.query_start),
        'transaction_seconds', extract(epoch from clock_timestamp() - a.xact_start),
        'state_seconds', extract(epoch from clock_timestamp() - a.state_change),
        'blocked_count', (
          select count(*) from pg_catalog.pg_stat_activity as waiting
          where waiting.wait_event_type = 'Lock' and a.pid = any (pg_blocking_pids(waiting.pid))
        ),
        'refusal', prunella.backend_refusal(p_project_id, a.pid)
      )
      from pg_catalog.pg_stat_activity as a
      where a.pid = p_pid and prunella.same_instant(a.backend_start, p_backend_started_at)
    ),
    '{"found": false, "blocked_count": 0}'
  )
$$;
comment on function prunella.backend(bigint, integer, timestamptz) is 'One session as it is now. The statement itself is not told: it may hold data.';

create function prunella.cancel_query(
  p_project_id bigint, p_idempotency_key text, p_pid integer, p_backend_started_at timestamptz, p_query_started_at timestamptz
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_arguments jsonb := jsonb_build_object(
    'pid', p_pid, 'backend_started_at', p_backend_started_at, 'query_started_at', p_query_started_at
  );
  v_known jsonb := prunella.known_effect(p_project_id, p_idempotency_key, 'cancel_query', v_arguments);
  v_now jsonb;
  v_signalled boolean;
begin
  if v_known is not null then
    return v_known;
  end if;
  v_now := prunella.backend(p_project_id, p_pid, p_backend_started_at);
  if v_now ->> 'refusal' is not null then
    return prunella.refused(v_now ->> 'refusal');
  end if;
  if not prunella.begin_effect(p_project_id, p_idempotency_key, 'cancel_query', v_arguments) then
    return prunella.known_effect(p_project_id, p_idempotency_key, 'cancel_query', v_arguments);
  end if;
  v_signalled := v_now ->> 'state' = 'active'
    and prunella.same_instant((v_now ->> 'query_started_at')::timestamptz, p_query_started_at)
    and pg_cancel_backend(p_pid);
  return prunella.end_effect(
    p_project_id, p_idempotency_key,
    jsonb_build_object('outcome', case when coalesce(v_signalled, false) then 'signalled' else 'gone' end)
  );
end
$$;
comment on function prunella.cancel_query(bigint, text, integer, timestamptz, timestamptz) is
  'Cancels exactly that statement of exactly that session; never a later one, never another session with the same pid.';

create function prunella.end_session(
  p_project_id bigint, p_idempotency_key text, p_pid integer, p_backend_started_at timestamptz, p_mode text, p_min_seconds integer
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_arguments jsonb := jsonb_build_object('pid', p_pid, 'backend_started_at', p_backend_started_at, 'mode', p_mode);
  v_known jsonb := prunella.known_effect(p_project_id, p_idempotency_key, 'end_session', v_arguments);
  v_now jsonb;
  v_applies boolean;
begin
  if p_mode not in ('idle_in_transaction', 'blocking') then
    raise exception 'unknown mode %', p_mode using errcode = 'invalid_parameter_value', hint = 'Use idle_in_transaction or blocking.';
  end if;
  if v_known is not null then
    return v_known;
  end if;
  v_now := prunella.backend(p_project_id, p_pid, p_backend_started_at);
  if v_now ->> 'refusal' is not null then
    return prunella.refused(v_now ->> 'refusal');
  end if;
  if not prunella.begin_effect(p_project_id, p_idempotency_key, 'end_session', v_arguments) then
    return prunella.known_effect(p_project_id, p_idempotency_key, 'end_session', v_arguments);
  end if;
  v_applies := case p_mode
    when 'idle_in_transaction' then
      v_now ->> 'state' like 'idle in transaction%' and (v_now ->> 'state_seconds')::numeric >= p_min_seconds
    else (v_now ->> 'blocked_count')::integer > 0 and (v_now ->> 'transaction_seconds')::numeric >= p_min_seconds
  end;
  return prunella.end_effect(
    p_project_id, p_idempotency_key,
    jsonb_build_object(
      'outcome', case when coalesce(v_applies, false) and pg_terminate_backend(p_pid) then 'signalled' else 'gone' end
    )
  );
end
$$;
comment on function prunella.end_session(bigint, text, integer, timestamptz, text, integer) is
  'Ends a session that is idle in a transaction, or that blocks others, and still is when the function looks.';

-- Relations --------------------------------------------------------------------------------------------------------------

create function prunella.relation(p_project_id bigint, p_schema text, p_name text) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(
    (
      select jsonb_build_object(
        'found', true,
        'kind', case c.relkind
          when 'r' then 'table' when 'p' then 'partitioned_table' when 'm' then 'materialized_view'
          when 'i' then 'index' when 'I' then 'index' else 'other'
        end,
        'size_bytes', pg_table_size(c.oid),
        'estimated_rows', greatest(c.reltuples, 0)::bigint,
        'populated', c.relispopulated,
        'indexes', (
          select coalesce(jsonb_agg(jsonb_build_object(
            'name', ic.relname,
            -- A partial or expression index covers no column for those who ask whether a plain one is missing.
            'columns', case when i.indpred is null then (
              select coalesce(jsonb_agg(att.attname order by k.position), '[]')
              from unnest(i.indkey::smallint[]) with ordinality as k (attnum, position)
              join pg_catalog.pg_attribute as att on att.attrelid = i.indrelid and att.attnum = k.attnum
              where k.position <= i.indnkeyatts
                and 0 <> all ((i.indkey::smallint[])[0:(k.position - 1)::integer])
            ) else '[]' end,
            'valid', i.indisvalid and i.indisready
          ) order by ic.relname), '[]')
          from pg_catalog.pg_index as i
          join pg_catalog.pg_class as ic on ic.oid = i.indexrelid
          where i.indrelid = c.oid
        ),
        'valid', (select i.indisvalid from pg_catalog.pg_index as i where i.indexrelid = c.oid),
        'unique_index', exists (
          select from pg_catalog.pg_index as i
          where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
        ),
        'refusal', prunella.relation_refusal(p_project_id, p_schema, p_name)
      )
      from pg_catalog.pg_class as c
      join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
      where n.nspname = p_schema and c.relname = p_name
    ),
    jsonb_build_object('found', false, 'refusal', prunella.schema_refusal(p_project_id, p_schema))
  )
$$;
comment on function prunella.relation(bigint, text, text) is 'A table, materialised view or index as the catalog knows it.';

create function prunella.relation_obstacle(p_relation jsonb, p_kinds text[]) returns text
language sql immutable security invoker set search_path = ''
as $$
  select case
    when p_relation ->> 'refusal' is not null then p_relation ->> 'refusal'
    when not (p_relation ->> 'found')::boolean then 'it does not exist'
    when p_relation ->> 'kind' <> all (p_kinds) then 'it is a ' || replace(p_relation ->> 'kind', '_', ' ')
  end
$$;
comment on function prunella.relation_obstacle(jsonb, text[]) is 'Why a change cannot be made to what prunella.relation has found, or null.';

create function prunella.maintain(p_project_id bigint, p_idempotency_key text, p_operation text, p_schema text, p_name text)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  -- Reading its sample takes longer than an API call may last.
  c_large_bytes constant bigint := 10::bigint * 1024 * 1024 * 1024;
  v_arguments jsonb := jsonb_build_object('schema', p_schema, 'name', p_name);
  v_known jsonb := prunella.known_effect(p_project_id, p_idempotency_key, p_operation, v_arguments);
  v_relation jsonb;
  v_obstacle text;
  v_is_unfilled boolean;
begin
  if v_known is not null then
    return v_known;
  end if;
  v_relation := prunella.relation(p_project_id, p_schema, p_name);
  v_obstacle := prunella.relation_obstacle(v_relation, case p_operation
    when 'reindex' then array['index']
    when 'refresh_view' then array['materialized_view']
    else array['table', 'partitioned_table', 'materialized_view']
  end);
  -- Nobody can read a view that was never filled, so nobody is locked out; and Postgres fills it only without `concurrently`.
  v_is_unfilled := p_operation = 'refresh_view' and not (v_relation ->> 'populated')::boolean;
  if v_obstacle is null and p_operation = 'refresh_view' and not v_is_unfilled and not (v_relation ->> 'unique_index')::boolean then
    v_obstacle := 'it has no unique index, and refreshing would lock its readers out';
  end if;
  if v_obstacle is not null then
    return prunella.refused(v_obstacle);
  end if;
  if p_operation = 'analyze' and (v_relation ->> 'size_bytes')::bigint <= c_large_bytes then
    if not prunella.begin_effect(p_project_id, p_idempotency_key, p_operation, v_arguments) then
      return prunella.known_effect(p_project_id, p_idempotency_key, p_operation, v_arguments);
    end if;
    execute format('analyze %I.%I', p_schema, p_name);
    return prunella.end_effect(p_project_id, p_idempotency_key, '{"outcome": "done"}');
  end if;
  return prunella.schedule_effect(
    p_project_id, p_idempotency_key, p_operation, v_arguments, prunella.table_of(p_schema, p_name),
    case p_operation
      when 'analyze' then format('analyze %I.%I', p_schema, p_name)
      when 'vacuum' then format('vacuum (analyze) %I.%I', p_schema, p_name)
      when 'reindex' then format('reindex index concurrently %I.%I', p_schema, p_name)
      when 'refresh_view' then format(
        'refresh materialized view %s%I.%I', case when v_is_unfilled then '' else 'concurrently ' end, p_schema, p_name
      )
    end
  );
end
$$;
comment on function prunella.maintain(bigint, text, text, text, text) is
  'Analyses at once; schedules vacuum, reindex and refresh, which cannot run inside a function or take too long for one.';

create function prunella.create_index(p_project_id bigint, p_idempotency_key text, p_schema text, p_table text, p_columns text[])
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  c_most_columns constant integer := 4;
  c_most_indexes constant integer := 16;
  v_arguments jsonb := jsonb_build_object('schema', p_schema, 'table', p_table, 'columns', to_jsonb(p_columns));
  v_known jsonb := prunella.known_effect(p_project_id, p_idempotency_key, 'create_index', v_arguments);
  v_relation jsonb;
  v_obstacle text;
  v_columns text;
  v_present text;
  v_name text := 'prunella_' || left(p_table, 30) || '_' || left(md5(v_arguments::text), 8);
begin
  if v_known is not null then
    return v_known;
  end if;
  v_relation := prunella.relation(p_project_id, p_schema, p_table);
  v_obstacle := prunella.relation_obstacle(v_relation, array['table']);
  if v_obstacle is null then
    select string_agg(format('%I', a.attname), ', ' order by wanted.position) into v_columns
    from unnest(p_columns) with ordinality as wanted (name, position)
    join pg_catalog.pg_attribute as a
      on a.attrelid = to_regclass(format('%I.%I', p_schema, p_table)) and a.attname = wanted.name
      and a.attnum > 0 and not a.attisdropped;
    v_obstacle := case
      when coalesce(cardinality(p_columns), 0) not between 1 and c_most_columns then 'an index has one to four columns'
      when (select count(distinct name) from unnest(p_columns) as name) <> cardinality(p_columns) then 'a column is named twice'
      when (
        select count(*) from pg_catalog.pg_attribute as a
        where a.attrelid = to_regclass(format('%I.%I', p_schema, p_table)) and a.attname = any (p_columns)
          and a.attnum > 0 and not a.attisdropped
      ) <> cardinality(p_columns) then 'a column does not exist'
      when jsonb_array_length(v_relation -> 'indexes') >= c_most_indexes then 'the table has too many indexes already'
    end;
  end if;
  if v_obstacle is not null then
    return prunella.refused(v_obstacle);
  end if;
  select present ->> 'name' into v_present
  from jsonb_array_elements(v_relation -> 'indexes') as present
  where (present ->> 'valid')::boolean
    and not exists (
      select from unnest(p_columns) with ordinality as wanted (name, position)
      where present -> 'columns' ->> (wanted.position - 1)::integer is distinct from wanted.name
    )
  limit 1;
  if v_present is not null then
    if not prunella.begin_effect(p_project_id, p_idempotency_key, 'create_index', v_arguments) then
      return prunella.known_effect(p_project_id, p_idempotency_key, 'create_index', v_arguments);
    end if;
    return prunella.end_effect(
      p_project_id, p_idempotency_key, jsonb_build_object('outcome', 'exists', 'index_name', v_present)
    );
  end if;
  return prunella.schedule_effect(
    p_project_id, p_idempotency_key, 'create_index', v_arguments, prunella.table_of(p_schema, p_table),
    format('create index concurrently if not exists %I on %I.%I (%s)', v_name, p_schema, p_table, v_columns),
    jsonb_build_object('index_name', v_name, 'created', true)
  );
end
$$;
comment on function prunella.create_index(bigint, text, text, text, text[]) is
  'Schedules a b-tree index on plain columns, unless a valid one begins with them.';

create function prunella.drop_index(p_project_id bigint, p_idempotency_key text, p_applied_key text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_arguments jsonb := jsonb_build_object('applied_key', p_applied_key);
  v_known jsonb := prunella.known_effect(p_project_id, p_idempotency_key, 'drop_index', v_arguments);
  v_made prunella.postgres_effects;
  v_nothing_made boolean;
begin
  if v_known is not null then
    return v_known;
  end if;
  perform prunella.settle_effect(p_project_id, p_applied_key, clock_timestamp());
  select * into v_made from prunella.postgres_effects
  where project_id = p_project_id and idempotency_key = p_applied_key and operation = 'create_index'
  for update;
  v_nothing_made := v_made.result ->> 'created' is null;
  if v_made.state = 'scheduled' then
    -- Near its minute it may begin at this very moment: then the drop below, a minute later, finds its index.
    v_nothing_made := v_made.run_at - clock_timestamp() > interval '5 seconds';
    perform prunella.unschedule_effect(p_project_id, p_applied_key);
    update prunella.postgres_effects set state = 'missed', message = 'taken back before it began', finished_at = clock_timestamp()
    where project_id = p_project_id and idempotency_key = p_applied_key;
  end if;
  if v_nothing_made then
    if not prunella.begin_effect(p_project_id, p_idempotency_key, 'drop_index', v_arguments) then
      return prunella.known_effect(p_project_id, p_idempotency_key, 'drop_index', v_arguments);
    end if;
    return prunella.end_effect(p_project_id, p_idempotency_key, '{"outcome": "gone"}');
  end if;
  return prunella.schedule_effect(
    p_project_id, p_idempotency_key, 'drop_index', v_arguments, v_made.table_name,
    format('drop index concurrently if exists %I.%I', v_made.arguments ->> 'schema', v_made.result ->> 'index_name')
  );
end
$$;
comment on function prunella.drop_index(bigint, text, text) is 'Takes back an index that was created under the other key, and no other.';

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

-- Dead jobs of the application ---------------------------------------------------------------------------------------------

create function prunella.queue_columns(p_project_id bigint, p_queue text, out queue jsonb, out refusal text)
language plpgsql stable security definer set search_path = ''
as $$
begin
  queue := prunella.postgres_permissions(p_project_id) -> 'queues' -> p_queue;
  refusal := case
    when queue is null then 'the postgres integration does not declare this queue'
    when queue -> 'retryable' is distinct from 'true'::jsonb then 'the queue is not declared as retryable'
    when queue ->> 'ready' = queue ->> 'dead' then 'its states ready and dead are the same'
    else coalesce(
      prunella.relation_refusal(p_project_id, queue ->> 'schema', queue ->> 'table'),
      prunella.relation_obstacle(
        prunella.relation(p_project_id, queue ->> 'schema', queue ->> 'table'), array['table', 'partitioned_table']
      ),
      case when exists (
        select from unnest(array[queue ->> 'id', queue ->> 'status', queue ->> 'attempts', queue ->> 'run_at']) as wanted (name)
        where wanted.name is not null and not exists (
          select from pg_catalog.pg_attribute as a
          where a.attrelid = to_regclass(format('%I.%I', queue ->> 'schema', queue ->> 'table'))
            and a.attname = wanted.name and a.attnum > 0 and not a.attisdropped
        )
      ) then 'one of its declared columns does not exist' end
    )
  end;
end
$$;
comment on function prunella.queue_columns(bigint, text) is 'The declaration of a queue, and why it cannot be used, or null.';

create function prunella.requeue_dead_jobs(p_project_id bigint, p_idempotency_key text, p_queue text, p_limit integer)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  c_most_jobs constant integer := 1000;
  v_arguments jsonb := jsonb_build_object('queue', p_queue, 'limit', p_limit);
  v_known jsonb := prunella.known_effect(p_project_id, p_idempotency_key, 'requeue_dead_jobs', v_arguments);
  v_queue jsonb;
  v_refusal text;
  v_ids jsonb;
begin
  if v_known is not null then
    return v_known - 'ids';
  end if;
  select queue, refusal into v_queue, v_refusal from prunella.queue_columns(p_project_id, p_queue);
  if v_refusal is not null then
    return prunella.refused(v_refusal);
  end if;
  if not prunella.begin_effect(p_project_id, p_idempotency_key, 'requeue_dead_jobs', v_arguments) then
    return prunella.known_effect(p_project_id, p_idempotency_key, 'requeue_dead_jobs', v_arguments) - 'ids';
  end if;
  execute format(
    $sql$
      with dead as (
        select j.ctid, j.tableoid from %1$I.%2$I as j where j.%4$I::text = $1
        order by j.%3$I limit $3 for update skip locked
      ), revived as (
        update %1$I.%2$I as j set %4$I = $2 %5$s %6$s
        from dead where j.ctid = dead.ctid and j.tableoid = dead.tableoid
        returning to_jsonb(j.%3$I) as id
      )
      select coalesce(jsonb_agg(id), '[]') from revived
    $sql$,
    v_queue ->> 'schema', v_queue ->> 'table', v_queue ->> 'id', v_queue ->> 'status',
    case when v_queue ? 'attempts' then format(', %I = 0', v_queue ->> 'attempts') else '' end,
    case when v_queue ? 'run_at' then format(', %I = now()', v_queue ->> 'run_at') else '' end
  )
  into v_ids
  using v_queue ->> 'dead', v_queue ->> 'ready', least(greatest(p_limit, 0), c_most_jobs);
  return prunella.end_effect(
    p_project_id, p_idempotency_key,
    jsonb_build_object('outcome', 'requeued', 'count', jsonb_array_length(v_ids), 'ids', v_ids)
  ) - 'ids';
end
$$;
comment on function prunella.requeue_dead_jobs(bigint, text, text, integer) is
  'Makes dead jobs of a declared queue ready again, oldest first, and remembers which.';

create function prunella.return_jobs(p_project_id bigint, p_idempotency_key text, p_applied_key text) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_arguments jsonb := jsonb_build_object('applied_key', p_applied_key);
  v_known jsonb := prunella.known_effect(p_project_id, p_idempotency_key, 'return_jobs', v_arguments);
  v_made prunella.postgres_effects;
  v_queue jsonb;
  v_refusal text;
  v_count integer := 0;
begin
  if v_known is not null then
    return v_known;
  end if;
  select * into v_made from prunella.postgres_effects
  where project_id = p_project_id and idempotency_key = p_applied_key and operation = 'requeue_dead_jobs';
  if found then
    select queue, refusal into v_queue, v_refusal from prunella.queue_columns(p_project_id, v_made.arguments ->> 'queue');
    if v_refusal is not null then
      return prunella.refused(v_refusal);
    end if;
  end if;
  if not prunella.begin_effect(p_project_id, p_idempotency_key, 'return_jobs', v_arguments) then
    return prunella.known_effect(p_project_id, p_idempotency_key, 'return_jobs', v_arguments);
  end if;
  if v_queue is null then
    return prunella.end_effect(p_project_id, p_idempotency_key, '{"outcome": "gone", "count": 0, "run_count": 0}');
  end if;
  execute format(
    'update %1$I.%2$I as j set %4$I = $1 where j.%4$I::text = $2 and to_jsonb(j.%3$I) in (select jsonb_array_elements($3))',
    v_queue ->> 'schema', v_queue ->> 'table', v_queue ->> 'id', v_queue ->> 'status'
  ) using v_queue ->> 'dead', v_queue ->> 'ready', v_made.result -> 'ids';
  get diagnostics v_count = row_count;
  return prunella.end_effect(
    p_project_id, p_idempotency_key,
    jsonb_build_object('outcome', 'returned', 'count', v_count, 'run_count', (v_made.result ->> 'count')::integer - v_count)
  );
end
$$;
comment on function prunella.return_jobs(bigint, text, text) is 'Jobs that were made ready under the other key and have not begun are dead again.';

-- What the API sees --------------------------------------------------------------------------------------------------------

create function public.action_configuration_read(
  p_project_id bigint, p_key text, p_version integer default null, p_written_by text default null
) returns jsonb language sql stable security invoker set search_path = ''
as $$ select prunella.read_configuration_version(p_project_id, p_key, p_version, p_written_by) $$;
create function public.action_configuration_set(
  p_project_id bigint, p_idempotency_key text, p_key text, p_expected_version integer, p_value jsonb, p_reason text,
  p_reverts_version integer default null
) returns jsonb language sql security invoker set search_path = ''
as $$
  select prunella.set_application_configuration(
    p_project_id, p_idempotency_key, p_key, p_expected_version, p_value, p_reason, p_reverts_version
  )
$$;
create function public.action_postgres_backend(p_project_id bigint, p_pid integer, p_backend_started_at timestamptz)
returns jsonb language sql stable security invoker set search_path = ''
as $$ select prunella.backend(p_project_id, p_pid, p_backend_started_at) $$;
create function public.action_postgres_cancel_query(
  p_project_id bigint, p_idempotency_key text, p_pid integer, p_backend_started_at timestamptz, p_query_started_at timestamptz
) returns jsonb language sql security invoker set search_path = ''
as $$ select prunella.cancel_query(p_project_id, p_idempotency_key, p_pid, p_backend_started_at, p_query_started_at) $$;
create function public.action_postgres_end_session(
  p_project_id bigint, p_idempotency_key text, p_pid integer, p_backend_started_at timestamptz, p_mode text, p_min_seconds integer
) returns jsonb language sql security invoker set search_path = ''
as $$ select prunella.end_session(p_project_id, p_idempotency_key, p_pid, p_backend_started_at, p_mode, p_min_seconds) $$;
create function public.action_postgres_relation(p_project_id bigint, p_schema text, p_name text)
returns jsonb language sql stable security invoker set search_path = ''
as $$ select prunella.relation(p_project_id, p_schema, p_name) $$;
create function public.action_postgres_analyze(p_project_id bigint, p_idempotency_key text, p_schema text, p_table text)
returns jsonb language sql security invoker set search_path = ''
as $$ select prunella.maintain(p_project_id, p_idempotency_key, 'analyze', p_schema, p_table) $$;
create function public.action_postgres_vacuum(p_project_id bigint, p_idempotency_key text, p_schema text, p_table text)
returns jsonb language sql security invoker set search_path = ''
as $$ select prunella.maintain(p_project_id, p_idempotency_key, 'vacuum', p_schema, p_table) $$;
create function public.action_postgres_reindex(p_project_id bigint, p_idempotency_key text, p_schema text, p_index text)
returns jsonb language sql security invoker set search_path = ''
as $$ select prunella.maintain(p_project_id, p_idempotency_key, 'reindex', p_schema, p_index) $$;
create function public.action_postgres_refresh_view(p_project_id bigint, p_idempotency_key text, p_schema text, p_view text)
returns jsonb language sql security invoker set search_path = ''
as $$ select prunella.maintain(p_project_id, p_idempotency_key, 'refresh_view', p_schema, p_view) $$;
create function public.action_postgres_create_index(
  p_project_id bigint, p_idempotency_key text, p_schema text, p_table text, p_columns text[]
) returns jsonb language sql security invoker set search_path = ''
as $$ select prunella.create_index(p_project_id, p_idempotency_key, p_schema, p_table, p_columns) $$;
create function public.action_postgres_drop_index(p_project_id bigint, p_idempotency_key text, p_applied_key text)
returns jsonb language sql security invoker set search_path = ''
as $$ select prunella.drop_index(p_project_id, p_idempotency_key, p_applied_key) $$;
create function public.action_postgres_effect(p_project_id bigint, p_idempotency_key text, p_now timestamptz)
returns jsonb language sql security invoker set search_path = ''
as $$ select prunella.effect(p_project_id, p_idempotency_key, p_now) $$;
create function public.action_postgres_requeue_dead_jobs(p_project_id bigint, p_idempotency_key text, p_queue text, p_limit integer)
returns jsonb language sql security invoker set search_path = ''
as $$ select prunella.requeue_dead_jobs(p_project_id, p_idempotency_key, p_queue, p_limit) $$;
create function public.action_postgres_return_jobs(p_project_id bigint, p_idempotency_key text, p_applied_key text)
returns jsonb language sql security invoker set search_path = ''
as $$ select prunella.return_jobs(p_project_id, p_idempotency_key, p_applied_key) $$;

-- Only what the wrappers reach directly; helpers run with their definer's rights and need no grant.
do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid::regprocedure from pg_catalog.pg_proc as p
    where (p.pronamespace = 'public'::regnamespace and p.proname ~ '^action_(configuration|postgres)_')
      or (p.pronamespace = 'prunella'::regnamespace and p.proname = any (array[
        'postgres_permissions', 'is_own_relation', 'schema_refusal', 'relation_refusal', 'backend_refusal', 'known_effect', 'begin_effect',
        'end_effect', 'table_of', 'schedule_effect', 'unschedule_effect', 'index_is_valid', 'settle_effect', 'settle_effects', 'refused',
        'read_configuration_version', 'set_application_configuration', 'same_instant', 'backend', 'cancel_query', 'end_session', 'relation',
        'relation_obstacle', 'maintain', 'create_index', 'drop_index', 'effect', 'queue_columns', 'requeue_dead_jobs', 'return_jobs'
      ]))
  loop
    execute format('revoke execute on function %s from public, anon, authenticated', v_function);
  end loop;
  for v_function in
    select p.oid::regprocedure from pg_catalog.pg_proc as p
    where (p.pronamespace = 'public'::regnamespace and p.proname ~ '^action_(configuration|postgres)_')
      or (p.pronamespace = 'prunella'::regnamespace and p.proname = any (array[
        'read_configuration_version', 'set_application_configuration', 'backend', 'cancel_query', 'end_session', 'relation', 'maintain',
        'create_index', 'drop_index', 'effect', 'requeue_dead_jobs', 'return_jobs'
      ]))
  loop
    execute format('grant execute on function %s to service_role', v_function);
    if v_function::text like 'action%' then
      execute format('comment on function %s is %L', v_function, 'For actions: the same in schema prunella tells what it does.');
    end if;
  end loop;
end
$$;
