-- What the API sees of the actions on configuration and database: thin wrappers that only the service role may call.

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

do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid::regprocedure from pg_catalog.pg_proc as p
    where p.pronamespace = 'public'::regnamespace and p.proname ~ '^action_(configuration|postgres)_'
  loop
    execute format('revoke execute on function %s from public, anon, authenticated', v_function);
    execute format('grant execute on function %s to service_role', v_function);
    execute format('comment on function %s is %L', v_function, 'For actions: the same in schema prunella tells what it does.');
  end loop;
end
$$;
