-- What actions may do to tables, views and indexes of the application's database.

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

create function prunella.source_bytes(p_view regclass) returns bigint
language sql stable security definer set search_path = ''
as $$
  with recursive source (oid) as (
    select p_view::oid
    union
    select d.refobjid
    from source as s
    join pg_catalog.pg_class as c on c.oid = s.oid and (c.relkind = 'v' or c.oid = p_view)
    join pg_catalog.pg_rewrite as r on r.ev_class = s.oid
    join pg_catalog.pg_depend as d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = r.oid
      and d.refclassid = 'pg_catalog.pg_class'::regclass
  )
  select coalesce(sum(case c.relkind
    when 'p' then (select sum(pg_table_size(t.relid)) from pg_partition_tree(c.oid) as t where t.isleaf)
    else pg_table_size(c.oid)
  end), 0)::bigint
  from source as s join pg_catalog.pg_class as c on c.oid = s.oid
  where c.oid <> p_view and c.relkind in ('r', 'p', 'm')
$$;
comment on function prunella.source_bytes(regclass) is 'How much a materialised view reads when it is filled: the tables under it, through views.';

create function prunella.refresh_at_once(p_schema text, p_name text, p_concurrently boolean) returns boolean
language plpgsql security definer set search_path = ''
as $$
begin
  -- Whoever else refreshes it is not waited for.
  perform set_config('lock_timeout', '2s', true);
  execute format('refresh materialized view %s%I.%I', case when p_concurrently then 'concurrently ' else '' end, p_schema, p_name);
  return true;
exception when lock_not_available or query_canceled then
  return false;
end
$$;
comment on function prunella.refresh_at_once(text, text, boolean) is
  'Refreshes a materialised view in this very call; false, and nothing is done, where that takes too long.';

create function prunella.maintain(p_project_id bigint, p_idempotency_key text, p_operation text, p_schema text, p_name text)
returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  -- Reading its sample takes longer than an API call may last.
  c_large_bytes constant bigint := 10::bigint * 1024 * 1024 * 1024;
  -- A view over no more than this is filled within seconds.
  c_small_source_bytes constant bigint := 256::bigint * 1024 * 1024;
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
  if p_operation = 'refresh_view'
     and prunella.source_bytes(to_regclass(format('%I.%I', p_schema, p_name))) <= c_small_source_bytes then
    if not prunella.begin_effect(p_project_id, p_idempotency_key, p_operation, v_arguments) then
      return prunella.known_effect(p_project_id, p_idempotency_key, p_operation, v_arguments);
    end if;
    if prunella.refresh_at_once(p_schema, p_name, not v_is_unfilled) then
      return prunella.end_effect(p_project_id, p_idempotency_key, '{"outcome": "done"}');
    end if;
    -- Given back: scheduling takes it anew.
    delete from prunella.postgres_effects where project_id = p_project_id and idempotency_key = p_idempotency_key;
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
  'Analyses, and refreshes what is small, at once; schedules the rest, which cannot run inside a function or takes too long for one.';

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
    -- Near its time it may begin at this very moment: then the drop below, which comes later, finds its index.
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

revoke execute on function
  prunella.relation(bigint, text, text), prunella.relation_obstacle(jsonb, text[]), prunella.maintain(bigint, text, text, text, text),
  prunella.source_bytes(regclass), prunella.refresh_at_once(text, text, boolean),
  prunella.create_index(bigint, text, text, text, text[]), prunella.drop_index(bigint, text, text)
from public, anon, authenticated;
grant execute on function
  prunella.relation(bigint, text, text), prunella.maintain(bigint, text, text, text, text),
  prunella.create_index(bigint, text, text, text, text[]), prunella.drop_index(bigint, text, text)
to service_role;
