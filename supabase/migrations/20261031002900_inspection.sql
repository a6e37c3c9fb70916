-- A look into the application's database: what diagnosis reads. Only what the project's postgres integration allows is seen:
-- sessions by application name, relations by schema. Every list is worst first and bounded.

create function prunella.visible_tables(p_project_id bigint) returns table (
  oid oid, schema_name name, relation name, kind "char", row_estimate double precision
)
language sql stable security definer set search_path = ''
as $$
  select c.oid, n.nspname, c.relname, c.relkind, greatest(0, c.reltuples)
  from pg_catalog.pg_class as c
  join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
  where c.relkind in ('r', 'm')
    and prunella.relation_refusal(p_project_id, n.nspname, c.relname) is null
$$;
comment on function prunella.visible_tables(bigint) is 'Tables and materialised views that the project''s integration lets Prunella look at.';

create function prunella.query_shape(p_query text) returns text
language sql immutable security invoker set search_path = ''
as $$
  -- Literals are the application's data: they never leave the database. Dollar quotes first, then strings (E'\'' too), then numbers.
  select left(regexp_replace(regexp_replace(regexp_replace(
    left(p_query, 8000),
    '\$([A-Za-z_]*)\$.*', '$n', 'g'),
    '''(?:[^''\\]|''''|\\.)*(''|$)', '$n', 'g'),
    '\m\d+(\.\d+)?\M', '$n', 'g'), 1000)
$$;
comment on function prunella.query_shape(text) is 'A statement without its literals, at most 1,000 characters.';

create function prunella.visible_sessions(p_project_id bigint) returns table (
  pid integer, backend_started_at timestamptz, state text, query text, application_name text, wait_event_type text, wait_event text,
  query_ms double precision, idle_ms double precision, transaction_ms double precision, blocked_count bigint
)
language sql stable security definer set search_path = ''
as $$
  with waits as (
    select a.pid as blocked, b.pid as blocking
    from pg_catalog.pg_stat_activity as a
    cross join lateral unnest(pg_catalog.pg_blocking_pids(a.pid)) as b (pid)
    where a.wait_event_type = 'Lock'
  )
  select a.pid, a.backend_start, a.state, a.query, nullif(a.application_name, ''), a.wait_event_type, a.wait_event,
    extract(epoch from clock_timestamp() - a.query_start) * 1000,
    extract(epoch from clock_timestamp() - a.state_change) * 1000,
    extract(epoch from clock_timestamp() - a.xact_start) * 1000,
    (select count(distinct w.blocked) from waits as w where w.blocking = a.pid)
  from pg_catalog.pg_stat_activity as a
  where prunella.backend_refusal(p_project_id, a.pid) is null
$$;
comment on function prunella.visible_sessions(bigint) is 'Sessions that the project''s integration names, with how many others wait for each.';

create function prunella.locked_relation(p_project_id bigint, p_pid integer, p_granted boolean) returns table (schema_name name, relation name)
language sql stable security definer set search_path = ''
as $$
  -- One table or none: with several, nobody knows which one matters.
  select min(t.schema_name::text)::name, min(t.relation::text)::name
  from pg_catalog.pg_locks as l
  join prunella.visible_tables(p_project_id) as t on t.oid = l.relation
  where l.pid = p_pid and l.locktype in ('relation', 'tuple') and (l.granted = p_granted or l.locktype = 'tuple')
  having count(distinct t.oid) = 1
$$;
comment on function prunella.locked_relation(bigint, integer, boolean) is 'The one visible table that a session holds a lock on or waits for.';

create function prunella.slow_statements() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_view regclass := coalesce(to_regclass('extensions.pg_stat_statements'), to_regclass('public.pg_stat_statements'));
  v_found jsonb;
begin
  if v_view is null then
    return jsonb_build_array();
  end if;
  execute format(
    'select jsonb_agg(to_jsonb(s)) from (
       select left(query, 1000) as query_shape, calls, mean_exec_time as mean_ms, total_exec_time as total_ms
       from %s where calls >= 5 and dbid = (select oid from pg_catalog.pg_database where datname = current_database())
         and query !~* ''prunella|pg_catalog|information_schema'' and query ~* ''^\s*(select|with|update|delete|insert)''
       order by total_exec_time desc limit 20
     ) as s', v_view
  ) into v_found;
  return coalesce(v_found, '[]');
