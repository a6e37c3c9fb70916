-- Tenants, their people and their keys.

create table public.projects (
  id bigint generated always as identity primary key,
  slug text not null,
  name text not null,
  mode text not null default 'suggest',
  healing_enabled boolean not null default true,
  dry_run boolean not null default false,
  time_zone text not null default 'UTC',
  created_by uuid references auth.users (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint projects_slug_is_unique unique (slug),
  constraint projects_slug_is_plain check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  constraint projects_name_is_short check (char_length(name) between 1 and 200),
  constraint projects_mode_is_known check (mode in ('observe', 'suggest', 'auto')),
  constraint projects_time_zone_is_known check (timestamptz '2000-01-01 00:00:00+00' at time zone time_zone is not null)
);
comment on table public.projects is 'A tenant: one monitored application.';
comment on column public.projects.mode is 'observe: record only; suggest: every fix waits for review; auto: act within the limits.';
comment on column public.projects.healing_enabled is 'The project''s kill switch. Read before every side effect.';
comment on column public.projects.dry_run is 'Decide and record everything, touch nothing.';

create table public.project_members (
  project_id bigint not null references public.projects (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null default 'viewer',
  created_at timestamptz not null default now(),
  primary key (project_id, user_id),
  constraint project_members_role_is_known check (role in ('viewer', 'operator', 'admin'))
);
comment on table public.project_members is 'Who may see (viewer), steer (operator) or administer (admin) a project.';
create index project_members_user_id_idx on public.project_members (user_id);

-- Definer, because a policy on project_members that read project_members would recurse.
create function prunella.projects_as(p_role text) returns setof bigint
language sql stable security definer set search_path = ''
as $$
  select m.project_id
  from public.project_members as m
  where m.user_id = (select auth.uid())
    and case p_role
      when 'viewer' then true
      when 'operator' then m.role in ('operator', 'admin')
      when 'admin' then m.role = 'admin'
      else false
    end
$$;
comment on function prunella.projects_as(text) is 'Projects in which the caller has at least the given role.';
revoke execute on function prunella.projects_as(text) from public;
grant execute on function prunella.projects_as(text) to authenticated, service_role;

create function prunella.has_members(p_project_id bigint) returns boolean
language sql stable security definer set search_path = ''
as $$ select exists (select from public.project_members as m where m.project_id = p_project_id) $$;
comment on function prunella.has_members(bigint) is
  'Whether a project has its people yet: until it has, in the statement that creates it, its creator sees it.';
revoke execute on function prunella.has_members(bigint) from public;
grant execute on function prunella.has_members(bigint) to authenticated, service_role;

-- Definer: whoever asks may know this, and see no other value of the installation.
create function prunella.self_service_is_allowed() returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return coalesce(prunella.setting(null, 'projects.self_service') = 'true'::jsonb, false);
end
$$;
comment on function prunella.self_service_is_allowed() is
  'Whether everybody who has signed up may create projects: the setting projects.self_service of the installation, off by default.';
revoke execute on function prunella.self_service_is_allowed() from public;
grant execute on function prunella.self_service_is_allowed() to authenticated;

create function prunella.add_creator_as_admin() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.created_by is not null then
    insert into public.project_members (project_id, user_id, role) values (new.id, new.created_by, 'admin');
  end if;
  return new;
end
$$;
comment on function prunella.add_creator_as_admin() is 'Row trigger: whoever creates a project is its first admin.';
revoke execute on function prunella.add_creator_as_admin() from public;

-- A project without an admin can be administered by nobody.
create function prunella.keep_an_admin() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform from public.projects where id = old.project_id for update;
  if found and not exists (
    select from public.project_members where project_id = old.project_id and role = 'admin'
  ) then
    raise exception 'a project must keep at least one admin'
      using errcode = 'restrict_violation', hint = 'Make another member admin first.';
  end if;
  return null;
end
$$;
comment on function prunella.keep_an_admin() is 'Constraint trigger: the last admin cannot leave or be demoted.';
revoke execute on function prunella.keep_an_admin() from public;

revoke all on public.projects, public.project_members from public, anon, authenticated;
grant select, insert (slug, name, mode, time_zone, created_by), update (name, mode, healing_enabled, dry_run, time_zone), delete
  on public.projects to authenticated;
grant select, insert, update (role), delete on public.project_members to authenticated;
grant all on public.projects, public.project_members to service_role;

alter table public.projects enable row level security;
alter table public.project_members enable row level security;

create policy "members see their projects" on public.projects
  for select to authenticated using (
    id in (select prunella.projects_as('viewer'))
    -- Whoever inserts a project reads it back before the trigger has made him its admin; later his membership counts alone.
    or (created_by = (select auth.uid()) and not prunella.has_members(id))
  );
-- An application's customers sign up in the same Supabase project: whoever runs it says whether that is enough.
create policy "people create projects as themselves, where that is allowed" on public.projects
  for insert to authenticated
  with check (created_by = (select auth.uid()) and (select prunella.self_service_is_allowed()));
create policy "admins change their projects" on public.projects
  for update to authenticated
  using (id in (select prunella.projects_as('admin'))) with check (id in (select prunella.projects_as('admin')));
create policy "admins delete their projects" on public.projects
  for delete to authenticated using (id in (select prunella.projects_as('admin')));

create policy "members see each other" on public.project_members
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create policy "admins add members" on public.project_members
  for insert to authenticated with check (project_id in (select prunella.projects_as('admin')));
create policy "admins change roles" on public.project_members
  for update to authenticated
  using (project_id in (select prunella.projects_as('admin')))
  with check (project_id in (select prunella.projects_as('admin')));
create policy "admins remove members" on public.project_members
  for delete to authenticated using (project_id in (select prunella.projects_as('admin')));

create index projects_created_by_idx on public.projects (created_by);

create trigger projects_touch before update on public.projects
  for each row execute function prunella.touch_updated_at();
create trigger projects_creator_is_admin after insert on public.projects
  for each row execute function prunella.add_creator_as_admin();
-- Projects that machines made have no admin, and nobody to keep.
create constraint trigger project_members_keep_an_admin after update or delete on public.project_members
  deferrable initially deferred for each row when (old.role = 'admin') execute function prunella.keep_an_admin();

create table public.ingest_keys (
  id bigint generated always as identity primary key,
  project_id bigint not null references public.projects (id) on delete cascade,
  public_key text not null default replace(gen_random_uuid()::text, '-', ''),
  label text not null default 'default',
  events_per_minute integer,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  constraint ingest_keys_public_key_is_unique unique (public_key),
  constraint ingest_keys_public_key_is_hex check (public_key ~ '^[0-9a-f]{32}$'),
  constraint ingest_keys_limit_is_positive check (events_per_minute > 0)
);
comment on table public.ingest_keys is
  'The public part of a DSN. Not a secret: browsers carry it. It allows sending signals to one project and nothing else.';
comment on column public.ingest_keys.events_per_minute is 'Rate limit of this key; null means the function''s default.';

revoke all on public.ingest_keys from public, anon, authenticated;
grant select, insert (project_id, label, events_per_minute), update (label, events_per_minute, revoked_at)
  on public.ingest_keys to authenticated;
grant all on public.ingest_keys to service_role;
alter table public.ingest_keys enable row level security;
create policy "members see ingest keys" on public.ingest_keys
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create policy "admins create ingest keys" on public.ingest_keys
  for insert to authenticated with check (project_id in (select prunella.projects_as('admin')));
create policy "admins change ingest keys" on public.ingest_keys
  for update to authenticated
  using (project_id in (select prunella.projects_as('admin')))
  with check (project_id in (select prunella.projects_as('admin')));
create index ingest_keys_project_id_idx on public.ingest_keys (project_id);

create table public.api_keys (
  id bigint generated always as identity primary key,
  project_id bigint not null references public.projects (id) on delete cascade,
  purpose text not null,
  key_hash text not null,
  label text not null default 'default',
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  constraint api_keys_hash_is_unique unique (key_hash),
  constraint api_keys_hash_is_sha256 check (key_hash ~ '^[0-9a-f]{64}$'),
  constraint api_keys_purpose_is_known check (purpose in ('configuration', 'deployments', 'sdk'))
);
comment on table public.api_keys is
  'Secret keys of a project''s servers, one purpose each. Only the SHA-256 of the key is kept.';

revoke all on public.api_keys from public, anon, authenticated;
grant select (id, project_id, purpose, label, revoked_at, created_at), insert (project_id, purpose, key_hash, label),
  update (label, revoked_at) on public.api_keys to authenticated;
grant all on public.api_keys to service_role;
alter table public.api_keys enable row level security;
create policy "admins see api keys" on public.api_keys
  for select to authenticated using (project_id in (select prunella.projects_as('admin')));
create policy "admins create api keys" on public.api_keys
  for insert to authenticated with check (project_id in (select prunella.projects_as('admin')));
create policy "admins revoke api keys" on public.api_keys
  for update to authenticated
  using (project_id in (select prunella.projects_as('admin')))
  with check (project_id in (select prunella.projects_as('admin')));
create index api_keys_project_id_idx on public.api_keys (project_id);
