-- What actions may do to the application's configuration.

create function prunella.read_configuration_version(p_project_id bigint, p_key text, p_version integer, p_written_by text)
returns jsonb
language sql stable security definer set search_path = ''
as $$
  select jsonb_build_object(
    'key', c.key, 'version', c.version, 'value', c.value, 'idempotency_key', c.idempotency_key, 'changed_at', c.created_at
  )
  from public.system_config as c
  where c.project_id = p_project_id and c.key = p_key
    and (p_version is null or c.version = p_version)
    and (p_written_by is null or c.idempotency_key = p_written_by)
  order by c.version desc limit 1
$$;
comment on function prunella.read_configuration_version(bigint, text, integer, text) is
  'The current version of a key; or a given version; or the one written under an idempotency key.';

create function prunella.set_application_configuration(
  p_project_id bigint, p_idempotency_key text, p_key text, p_expected_version integer, p_value jsonb, p_reason text,
  p_reverts_version integer
) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_made public.system_config;
  v_outcome text := 'set';
begin
  if p_key not like 'app.%' then
    raise exception 'actions change keys of the application (app.*), not %', p_key
      using errcode = 'invalid_parameter_value', hint = 'Change the key by hand.';
  end if;
  select * into v_made from public.system_config where idempotency_key = p_idempotency_key;
  if found then
    v_outcome := 'already';
  else
    begin
      v_made := public.change_config(
        p_project_id, p_key,
        -- PostgREST turns the JSON null, which unsets a key, into the null of SQL.
        coalesce(p_value, 'null'::jsonb), p_reason, p_expected_version, p_idempotency_key, p_reverts_version
      );
    exception
      when serialization_failure then
        v_outcome := 'conflict';
      when unique_violation then
        -- Another call with this key was faster; or another version was, and then there is none by this key.
        select * into v_made from public.system_config where idempotency_key = p_idempotency_key;
        v_outcome := case when found then 'already' else 'conflict' end;
    end;
  end if;
  if v_made.id is not null and (v_made.project_id, v_made.key) is distinct from (p_project_id, p_key) then
    raise exception 'the idempotency key % was used for another change', p_idempotency_key
      using errcode = 'invalid_parameter_value', hint = 'Use a new key for a new change.';
  end if;
  return jsonb_build_object(
    'outcome', v_outcome,
    'version', v_made.version,
    'current_version', (select max(c.version) from public.system_config as c where c.project_id = p_project_id and c.key = p_key)
  );
end
$$;
comment on function prunella.set_application_configuration(bigint, text, text, integer, jsonb, text, integer) is
  'Compare-and-set of one key of the application; repeating it with the same idempotency key writes nothing.';

revoke execute on function
  prunella.read_configuration_version(bigint, text, integer, text),
  prunella.set_application_configuration(bigint, text, text, integer, jsonb, text, integer)
from public, anon, authenticated;
grant execute on function
  prunella.read_configuration_version(bigint, text, integer, text),
  prunella.set_application_configuration(bigint, text, text, integer, jsonb, text, integer)
to service_role;
