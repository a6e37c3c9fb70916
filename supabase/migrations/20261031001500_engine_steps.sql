-- What the engine writes: each is one short transaction, and each change of state names the state it expects.

create function public.store_decision(p_decision jsonb, p_now timestamptz default now()) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  v_issue public.detected_errors;
  v_decision_id bigint;
  v_fix jsonb;
  v_fix_ids jsonb := jsonb_build_array();
  v_fix_id bigint;
begin
  select * into v_issue from public.detected_errors where id = (p_decision ->> 'issue_id')::bigint for update;
  if not found then
    raise exception 'there is no issue %', p_decision ->> 'issue_id' using errcode = 'no_data_found';
  end if;

  insert into public.decisions (
    project_id, issue_id, job_id, verdict, action, target_key, parameters, confidence, threshold, explanation, record, decided_by
  ) values (
    v_issue.project_id, v_issue.id, (p_decision ->> 'job_id')::bigint, p_decision ->> 'verdict', p_decision ->> 'action',
    p_decision ->> 'target_key', p_decision -> 'parameters', (p_decision ->> 'confidence')::double precision,
    (p_decision ->> 'threshold')::double precision, p_decision ->> 'explanation', p_decision -> 'record',
    coalesce(p_decision ->> 'decided_by', 'engine')
  )
  on conflict (job_id) do nothing
  returning id into v_decision_id;
  if v_decision_id is null then
    -- The worker died after this was stored: the decision stands, it is not made a second time.
    select d.id into v_decision_id from public.decisions as d where d.job_id = (p_decision ->> 'job_id')::bigint;
    select coalesce(jsonb_agg(f.id order by f.id), '[]') into v_fix_ids from public.auto_fixes as f where f.decision_id = v_decision_id;
    return jsonb_build_object('decision_id', v_decision_id, 'fix_ids', v_fix_ids, 'stored_before', true);
  end if;

  if p_decision ? 'diagnosis' then
    update public.detected_errors
    set diagnosis = p_decision -> 'diagnosis', diagnosed_at = p_now,
        category = p_decision -> 'diagnosis' ->> 'category', severity = p_decision -> 'diagnosis' ->> 'severity',
        pattern_id = (select p.id from public.universal_error_patterns as p where p.slug = p_decision ->> 'pattern_slug'),
        updated_at = p_now
    where id = v_issue.id;
  end if;

  for v_fix in select * from jsonb_array_elements(coalesce(p_decision -> 'fixes', '[]')) loop
    insert into public.auto_fixes (
      project_id, issue_id, decision_id, action, target_key, parameters, risk, reversible, informational, automatic, severity,
      confidence, state, reason, approved_by, approved_at, expires_at
    ) values (
      v_issue.project_id, v_issue.id, v_decision_id, v_fix ->> 'action', v_fix ->> 'target_key', v_fix -> 'parameters',
      v_fix ->> 'risk', (v_fix ->> 'reversible')::boolean, (v_fix ->> 'informational')::boolean, (v_fix ->> 'automatic')::boolean,
      coalesce(p_decision -> 'diagnosis' ->> 'severity', v_issue.severity), (v_fix ->> 'confidence')::double precision,
      v_fix ->> 'state', v_fix ->> 'reason',
      case when v_fix ->> 'state' = 'approved' then coalesce(v_fix ->> 'approved_by', 'engine') end,
      case when v_fix ->> 'state' = 'approved' then p_now end,
      p_now + case when v_fix ->> 'state' = 'approved' then interval '10 minutes' else interval '24 hours' end
    )
    returning id into v_fix_id;
    v_fix_ids := v_fix_ids || to_jsonb(v_fix_id);
  end loop;

  if p_decision ->> 'retry_at' is not null then
    perform prunella.enqueue('diagnose', v_issue.project_id, v_issue.id, null, (p_decision ->> 'retry_at')::timestamptz);
  end if;
  return jsonb_build_object('decision_id', v_decision_id, 'fix_ids', v_fix_ids, 'stored_before', false);
