-- Stand-in for Supabase Vault: the same table, view and functions. The key is a file of the database server beside
-- its data (as in Supabase's own Vault), in no table and no dump; only definer functions read it.
create schema vault;

create table vault.secrets (
  id uuid primary key default gen_random_uuid(),
  name text,
  description text not null default '',
  secret text not null,
  key_id uuid,
  nonce bytea,
  created_at timestamptz not null default current_timestamp,
  updated_at timestamptz not null default current_timestamp
);
comment on table vault.secrets is 'Secrets, encrypted; as in Supabase Vault.';
comment on column vault.secrets.secret is 'Encrypted with AES-256 (OpenPGP), base64.';
create unique index secrets_name_idx on vault.secrets (name) where name is not null;
alter table vault.secrets enable row level security;

create function vault._key() returns text
language sql stable security definer set search_path = '' as $$
  select btrim(pg_catalog.pg_read_file(current_setting('data_directory') || '/prunella_vault.key'), E' \n')
$$;

create function vault._encrypt(p_secret text) returns text
language sql volatile security definer set search_path = '' as $$
  select encode(extensions.pgp_sym_encrypt(p_secret, vault._key(), 'cipher-algo=aes256'), 'base64')
$$;

create function vault._decrypt(p_secret text) returns text
language sql stable security definer set search_path = '' as $$
  select extensions.pgp_sym_decrypt(decode(p_secret, 'base64'), vault._key())
$$;

create view vault.decrypted_secrets as
select id, name, description, secret, vault._decrypt(secret) as decrypted_secret, key_id, nonce, created_at, updated_at
from vault.secrets;
comment on view vault.decrypted_secrets is 'Secrets in clear text, for definer functions; as in Supabase Vault.';

create function vault.create_secret(
  new_secret text, new_name text default null, new_description text default '', new_key_id uuid default null
) returns uuid
language sql security definer set search_path = '' as $$
  insert into vault.secrets (secret, name, description, key_id)
  values (vault._encrypt(new_secret), new_name, new_description, new_key_id)
  returning id
$$;

create function vault.update_secret(
  secret_id uuid, new_secret text default null, new_name text default null, new_description text default null,
  new_key_id uuid default null
) returns void
language sql security definer set search_path = '' as $$
  update vault.secrets
  set
    secret = case when new_secret is null then secret else vault._encrypt(new_secret) end,
    name = coalesce(new_name, name),
    description = coalesce(new_description, description),
    updated_at = clock_timestamp()
  where id = secret_id
$$;

revoke execute on all functions in schema vault from public;
grant usage on schema vault to service_role;
grant select, delete on vault.secrets, vault.decrypted_secrets to service_role;
grant execute on function
  vault.create_secret(text, text, text, uuid),
  vault.update_secret(uuid, text, text, text, uuid),
  vault._decrypt(text)
to service_role;
