-- Stand-in for pg_net: the same functions and tables; scripts/platform/net.ts sends what is committed.
create schema net;

create sequence net.http_request_queue_id_seq;

create unlogged table net.http_request_queue (
  id bigint not null default nextval('net.http_request_queue_id_seq'),
  method text not null,
  url text not null,
  headers jsonb,
  body bytea,
  timeout_milliseconds int not null
);
create index http_request_queue_id_idx on net.http_request_queue (id);
comment on table net.http_request_queue is 'Requests that wait to be sent, as in pg_net.';

create unlogged table net._http_response (
  id bigint,
  status_code int,
  content_type text,
  headers jsonb,
  content text,
  timed_out boolean,
  error_msg text,
  created timestamptz not null default now()
);
create index _http_response_id_idx on net._http_response (id);
create index _http_response_created_idx on net._http_response (created);
comment on table net._http_response is 'Answers of the last hours, as in pg_net.';

create function net._urlencode_string(p_text text) returns text
language sql immutable strict set search_path = '' as $$
  select coalesce(string_agg(
    case
      when letter ~ '^[A-Za-z0-9_.~-]$' then letter
      else upper(regexp_replace(encode(convert_to(letter, 'UTF8'), 'hex'), '(..)', '%\1', 'g'))
    end, ''
    order by place
  ), '')
  from regexp_split_to_table(p_text, '') with ordinality as letters (letter, place)
$$;

create function net._with_params(p_url text, p_params jsonb) returns text
language sql immutable set search_path = '' as $$
  select p_url || coalesce(
    (
      select
        case when strpos(p_url, '?') > 0 then '&' else '?' end
        || string_agg(net._urlencode_string(key) || '=' || net._urlencode_string(value), '&')
      from jsonb_each_text(p_params)
    ), ''
  )
$$;

create function net._enqueue(p_method text, p_url text, p_headers jsonb, p_body bytea, p_timeout int) returns bigint
language plpgsql set search_path = '' as $$
declare
  v_id bigint;
begin
  if p_url is null or p_url !~* '^https?://[^/?#]' then
    raise exception 'net: the URL must start with http:// or https:// and name a host, got %', coalesce(p_url, 'null')
      using errcode = 'invalid_parameter_value';
  end if;
  insert into net.http_request_queue as queued (method, url, headers, body, timeout_milliseconds)
  values (p_method, p_url, p_headers, p_body, p_timeout)
  returning queued.id into v_id;
  perform pg_catalog.pg_notify('net_http_request', '');
  return v_id;
end
$$;

create function net.http_get(
  url text, params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds int default 5000
) returns bigint
language sql security definer set search_path = '' as $$
  select net._enqueue('GET', net._with_params(url, params), headers, null, timeout_milliseconds)
$$;

create function net.http_post(
  url text, body jsonb default '{}', params jsonb default '{}',
  headers jsonb default '{"Content-Type": "application/json"}', timeout_milliseconds int default 5000
) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  v_type text := (select value from jsonb_each_text(headers) where lower(key) = 'content-type');
begin
  if v_type is not null and v_type not like 'application/json%' then
    raise exception 'Content-Type header must be "application/json"' using errcode = 'invalid_parameter_value';
  end if;
  if v_type is null then
    headers := coalesce(headers, '{}') || '{"Content-Type": "application/json"}';
  end if;
  return net._enqueue(
    'POST', net._with_params(url, params), headers, convert_to(body::text, 'UTF8'), timeout_milliseconds
  );
end
$$;

create function net.http_delete(
  url text, params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds int default 5000,
  body jsonb default null
) returns bigint
language sql security definer set search_path = '' as $$
  select net._enqueue(
    'DELETE', net._with_params(url, params), headers, convert_to(body::text, 'UTF8'), timeout_milliseconds
  )
$$;

grant usage on schema net to anon, authenticated, service_role, supabase_admin;
revoke execute on all functions in schema net from public;
grant execute on function
  net.http_get(text, jsonb, jsonb, int),
  net.http_post(text, jsonb, jsonb, jsonb, int),
  net.http_delete(text, jsonb, jsonb, int, jsonb)
to anon, authenticated, service_role, supabase_admin;
