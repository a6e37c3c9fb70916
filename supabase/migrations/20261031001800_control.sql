-- What people and machines steer: switches, modes, and healing by hand.

create function prunella.require_role(p_project_id bigint, p_role text) returns void
language plpgsql stable security invoker set search_path = ''
as $$
begin
  if coalesce((select auth.role()), '') = 'service_role' then
    if exists (select from public.projects where id = p_project_id) then
      return;
    end if;
  elsif p_project_id in (select prunella.projects_as(p_role)) then
    return;
  elsif p_project_id in (select prunella.projects_as('viewer')) then
    raise exception 'only the role % may do this', p_role using errcode = 'insufficient_privilege';
  end if;
  raise exception 'there is no project %, or you are no member of it', p_project_id using errcode = 'no_data_found';
end
$$;
comment on function prunella.require_role(bigint, text) is
  'Refuses callers without this role in the project: P0002 to strangers, 42501 to members. Machines pass.';
revoke execute on function prunella.require_role(bigint, text) from public;
grant execute on function prunella.require_role(bigint, text) to authenticated, service_role;

create function public.set_kill_switch(p_project_id bigint, p_active boolean, p_reason text) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
begin
  if p_project_id is null then
    -- Row-level security lets nobody but the service role write a value of the whole installation.
    perform public.change_config(null, 'healing.disabled', to_jsonb(p_active), p_reason);
  else
    perform prunella.require_role(p_project_id, 'admin');
    perform set_config('prunella.reason', p_reason, true);
    update public.projects set healing_enabled = not p_active where id = p_project_id;
  end if;
  return jsonb_build_object('active', p_active, 'changed_at', now());
end
$$;
comment on function public.set_kill_switch(bigint, boolean, text) is
  'Stops or resumes healing in a project (its admins) or, with null, everywhere (service role). { active, changed_at }.';

create function prunella.modes_of(p_project_id bigint) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object('mode', p.mode, 'actions', coalesce(prunella.setting(p.id, 'healing.action_modes'), '{}'))
  from public.projects as p where p.id = p_project_id
$$;
comment on function prunella.modes_of(bigint) is 'The mode of a project and of its actions: { mode, actions }.';

create function public.set_mode(p_project_id bigint, p_action text, p_mode text, p_reason text) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  v_version integer;
  v_modes jsonb;
begin
  perform prunella.require_role(p_project_id, 'admin');
  if p_mode is not null and p_mode not in ('observe', 'suggest', 'auto') then
    raise exception 'there is no mode %: it is observe, suggest or auto', p_mode using errcode = 'invalid_parameter_value';
  end if;
  if p_action is null then
    perform set_config('prunella.reason', p_reason, true);
    update public.projects set mode = p_mode where id = p_project_id;
  else
    select coalesce(max(c.version), 0) into v_version
    from public.system_config as c where c.project_id = p_project_id and c.key = 'healing.action_modes';
    v_modes := coalesce(prunella.setting(p_project_id, 'healing.action_modes'), '{}') - p_action;
    if p_mode is not null then
      v_modes := v_modes || jsonb_build_object(p_action, p_mode);
    end if;
    perform public.change_config(p_project_id, 'healing.action_modes', v_modes, p_reason, v_version);
  end if;
  return prunella.modes_of(p_project_id);
end
$$;
comment on function public.set_mode(bigint, text, text, text) is
  'Sets the mode of a project, or of one action in it; null takes an action''s own mode away. { mode, actions }.';

create function public.set_dry_run(p_project_id bigint, p_enabled boolean, p_reason text) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
begin
  perform prunella.require_role(p_project_id, 'admin');
  perform set_config('prunella.reason', p_reason, true);
  update public.projects set dry_run = p_enabled where id = p_project_id;
  return jsonb_build_object('enabled', p_enabled);
end
$$;
comment on function public.set_dry_run(bigint, boolean, text) is 'Whether a project decides and records, and touches nothing. { enabled }.';

create function public.get_threshold(p_project_id bigint) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'threshold', prunella.limit_of(p_project_id, 'auto_apply_threshold', 0.85),
    'version', coalesce((
      select max(c.version) from public.system_config as c where c.project_id = p_project_id and c.key = 'healing.limits'
    ), 0)
  )
$$;
comment on function public.get_threshold(bigint) is
  'From which confidence fixes are applied by themselves, and the version of healing.limits: { threshold, version }.';

create function public.set_threshold(p_project_id bigint, p_threshold numeric, p_expected_version integer, p_reason text) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
begin
  perform prunella.require_role(p_project_id, 'admin');
  perform public.change_config(
    p_project_id, 'healing.limits',
    coalesce(prunella.setting(p_project_id, 'healing.limits'), '{}') || jsonb_build_object('auto_apply_threshold', p_threshold),
    p_reason, p_expected_version
  );
  return public.get_threshold(p_project_id);