exception when others then
  -- The extension is installed but not loaded: then there is nothing to know.
  return jsonb_build_array();
end
$$;
comment on function prunella.slow_statements() is 'The statements that took most time, as pg_stat_statements normalised them; empty without the extension.';

create function prunella.dead_jobs(p_project_id bigint) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  v_name text;
  v_queue jsonb;
  v_refusal text;
  v_count bigint;
  v_found jsonb := jsonb_build_array();
begin
  for v_name in
    select key from jsonb_each(coalesce(prunella.postgres_permissions(p_project_id) -> 'queues', '{}')) order by key limit 20
  loop
    select q.queue, q.refusal into v_queue, v_refusal from prunella.queue_columns(p_project_id, v_name) as q;
    continue when v_refusal is not null or v_queue is null;
    execute format(
      'select count(*) from (select from %I.%I where %I::text = $1 limit 100000) as dead',
      v_queue ->> 'schema', v_queue ->> 'table', v_queue ->> 'status'
    ) into v_count using v_queue ->> 'dead';
    if v_count > 0 then
      v_found := v_found || jsonb_build_array(jsonb_build_object('queue', v_name, 'dead_count', v_count));
    end if;
  end loop;
  return v_found;
end
$$;
comment on function prunella.dead_jobs(bigint) is 'Declared queues that hold dead jobs, with how many.';

