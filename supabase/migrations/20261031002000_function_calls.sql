-- What Prunella's own functions keep about their calls and their errors.

-- Totals that no retention touches: a counter that falls is read as a restart.
create table public.function_totals (
  function_name text not null,
  status_class text not null,
  call_count bigint not null default 0,
  duration_ms_sum double precision not null default 0,
  bucket_counts bigint[] not null,
  primary key (function_name, status_class),
  constraint function_totals_status_class_is_known check (status_class in ('1xx', '2xx', '3xx', '4xx', '5xx')),
  constraint function_totals_have_all_buckets check (cardinality(bucket_counts) = 11)
) with (fillfactor = 50);
comment on table public.function_totals is 'Calls of Prunella''s own functions since ever, by how they were answered.';
comment on column public.function_totals.bucket_counts is
  'Calls that took up to 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000 ms, and longer; not cumulative.';
revoke all on public.function_totals from public, anon, authenticated;
grant all on public.function_totals to service_role;
alter table public.function_totals enable row level security;
create policy "service reads function totals" on public.function_totals for select to service_role using (true);

create function public.record_function_calls(p_calls jsonb) returns void
language sql security invoker set search_path = ''
as $$
  with calls as (
    select * from jsonb_to_recordset(p_calls) as c (
      function text, minute_at timestamptz, status_class text, call_count bigint, duration_ms_sum double precision,
      duration_ms_max double precision, bucket_counts bigint[]
    )
  ),
  totals as (
    insert into public.function_totals as t (function_name, status_class, call_count, duration_ms_sum, bucket_counts)
    select c.function, c.status_class, sum(c.call_count), sum(c.duration_ms_sum),
      array(select sum(x.bucket_counts[b]) from calls as x, generate_series(1, 11) as b
            where x.function = c.function and x.status_class = c.status_class group by b order by b)
    from calls as c group by c.function, c.status_class
    order by c.function, c.status_class
    on conflict (function_name, status_class) do update set
      call_count = t.call_count + excluded.call_count,
      duration_ms_sum = t.duration_ms_sum + excluded.duration_ms_sum,
      bucket_counts = array(select a + b from unnest(t.bucket_counts, excluded.bucket_counts) as both_counts (a, b))
  )
  insert into public.function_minutes as m (function_name, minute_at, call_count, error_count, duration_ms_sum, duration_ms_max)
  select c.function, c.minute_at, sum(c.call_count), coalesce(sum(c.call_count) filter (where c.status_class = '5xx'), 0),
    sum(c.duration_ms_sum), max(c.duration_ms_max)
  from calls as c group by c.function, c.minute_at
  order by c.function, c.minute_at
  on conflict (function_name, minute_at) do update set
    call_count = m.call_count + excluded.call_count,
    error_count = m.error_count + excluded.error_count,
    duration_ms_sum = m.duration_ms_sum + excluded.duration_ms_sum,
    duration_ms_max = greatest(m.duration_ms_max, excluded.duration_ms_max)
$$;
comment on function public.record_function_calls(jsonb) is
  'Adds what one isolate summed up: [{ function, minute_at, status_class, call_count, duration_ms_sum, duration_ms_max, bucket_counts }].';

create function public.record_function_errors(p_errors jsonb) returns integer
language plpgsql security invoker set search_path = ''
as $$
declare
  v_project_id bigint;
begin
  -- Prunella watches itself as a project like any other; it appears with its first error.
  insert into public.projects (slug, name, mode) values ('prunella-self', 'Prunella itself', 'suggest') on conflict (slug) do nothing;
  select id into v_project_id from public.projects where slug = 'prunella-self';
  return prunella.record_events((
    select jsonb_agg(jsonb_build_object(
      'project_id', v_project_id,
      'event_id', gen_random_uuid(),
      'fingerprint', encode(sha256(convert_to(
        concat_ws(chr(31), 'self', e.function, e.method, e.route, e.code, e.error_type), 'UTF8')), 'hex'),
      'fingerprint_version', 1,
      'type', e.error_type,
      'title', left(e.error_type || ' in ' || e.function || ': ' || e.message, 200),
      'culprit', e.function || ' ' || e.method || ' ' || e.route,
      'platform', 'javascript',
      'level', 'error',
      'occurred_at', e.occurred_at,
      'grouping_components', jsonb_build_array(e.function, e.method, e.route, e.code, e.error_type),
      'payload', jsonb_build_object(
        'occurredAt', e.occurred_at, 'level', 'error', 'platform', 'javascript', 'logger', null, 'message', e.message,
        'messageTemplate', null,
        'exceptions', jsonb_build_array(jsonb_build_object(
          'type', e.error_type, 'value', e.message, 'module', null, 'handled', true, 'mechanism', 'function', 'frames', '[]'::jsonb
        )),
        'release', null, 'environment', null, 'serverName', null, 'transaction', e.method || ' ' || e.route, 'traceId', null, 'sdk', null,
        'tags', jsonb_build_object('function', e.function, 'code', e.code, 'request_id', e.request_id), 'userHash', null,
        'clientFingerprint', null, 'request', null, 'breadcrumbs', '[]'::jsonb, 'contexts', '{}'::jsonb,
        'extra', jsonb_build_object('stack', e.stack), 'debugImages', '[]'::jsonb
      )
    ))
    from jsonb_to_recordset(p_errors) as e (
      function text, route text, method text, code text, error_type text, message text, stack text, request_id text, occurred_at timestamptz
    )
  ), now());
end
$$;
comment on function public.record_function_errors(jsonb) is
  'Records server errors of Prunella''s own functions as events of the project prunella-self. Returns how many.';

revoke execute on function public.record_function_calls(jsonb), public.record_function_errors(jsonb) from public, anon, authenticated;
grant execute on function public.record_function_calls(jsonb), public.record_function_errors(jsonb) to service_role;