end
$$;
comment on function public.store_decision(jsonb, timestamptz) is
  'Stores a decision with its fixes, diagnosis and follow-up in one transaction. Once per job: a second call returns what the first made.';

create function prunella.limit_of(p_project_id bigint, p_name text, p_default numeric) returns numeric
language sql stable security invoker set search_path = ''
as $$ select coalesce((prunella.setting(p_project_id, 'healing.limits') ->> p_name)::numeric, p_default) $$;
comment on function prunella.limit_of(bigint, text, numeric) is 'A number of healing.limits, or its default. Names and defaults: _shared/decide/limits.ts.';

create function public.begin_fix(p_fix_id bigint, p_before jsonb, p_now timestamptz default now()) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  v_fix public.auto_fixes;
  v_project public.projects;
  v_reason text;
  v_cool_down interval;
  v_last_touched timestamptz;
  v_failures bigint;
  v_last_failed timestamptz;
begin
  select * into v_fix from public.auto_fixes where id = p_fix_id for update;
  if v_fix.state is distinct from 'approved' then
    return jsonb_build_object('begun', false, 'final', true, 'reason', 'the fix is ' || coalesce(v_fix.state, 'gone'));
  end if;
  if v_fix.expires_at <= p_now then
    return jsonb_build_object('begun', false, 'final', true, 'reason', 'the approval has expired');
  end if;
  select * into v_project from public.projects where id = v_fix.project_id for share;

  v_reason := prunella.kill_switch_reason(v_fix.project_id);
  if v_reason is null and v_project.dry_run then
    v_reason := 'dry run is on';
  end if;
  if v_reason is not null then
    return jsonb_build_object('begun', false, 'final', false, 'reason', v_reason);
  end if;

  if not v_fix.informational and exists (
    select from public.detected_errors as i
    where i.id = v_fix.issue_id and (i.status in ('resolved', 'ignored', 'archived') or i.merged_into_id is not null)
  ) then
    return jsonb_build_object('begun', false, 'final', true, 'reason', 'the issue ended before the fix began');
  end if;

  -- The limits once more, at the last moment and under the target's lock: the decision may be minutes old.
  if v_fix.automatic and not v_fix.informational then
    perform pg_advisory_xact_lock(hashtextextended('target:' || v_fix.project_id || ':' || v_fix.target_key, 0));
    if v_project.mode <> 'auto'
       or coalesce(prunella.setting(v_fix.project_id, 'healing.action_modes') ->> v_fix.action, 'auto') <> 'auto' then
      return jsonb_build_object('begun', false, 'final', true, 'reason', 'the mode is no longer auto');
    end if;
    select max(coalesce(f.finished_at, f.applied_at)) into v_last_touched
    from public.auto_fixes as f
    where f.project_id = v_fix.project_id and f.target_key = v_fix.target_key and f.applied_at is not null and not f.informational
      and f.id <> v_fix.id;
    v_cool_down := make_interval(secs => (prunella.limit_of(v_fix.project_id, 'cool_down_ms', 300000) / 1000)::double precision);
    if v_last_touched + v_cool_down > p_now then
      return jsonb_build_object('begun', false, 'final', true, 'reason', 'the target cools down after another fix');
    end if;
    if (
      select count(*) from public.auto_fixes as f
      where f.project_id = v_fix.project_id and f.target_key = v_fix.target_key and f.automatic and not f.informational
        and f.applied_at > p_now - interval '1 hour' and f.id <> v_fix.id
    ) >= prunella.limit_of(v_fix.project_id, 'automatic_fixes_per_target_and_hour', 3) then
      return jsonb_build_object('begun', false, 'final', true, 'reason', 'the hourly limit of automatic fixes on the target is reached');
    end if;
    select count(*), max(f.finished_at) into v_failures, v_last_failed
    from public.auto_fixes as f
    where f.project_id = v_fix.project_id and f.target_key = v_fix.target_key and f.applied_at is not null and not f.informational
      and f.id <> v_fix.id and f.state in ('failed', 'rolled_back') and not exists (
        select from public.auto_fixes as s
        where s.project_id = f.project_id and s.target_key = f.target_key and s.state = 'succeeded' and s.finished_at > f.finished_at
      );
    if v_failures >= prunella.limit_of(v_fix.project_id, 'failures_before_block', 3)
       and v_last_failed + make_interval(
         secs => (prunella.limit_of(v_fix.project_id, 'failure_block_ms', 3600000) / 1000)::double precision
       ) > p_now then
      return jsonb_build_object('begun', false, 'final', true, 'reason', 'too many fixes in a row failed on the target');
    end if;
  end if;

  begin
    update public.auto_fixes
    set state = 'applying', before_state = p_before, applying_at = p_now, apply_attempt_count = apply_attempt_count + 1
    where id = p_fix_id and state = 'approved';
  exception when unique_violation then
    return jsonb_build_object('begun', false, 'final', false, 'reason', 'another fix on the target is under way');
  end;
  return jsonb_build_object('begun', true);