end
$$;
comment on function public.set_threshold(bigint, numeric, integer, text) is
  'Writes auto_apply_threshold into healing.limits if its version is the expected one (else 40001). { threshold, version }.';

-- Definer: members may know that healing is off everywhere, and see no other value of the installation.
create function prunella.healing_disabled_everywhere() returns boolean
language sql stable security definer set search_path = ''
as $$ select coalesce(prunella.setting(null, 'healing.disabled') = 'true'::jsonb, false) $$;
comment on function prunella.healing_disabled_everywhere() is 'Whether the kill switch of the whole installation is on.';
revoke execute on function prunella.healing_disabled_everywhere(), prunella.modes_of(bigint) from public;
grant execute on function prunella.healing_disabled_everywhere(), prunella.modes_of(bigint) to authenticated, service_role;

-- Definer: people may ask the engine to look again, and write nothing else into the queue.
create function prunella.queue_diagnosis(p_issue_id bigint) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_project_id bigint;
  v_job_id bigint;
begin
  select project_id into v_project_id from public.detected_errors where id = p_issue_id;
  if v_project_id is null or not (
    coalesce((select auth.role()), '') = 'service_role' or v_project_id in (select prunella.projects_as('viewer'))
  ) then
    raise exception 'there is no issue %, or you are no member of its project', p_issue_id using errcode = 'no_data_found';
  end if;
  perform prunella.require_role(v_project_id, 'operator');
  perform prunella.enqueue('diagnose', v_project_id, p_issue_id, null, now(), '{}', 1::smallint);
  select id into v_job_id from public.jobs where dedupe_key = 'diagnose:issue:' || p_issue_id and state = 'queued';
  return jsonb_build_object('job_id', v_job_id, 'issue_id', p_issue_id);
end
$$;
comment on function prunella.queue_diagnosis(bigint) is 'An operator asks for a new diagnosis and decision, now.';

create function public.heal_issue(p_issue_id bigint) returns jsonb
language sql security invoker set search_path = ''
as $$ select prunella.queue_diagnosis(p_issue_id) $$;
comment on function public.heal_issue(bigint) is 'Diagnoses an issue anew and decides, now. For operators. { job_id, issue_id }.';

create function prunella.find_manual_issue(p_project_id bigint, p_component text, p_action text) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  v_id bigint;
begin
  perform prunella.require_role(p_project_id, 'operator');
  -- Not 'new': the operator has decided already, so nothing is to be diagnosed.
  insert into public.detected_errors as i (project_id, fingerprint, type, title, platform, level, status)
  values (
    p_project_id, encode(sha256(convert_to('manual:' || p_component || ':' || p_action, 'UTF8')), 'hex'), 'Manual',
    left('By hand: ' || p_component, 200), 'other', 'error', 'ongoing'
  )
  on conflict (project_id, fingerprint) do update
    set last_seen_at = now(), updated_at = now(), status = case when i.status = 'resolved' then 'ongoing' else i.status end
  returning i.id into v_id;
  return v_id;
end
$$;
comment on function prunella.find_manual_issue(bigint, text, text) is 'The issue under which an operator heals a component by hand.';

create function public.open_manual_issue(p_project_id bigint, p_component text, p_action text) returns bigint
language sql security invoker set search_path = ''
as $$ select prunella.find_manual_issue(p_project_id, p_component, p_action) $$;
comment on function public.open_manual_issue(bigint, text, text) is
  'Opens or finds the issue under which an operator heals a component by hand. Returns its id.';

revoke execute on function prunella.queue_diagnosis(bigint), prunella.find_manual_issue(bigint, text, text) from public;
grant execute on function prunella.queue_diagnosis(bigint), prunella.find_manual_issue(bigint, text, text) to authenticated, service_role;

revoke execute on function
  public.set_kill_switch(bigint, boolean, text), public.set_mode(bigint, text, text, text), public.set_dry_run(bigint, boolean, text),
  public.get_threshold(bigint), public.set_threshold(bigint, numeric, integer, text),
  public.heal_issue(bigint), public.open_manual_issue(bigint, text, text)
from public, anon;
grant execute on function
  public.set_kill_switch(bigint, boolean, text), public.set_mode(bigint, text, text, text), public.set_dry_run(bigint, boolean, text),
  public.get_threshold(bigint), public.set_threshold(bigint, numeric, integer, text),
  public.heal_issue(bigint), public.open_manual_issue(bigint, text, text)
to authenticated, service_role;
