-- What actions may touch of the application's database. They change it through narrow functions, never free SQL: the bodies are
-- definer functions in the unexposed schema, and the API sees thin wrappers that only the service role may call.

create function prunella.postgres_permissions(p_project_id bigint) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select i.configuration from public.integrations as i
  where i.project_id = p_project_id and i.kind = 'postgres' and i.name = 'default' and i.enabled
$$;
comment on function prunella.postgres_permissions(bigint) is 'What the project''s postgres integration allows; null when there is none.';

-- By name, because an application may share the schema public with Prunella. Whoever adds a table adds its name:
-- a test compares them with what the migrations create.
create function prunella.is_own_relation(p_schema text, p_name text) returns boolean
language sql immutable security invoker set search_path = ''
as $$
  select p_schema = 'prunella' or (p_schema = 'public' and (
    p_name ~ '^error_events(_|$)'
    or p_name = any (array[
      'projects', 'project_members', 'ingest_keys', 'api_keys', 'system_config', 'detected_errors', 'error_minutes', 'traffic_minutes',
      'traffic_totals', 'function_minutes', 'heartbeats', 'jobs', 'universal_error_patterns', 'action_records', 'decisions', 'auto_fixes', 'lessons',
      'circuit_breaker_state', 'circuit_breaker_metrics', 'circuit_breaker_totals', 'execution_history', 'function_totals',
      'engine_watch', 'integrations', 'turning_points', 'current_config', 'schedule_runs', 'pattern_observations', 'pattern_examples',
      'pattern_history', 'pattern_feedback', 'fingerprint_rules', 'grouping_learning', 'merged_minutes', 'model_usage',
      'issue_rates', 'reasonings', 'source_maps', 'template_states', 'message_templates', 'deployment_logs',
      'vercel_deployments', 'deployment_error_correlations', 'function_versions', 'edge_function_minutes', 'deployment_commits', 'webhook_deliveries', 'blame_states',
      'config_rollouts', 'canary_judgements', 'deployment_outcomes', 'risk_models', 'risk_pool'
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

revoke execute on function
  prunella.postgres_permissions(bigint), prunella.is_own_relation(text, text), prunella.schema_refusal(bigint, text),
  prunella.relation_refusal(bigint, text, text), prunella.backend_refusal(bigint, integer)
from public, anon, authenticated;
