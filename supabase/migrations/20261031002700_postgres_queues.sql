-- What actions may do to the application's queues: dead jobs are made ready again, and taken back.

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

revoke execute on function
  prunella.queue_columns(bigint, text), prunella.requeue_dead_jobs(bigint, text, text, integer), prunella.return_jobs(bigint, text, text)
from public, anon, authenticated;
grant execute on function prunella.requeue_dead_jobs(bigint, text, text, integer), prunella.return_jobs(bigint, text, text)
to service_role;