create function prunella.inspect(p_project_id bigint) returns jsonb
language sql volatile security definer set search_path = ''
as $$
  with sessions as materialized (select * from prunella.visible_sessions(p_project_id)),
  tables as materialized (select * from prunella.visible_tables(p_project_id)),
  indexes as materialized (
    select i.indrelid, i.indexrelid, i.indisvalid, i.indpred is null as is_whole,
      array(
        select a.attname::text
        from unnest(i.indkey::smallint[]) with ordinality as k (attnum, position)
        join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
        order by k.position
      ) as columns
    from pg_catalog.pg_index as i join tables as t on t.oid = i.indrelid
  )
  select case when prunella.postgres_permissions(p_project_id) is not null then jsonb_build_object(
    'inspected_at', now(),
    'long_running_queries', coalesce((
      select jsonb_agg(to_jsonb(q)) from (
        select s.pid, s.backend_started_at, s.query_ms as duration_ms, s.state, s.wait_event_type, s.wait_event,
          prunella.query_shape(s.query) as query_shape, l.schema_name as schema, l.relation, s.application_name, s.blocked_count
        from sessions as s left join lateral prunella.locked_relation(p_project_id, s.pid, true) as l on true
        where s.state = 'active' and s.query_ms > 5000
        order by s.blocked_count desc, s.query_ms desc limit 20
      ) as q
    ), '[]'),
    'idle_in_transaction', coalesce((
      select jsonb_agg(to_jsonb(q)) from (
        select s.pid, s.backend_started_at, s.idle_ms, s.transaction_ms, s.application_name, s.blocked_count,
          l.schema_name as schema, l.relation
        from sessions as s left join lateral prunella.locked_relation(p_project_id, s.pid, true) as l on true
        where s.state like 'idle in transaction%' and (s.idle_ms > 5000 or s.blocked_count > 0)
        order by s.blocked_count desc, s.idle_ms desc limit 20
      ) as q
    ), '[]'),
    'blocking', coalesce((
      select jsonb_agg(to_jsonb(q)) from (
        select a.pid as blocked_pid, extract(epoch from clock_timestamp() - a.query_start) * 1000 as blocked_ms,
          s.pid as blocking_pid, s.backend_started_at as blocking_backend_started_at, s.state as blocking_state,
          l.schema_name as schema, l.relation
        from pg_catalog.pg_stat_activity as a
        cross join lateral unnest(pg_catalog.pg_blocking_pids(a.pid)) as b (pid)
        join sessions as s on s.pid = b.pid
        left join lateral prunella.locked_relation(p_project_id, a.pid, false) as l on true
        where a.wait_event_type = 'Lock'
        order by 2 desc limit 20
      ) as q
    ), '[]'),
    'sequential_scans', coalesce((
      select jsonb_agg(to_jsonb(q)) from (
        select t.schema_name as schema, t.relation, st.seq_scan, st.seq_tup_read, coalesce(st.idx_scan, 0) as idx_scan,
          greatest(t.row_estimate, st.n_live_tup) as row_estimate,
          coalesce((
            select jsonb_agg(to_jsonb(i.columns)) from indexes as i
            where i.indrelid = t.oid and i.indisvalid and i.is_whole and cardinality(i.columns) > 0
          ), '[]') as indexed_columns
        from tables as t join pg_catalog.pg_stat_all_tables as st on st.relid = t.oid
        where greatest(t.row_estimate, st.n_live_tup) >= 10000 and st.seq_scan > 0
        order by st.seq_tup_read desc limit 20
      ) as q
    ), '[]'),
    'foreign_keys_without_index', coalesce((
      select jsonb_agg(to_jsonb(q)) from (
        select t.schema_name as schema, t.relation, k.columns, t.row_estimate
        from tables as t
        join pg_catalog.pg_constraint as c on c.conrelid = t.oid and c.contype = 'f'
        cross join lateral (
          select array_agg(a.attname::text order by p.position) as columns
          from unnest(c.conkey) with ordinality as p (attnum, position)
          join pg_catalog.pg_attribute as a on a.attrelid = c.conrelid and a.attnum = p.attnum
        ) as k
        where not exists (
          select from indexes as i
          where i.indrelid = t.oid and i.indisvalid and i.is_whole and i.columns[1:cardinality(k.columns)] @> k.columns
        )
        order by t.row_estimate desc limit 20
      ) as q
    ), '[]'),
    'slow_statements', prunella.slow_statements(),
    'invalid_indexes', coalesce((
      select jsonb_agg(to_jsonb(q)) from (
        select t.schema_name as schema, c.relname as index, t.relation
        from indexes as i join tables as t on t.oid = i.indrelid join pg_catalog.pg_class as c on c.oid = i.indexrelid
        where not i.indisvalid
          and not exists (select from pg_catalog.pg_stat_progress_create_index as p where p.index_relid = i.indexrelid)
        limit 20
      ) as q
    ), '[]'),
    'stale_statistics', coalesce((
      select jsonb_agg(to_jsonb(q)) from (
        select t.schema_name as schema, t.relation, st.n_mod_since_analyze as changed_rows,
          greatest(t.row_estimate, st.n_live_tup) as row_estimate, greatest(st.last_analyze, st.last_autoanalyze) as analyzed_at
        from tables as t join pg_catalog.pg_stat_all_tables as st on st.relid = t.oid
        where st.n_mod_since_analyze >= 1000
        order by st.n_mod_since_analyze desc limit 20
      ) as q
    ), '[]'),
    'stale_views', coalesce((
      select jsonb_agg(to_jsonb(q)) from (
        select t.schema_name as schema, t.relation, r.refreshed_at, c.relispopulated as populated
        from tables as t
        join pg_catalog.pg_class as c on c.oid = t.oid
        left join lateral (
          select max(e.finished_at) as refreshed_at from prunella.postgres_effects as e
          where e.project_id = p_project_id and e.operation = 'refresh_view' and e.state = 'succeeded'
            and e.arguments ->> 'schema' = t.schema_name and e.arguments ->> 'name' = t.relation
        ) as r on true
        where t.kind = 'm'
        order by c.relispopulated, r.refreshed_at nulls first limit 20
      ) as q
    ), '[]'),
    'dead_jobs', prunella.dead_jobs(p_project_id),
    'connections', (
      select jsonb_build_object('used', count(*), 'max', current_setting('max_connections')::integer)
      from pg_catalog.pg_stat_activity as a where a.backend_type = 'client backend'
    )
  ) end
$$;
comment on function prunella.inspect(bigint) is 'Builds the snapshot of inspect_database; null where the project allows none.';

create function public.inspect_database(p_project_id bigint) returns jsonb
language sql volatile security invoker set search_path = ''
as $$ select prunella.inspect(p_project_id) $$;
comment on function public.inspect_database(bigint) is
  'A snapshot of the application''s database for diagnosis; null without a postgres integration. Shape: _shared/diagnose/evidence/inspection.ts.';

revoke execute on function prunella.visible_tables(bigint), prunella.query_shape(text), prunella.visible_sessions(bigint),
  prunella.locked_relation(bigint, integer, boolean), prunella.slow_statements(), prunella.dead_jobs(bigint), prunella.inspect(bigint)
  from public;
grant execute on function prunella.inspect(bigint) to service_role;
revoke execute on function public.inspect_database(bigint) from public, anon, authenticated;
grant execute on function public.inspect_database(bigint) to service_role;
