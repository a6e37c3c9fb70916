-- Versioned configuration: of Prunella itself (healing.*), and of the applications that read theirs from it (app.*).

create table public.system_config (
  id bigint generated always as identity primary key,
  project_id bigint references public.projects (id) on delete cascade,
  key text not null,
  version integer not null,
  value jsonb not null,
  reason text,
  reverts_version integer,
  idempotency_key text,
  changed_by text not null default prunella.actor(),
  created_at timestamptz not null default now(),
  constraint system_config_version_is_unique unique nulls not distinct (project_id, key, version),
  constraint system_config_change_happens_once unique (idempotency_key),
  constraint system_config_key_is_plain check (key ~ '^[a-z][a-z0-9_]*(\.[a-zA-Z0-9_-]+)*$' and char_length(key) <= 200),
  constraint system_config_value_is_small check (pg_column_size(value) <= 65536)
);
comment on table public.system_config is
  'Every version of every configuration value. Append-only: the current value is the highest version, a revert is a new version. '
  'A null project means the whole installation. JSON null means: not set.';
comment on column public.system_config.reverts_version is 'The version whose value this one restores.';
comment on column public.system_config.idempotency_key is 'Set by fixes: the same change is never made twice.';

revoke all on public.system_config from public, anon, authenticated;
grant select, insert (project_id, key, version, value, reason, reverts_version) on public.system_config to authenticated;
grant select, insert on public.system_config to service_role;
alter table public.system_config enable row level security;
create policy "members see their configuration" on public.system_config
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create policy "operators change applications, admins change healing" on public.system_config
  for insert to authenticated with check (
    (key like 'app.%' and project_id in (select prunella.projects_as('operator')))
    or project_id in (select prunella.projects_as('admin'))
  );
create index system_config_created_at_idx on public.system_config (project_id, created_at desc);

create function prunella.number_config_version() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- Policies are checked after this trigger: without the check here its errors would tell strangers which version is current.
  if (select auth.uid()) is not null and not exists (
    select from prunella.projects_as('viewer') as mine (id) where mine.id = new.project_id
  ) then
    raise exception 'no such project, or no right to change its configuration' using errcode = 'insufficient_privilege';
  end if;
  -- One writer per key at a time, so that versions have no gaps and an expected version is checked against the truth.
  perform pg_advisory_xact_lock(hashtextextended('system_config:' || coalesce(new.project_id, 0) || ':' || new.key, 0));
  new.version := coalesce(new.version, 1 + coalesce((
    select max(c.version) from public.system_config as c
    where c.project_id is not distinct from new.project_id and c.key = new.key
  ), 0));
  if new.version <> 1 + coalesce((
    select max(c.version) from public.system_config as c
    where c.project_id is not distinct from new.project_id and c.key = new.key
  ), 0) then
    raise exception 'configuration % was changed meanwhile: version % is not the next one', new.key, new.version
      using errcode = 'serialization_failure', hint = 'Read the current version and decide again.';
  end if;
  return new;
end
$$;
comment on function prunella.number_config_version() is 'Row trigger: numbers versions, and refuses one that is not the next.';
revoke execute on function prunella.number_config_version() from public;

create trigger system_config_number before insert on public.system_config
  for each row execute function prunella.number_config_version();
create trigger system_config_is_append_only before update or delete on public.system_config
  for each row when (pg_trigger_depth() = 0) execute function prunella.refuse_change();
create trigger system_config_is_never_emptied before truncate on public.system_config
  for each statement execute function prunella.refuse_change();

create view public.current_config with (security_invoker = on) as
select distinct on (c.project_id, c.key) c.project_id, c.key, c.version, c.value, c.reason, c.changed_by, c.created_at
from public.system_config as c
order by c.project_id, c.key, c.version desc;
comment on view public.current_config is 'The highest version of each configuration key.';
revoke all on public.current_config from public, anon, authenticated;
grant select on public.current_config to authenticated, service_role;

create function prunella.setting(p_project_id bigint, p_key text) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(
    nullif((select c.value from public.system_config as c
     where c.project_id = p_project_id and c.key = p_key order by c.version desc limit 1), 'null'),
    nullif((select c.value from public.system_config as c
     where c.project_id is null and c.key = p_key order by c.version desc limit 1), 'null')
  )
$$;
comment on function prunella.setting(bigint, text) is
  'The project''s value of a key, else the installation''s, else null. A value that was unset counts as none.';
revoke execute on function prunella.setting(bigint, text) from public;
grant execute on function prunella.setting(bigint, text) to authenticated, service_role;

create function public.change_config(
  p_project_id bigint, p_key text, p_value jsonb, p_reason text default null,
  p_expected_version integer default null, p_idempotency_key text default null, p_reverts_version integer default null
) returns public.system_config
language plpgsql security invoker set search_path = ''
as $$
declare
  v_row public.system_config;
begin
  if p_idempotency_key is not null then
    -- Two calls with one key at once: the second waits here and finds what the first wrote.
    perform pg_advisory_xact_lock(hashtextextended('system_config_change:' || p_idempotency_key, 0));
    select * into v_row from public.system_config where idempotency_key = p_idempotency_key;
    if found and (v_row.project_id, v_row.key) is distinct from (p_project_id, p_key) then
      raise exception 'the idempotency key % was used for another change', p_idempotency_key
        using errcode = 'invalid_parameter_value', hint = 'Use a new key for a new change.';
    elsif found then
      return v_row;
    end if;
    insert into public.system_config (project_id, key, version, value, reason, reverts_version, idempotency_key)
    values (p_project_id, p_key, p_expected_version + 1, coalesce(p_value, 'null'::jsonb), p_reason, p_reverts_version, p_idempotency_key)
    returning * into v_row;
  else
    insert into public.system_config (project_id, key, version, value, reason, reverts_version)
    values (p_project_id, p_key, p_expected_version + 1, coalesce(p_value, 'null'::jsonb), p_reason, p_reverts_version)
    returning * into v_row;
  end if;
  return v_row;
end
$$;
comment on function public.change_config(bigint, text, jsonb, text, integer, text, integer) is
  'Writes a new version; a null value unsets the key. With p_expected_version it fails (40001) if the current version is another. With an idempotency key it happens once.';
revoke execute on function public.change_config(bigint, text, jsonb, text, integer, text, integer) from public, anon;
grant execute on function public.change_config(bigint, text, jsonb, text, integer, text, integer) to authenticated, service_role;
