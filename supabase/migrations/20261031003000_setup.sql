-- What an operator runs once, in the SQL editor or with `supabase db query`.

create function prunella.keep_secret(p_name text, p_value text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_id uuid;
begin
  select s.id into v_id from vault.secrets as s where s.name = p_name;
  if v_id is null then
    perform vault.create_secret(p_value, p_name, 'How Postgres reaches Prunella''s functions');
  else
    perform vault.update_secret(v_id, p_value);
  end if;
end
$$;
comment on function prunella.keep_secret(text, text) is 'Creates or replaces a secret in Vault by name.';

create function prunella.connect(p_functions_url text, p_automations_key text) returns text
language plpgsql security definer set search_path = ''
as $$
begin
  if p_functions_url !~ '^https?://[^/]+(/.*)?/functions/v1$' then
    raise exception 'the functions'' address looks like https://<ref>.supabase.co/functions/v1'
      using errcode = 'invalid_parameter_value';
  end if;
  -- The key goes with every call. Without TLS it may not leave the machine, or the network of its containers.
  if p_functions_url ~ '^http:'
    and p_functions_url !~ '^http://(127\.0\.0\.1|\[::1\]|[A-Za-z0-9_-]+|[A-Za-z0-9.-]+\.internal)(:[0-9]+)?/' then
    raise exception 'the functions'' address must begin with https:// unless it is of this machine'
      using errcode = 'invalid_parameter_value';
  end if;
  if p_automations_key !~ '^sb_secret_' then
    raise exception 'the key is a secret API key (sb_secret_...) that is named automations'
      using errcode = 'invalid_parameter_value', hint = 'Create it in the dashboard: Project Settings, API Keys.';
  end if;
  perform prunella.keep_secret('prunella_functions_url', p_functions_url);
  perform prunella.keep_secret('prunella_automations_key', p_automations_key);
  perform prunella.wake_engine();
  return 'Postgres can wake the healing engine now.';
end
$$;
comment on function prunella.connect(text, text) is
  'Tells Postgres where Prunella''s functions are and which key opens them. Both are kept in Vault.';

create function prunella.add_project(p_slug text, p_name text, p_admin_email text default null) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_user_id uuid;
  v_project_id bigint;
  v_key text;
  v_url text;
begin
  if p_admin_email is not null then
    select u.id into v_user_id from auth.users as u where lower(u.email) = lower(p_admin_email);
    if v_user_id is null then
      raise exception 'nobody has signed up as %', p_admin_email using errcode = 'no_data_found';
    end if;
  end if;
  insert into public.projects (slug, name, created_by) values (p_slug, p_name, v_user_id)
  on conflict (slug) do update set name = excluded.name
  returning id into v_project_id;
  if v_user_id is not null then
    insert into public.project_members (project_id, user_id, role) values (v_project_id, v_user_id, 'admin')
    on conflict (project_id, user_id) do update set role = 'admin';
  end if;
  select k.public_key into v_key from public.ingest_keys as k
  where k.project_id = v_project_id and k.revoked_at is null order by k.id limit 1;
  if v_key is null then
    insert into public.ingest_keys (project_id) values (v_project_id) returning public_key into v_key;
  end if;
  select s.decrypted_secret into v_url from vault.decrypted_secrets as s where s.name = 'prunella_functions_url';
  return jsonb_build_object(
    'project_id', v_project_id,
    'dsn', regexp_replace(v_url, '^(https?://)', '\1' || v_key || '@') || '/ingest/' || v_project_id
  );
end
$$;
comment on function prunella.add_project(text, text, text) is
  'Makes a project with an ingest key, or finds it again; the person is an admin of it: { project_id, dsn }. The DSN is what a Sentry SDK takes.';

revoke execute on function prunella.keep_secret(text, text), prunella.connect(text, text), prunella.add_project(text, text, text) from public;