end
$$;
comment on function public.begin_fix(bigint, jsonb, timestamptz) is
  'The gate before a side effect: approved -> applying, if every switch and limit still allows it. Else { begun: false, final, reason }.';

create function public.advance_fix(
  p_fix_id bigint, p_from text, p_to text, p_changes jsonb default '{}', p_now timestamptz default now()
) returns boolean
language plpgsql security invoker set search_path = ''
as $$
declare
  v_fix public.auto_fixes;
begin
  update public.auto_fixes as f
  set state = p_to,
      before_state = coalesce(p_changes -> 'before_state', f.before_state),
      apply_result = coalesce(p_changes -> 'apply_result', f.apply_result),
      rollback_result = coalesce(p_changes -> 'rollback_result', f.rollback_result),
      verification = coalesce(p_changes -> 'verification', f.verification),
      outcome = coalesce(f.outcome, p_changes ->> 'outcome'),
      reason = coalesce(p_changes ->> 'reason', f.reason),
      applied_at = coalesce((p_changes ->> 'applied_at')::timestamptz, f.applied_at),
      verify_from = coalesce((p_changes ->> 'verify_from')::timestamptz, f.verify_from),
      verify_until = coalesce((p_changes ->> 'verify_until')::timestamptz, f.verify_until),
      finished_at = case when p_to in ('succeeded', 'rolled_back', 'failed', 'expired') then p_now else f.finished_at end
  where f.id = p_fix_id and f.state = p_from
  returning * into v_fix;
  if not found then
    return false;
  end if;
  if p_to = 'succeeded' and v_fix.outcome = 'succeeded' then
    update public.detected_errors set status = 'resolved', updated_at = p_now
    where id = v_fix.issue_id and status in ('new', 'ongoing', 'escalating', 'regressed');
  end if;
  return true;
end
$$;
comment on function public.advance_fix(bigint, text, text, jsonb, timestamptz) is
  'Compare-and-set of a fix''s state, with what was found out on the way. False if the fix was in another state. A verified success resolves the issue.';

create function public.save_verification(p_fix_id bigint, p_verification jsonb) returns boolean
language sql security invoker set search_path = ''
as $$
  with saved as (
    update public.auto_fixes set verification = p_verification where id = p_fix_id and state = 'verifying' returning id
  )
  select exists (select from saved)
$$;
comment on function public.save_verification(bigint, jsonb) is 'Keeps the state of a running verification.';

revoke execute on function prunella.limit_of(bigint, text, numeric) from public;
grant execute on function prunella.limit_of(bigint, text, numeric) to service_role, authenticated;
revoke execute on function
  public.store_decision(jsonb, timestamptz), public.begin_fix(bigint, jsonb, timestamptz),
  public.advance_fix(bigint, text, text, jsonb, timestamptz), public.save_verification(bigint, jsonb)
from public, anon, authenticated;
grant execute on function
  public.store_decision(jsonb, timestamptz), public.begin_fix(bigint, jsonb, timestamptz),
  public.advance_fix(bigint, text, text, jsonb, timestamptz), public.save_verification(bigint, jsonb)
to service_role;
