-- Schemas, extensions and the helpers that every later migration leans on.

create schema if not exists prunella;
comment on schema prunella is
  'Prunella''s own functions. Not exposed by the API: definer functions live here and are reached only through policies, triggers and wrappers.';
revoke all on schema prunella from public;
grant usage on schema prunella to authenticated, service_role;

-- On hosted Supabase the extensions are created here. A platform that brings its own has made their schemas already.
do $$
declare
  v_extension record;
begin
  for v_extension in
    select *
    from (values ('pg_cron', 'cron', 'pg_catalog'), ('pg_net', 'net', 'extensions'), ('supabase_vault', 'vault', null))
      as wanted (name, namespace, home)
  loop
    if to_regnamespace(v_extension.namespace) is null
       and exists (select from pg_available_extensions where name = v_extension.name) then
      execute format('create extension if not exists %I', v_extension.name)
        || coalesce(format(' with schema %I', v_extension.home), '');
    end if;
  end loop;
end
$$;

create function prunella.touch_updated_at() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  new.updated_at := now();
  return new;
end
$$;
comment on function prunella.touch_updated_at() is 'Row trigger: keeps updated_at true.';

create function prunella.refuse_change() returns trigger
language plpgsql security invoker set search_path = ''
as $$
begin
  raise exception '% is append-only: % is not allowed', tg_table_name, lower(tg_op)
    using errcode = 'restrict_violation', hint = 'Write a new row that corrects the old one.';
end
$$;
comment on function prunella.refuse_change() is 'Trigger of append-only tables: refuses update, delete and truncate.';

create function prunella.actor() returns text
language sql stable security invoker set search_path = ''
as $$
  select coalesce('user:' || (claims.value ->> 'sub'), claims.value ->> 'role', session_user)
  from (select nullif(current_setting('request.jwt.claims', true), '')::jsonb) as claims (value)
$$;
comment on function prunella.actor() is
  'Who acts: user:<uuid> for a signed-in person, service_role for machines, else the session''s database user (Studio, psql).';

revoke execute on all functions in schema prunella from public;
grant execute on function prunella.actor() to authenticated, service_role;
