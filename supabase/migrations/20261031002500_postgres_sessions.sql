-- What actions may do to sessions of the application's database: cancel a statement, end a session.

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

revoke execute on function
  prunella.same_instant(timestamptz, timestamptz), prunella.backend(bigint, integer, timestamptz),
  prunella.cancel_query(bigint, text, integer, timestamptz, timestamptz),
  prunella.end_session(bigint, text, integer, timestamptz, text, integer)
from public, anon, authenticated;
grant execute on function
  prunella.backend(bigint, integer, timestamptz), prunella.cancel_query(bigint, text, integer, timestamptz, timestamptz),
  prunella.end_session(bigint, text, integer, timestamptz, text, integer)
to service_role;
