-- Outside systems that a project lets Prunella act on, and their secrets.

create table public.integrations (
  id bigint generated always as identity primary key,
  project_id bigint not null references public.projects (id) on delete cascade,
  kind text not null,
  name text not null default 'default',
  configuration jsonb not null default '{}',
  enabled boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint integrations_name_is_unique unique (project_id, kind, name),
  constraint integrations_name_is_plain check (name ~ '^[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}$'),
  constraint integrations_kind_is_known
    check (kind in ('postgres', 'webhook', 'slack', 'email', 'github', 'vercel', 'supabase', 'openai', 'process')),
  constraint integrations_configuration_is_an_object
    check (jsonb_typeof(configuration) = 'object' and pg_column_size(configuration) <= 65536),
  -- Every member reads the configuration: what begins like a key of a known system was meant for Vault.
  constraint integrations_configuration_holds_no_secret check (
    configuration::text !~ '(hooks\.slack\.com/services/|\mxox[a-z]-|\mgh[oprsu]_[A-Za-z0-9]{20}|\mgithub_pat_|\msb_secret_|\msbp_[0-9a-f]{20}|\mwhsec_|\msk-[A-Za-z0-9_-]{20}|-----BEGIN)'
  )
);
comment on table public.integrations is
  'Outside systems that a project lets Prunella act on. The secret of each is in Vault and nowhere else.';
revoke all on public.integrations from public, anon, authenticated;
grant select, insert (project_id, kind, name, configuration, enabled), update (configuration, enabled), delete
  on public.integrations to authenticated;
grant all on public.integrations to service_role;
alter table public.integrations enable row level security;
create policy "members see integrations" on public.integrations
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
-- The postgres integration says what actions may touch in the database that all projects share: only its owner grants that.
create policy "admins add integrations" on public.integrations
  for insert to authenticated
  with check (kind <> 'postgres' and project_id in (select prunella.projects_as('admin')));
create policy "admins change integrations" on public.integrations
  for update to authenticated
  using (kind <> 'postgres' and project_id in (select prunella.projects_as('admin')))
  with check (kind <> 'postgres' and project_id in (select prunella.projects_as('admin')));
create policy "admins remove integrations" on public.integrations
  for delete to authenticated using (kind <> 'postgres' and project_id in (select prunella.projects_as('admin')));
create trigger integrations_touch before update on public.integrations
  for each row execute function prunella.touch_updated_at();

create function prunella.secret_name(p_project_id bigint, p_kind text, p_name text) returns text
language sql immutable strict security invoker set search_path = ''
as $$ select 'prunella_project_' || p_project_id || '/' || p_kind || '/' || p_name $$;
comment on function prunella.secret_name(bigint, text, text) is 'The name in Vault of an integration''s secret.';
revoke execute on function prunella.secret_name(bigint, text, text) from public;

create function prunella.write_integration_secret(p_project_id bigint, p_kind text, p_name text, p_secret text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  perform from public.integrations where project_id = p_project_id and kind = p_kind and name = p_name for update;
  if not found then
    raise exception 'project % has no integration % %', p_project_id, p_kind, p_name
      using errcode = 'no_data_found', hint = 'Add the integration first.';
  end if;
  select s.id into v_id from vault.secrets as s where s.name = prunella.secret_name(p_project_id, p_kind, p_name);
  if v_id is null then
    perform vault.create_secret(p_secret, prunella.secret_name(p_project_id, p_kind, p_name), 'Secret of a Prunella integration');
  else
    perform vault.update_secret(v_id, p_secret);
  end if;
end
$$;
comment on function prunella.write_integration_secret(bigint, text, text, text) is 'Creates or replaces an integration''s secret in Vault.';
create function prunella.read_integration_secret(p_project_id bigint, p_kind text, p_name text) returns text
language sql stable security definer set search_path = ''
as $$
  select s.decrypted_secret
  from public.integrations as i
  join vault.decrypted_secrets as s on s.name = prunella.secret_name(i.project_id, i.kind, i.name)
  where i.project_id = p_project_id and i.kind = p_kind and i.name = p_name and i.enabled
$$;
comment on function prunella.read_integration_secret(bigint, text, text) is 'The secret of an enabled integration, or null.';
create function prunella.forget_integration_secret() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from vault.secrets where name = prunella.secret_name(old.project_id, old.kind, old.name);
  return old;
end
$$;
comment on function prunella.forget_integration_secret() is 'Row trigger: a removed integration leaves no secret behind.';
revoke execute on function prunella.write_integration_secret(bigint, text, text, text),
  prunella.read_integration_secret(bigint, text, text), prunella.forget_integration_secret() from public;
grant execute on function prunella.write_integration_secret(bigint, text, text, text),
  prunella.read_integration_secret(bigint, text, text) to service_role;
create trigger integrations_forget_secret after delete on public.integrations
  for each row execute function prunella.forget_integration_secret();

create function public.set_integration_secret(p_project_id bigint, p_kind text, p_name text, p_secret text) returns void
language sql security invoker set search_path = ''
as $$ select prunella.write_integration_secret(p_project_id, p_kind, p_name, p_secret) $$;
comment on function public.set_integration_secret(bigint, text, text, text) is
  'Stores an integration''s secret in Vault. For the service role; the control function checks that an admin asks.';
create function public.integration_secret(p_project_id bigint, p_kind text, p_name text) returns text
language sql stable security invoker set search_path = ''
as $$ select prunella.read_integration_secret(p_project_id, p_kind, p_name) $$;
comment on function public.integration_secret(bigint, text, text) is 'The secret of an enabled integration, for the engine.';
revoke execute on function public.set_integration_secret(bigint, text, text, text), public.integration_secret(bigint, text, text)
  from public, anon, authenticated;
grant execute on function public.set_integration_secret(bigint, text, text, text), public.integration_secret(bigint, text, text)
  to service_role;
