-- When the monitor runs, and what a fix on a deployment means for the deployment.

create function prunella.wake_deployment_monitor() returns void
language plpgsql security definer set search_path = ''
as $$
begin
  if jsonb_array_length(public.deployment_monitor_projects()) > 0 then
    perform prunella.call_function('/deployment-monitor/run');
  end if;
end
$$;
comment on function prunella.wake_deployment_monitor() is 'Calls the deployment monitor through pg_net, if any project deploys something.';
revoke execute on function prunella.wake_deployment_monitor() from public;

-- The target's own news may come late or never: what a fix has done is known here first.
create function prunella.note_deployment_fix() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_bad public.deployment_logs;
  v_to_id bigint := (new.parameters ->> 'to_deployment_log_id')::bigint;
begin
  select * into v_bad from public.deployment_logs
  where id = (new.parameters ->> 'deployment_log_id')::bigint and project_id = new.project_id;
  if not found or not exists (select from public.deployment_logs where id = v_to_id and project_id = new.project_id) then
    return null;
  end if;
  if new.state = 'verifying' then
    update public.deployment_logs
    set rolled_back_at = coalesce(rolled_back_at, new.applied_at, now()), rolled_back_by_fix_id = new.id where id = v_bad.id;
    perform prunella.promote_deployment(v_to_id, coalesce(new.applied_at, now()), 'rolled_back', now());
  elsif new.state = 'rolled_back' then
    perform prunella.promote_deployment(v_bad.id, now(), 'superseded', now());
  end if;
  return null;
end
$$;
comment on function prunella.note_deployment_fix() is
  'Row trigger: a fix that took a deployment back, or was itself undone, changes what serves according to deployment_logs.';
revoke execute on function prunella.note_deployment_fix() from public;
create trigger auto_fixes_note_deployment after update of state on public.auto_fixes
  for each row when (
    old.state is distinct from new.state and new.state in ('verifying', 'rolled_back') and new.parameters ? 'to_deployment_log_id'
  )
  execute function prunella.note_deployment_fix();

create function prunella.turn_on_deployment() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform prunella.write_turning_point(
    new.project_id, 'deployment_' || new.status,
    format('Deployment of %s (%s) is %s', new.service, coalesce(new.release, left(new.commit_sha, 12), new.external_id),
      replace(new.status, '_', ' ')),
    jsonb_build_object(
      'deployment', new.id, 'target', new.target, 'external_id', new.external_id, 'environment', new.environment,
      'fix', new.rolled_back_by_fix_id, 'repeats', new.repeats_id
    )
  );
  return null;
end
$$;
revoke execute on function prunella.turn_on_deployment() from public;
create constraint trigger deployment_logs_turn after update of status on public.deployment_logs
  deferrable initially deferred for each row
  when (old.status is distinct from new.status and new.status in ('serving', 'rolled_back', 'failed'))
  execute function prunella.turn_on_deployment();

create function prunella.apply_deployment_retention(p_now timestamptz default now()) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  v_deliveries bigint; v_correlations bigint; v_deployments bigint; v_bodies bigint; v_minutes bigint := 0; v_deleted bigint;
  v_project_id bigint;
  v_counts_from timestamptz := p_now - make_interval(
    days => coalesce((prunella.setting(null, 'retention.days') ->> 'counts')::integer, 90)
  );
begin
  -- Longer than the age from which a delivery is refused.
  delete from public.webhook_deliveries where received_at < p_now - interval '7 days';
  get diagnostics v_deliveries = row_count;
  delete from public.deployment_error_correlations where decided_at < p_now - interval '90 days';
  get diagnostics v_correlations = row_count;
  delete from public.deployment_commits where pushed_at < p_now - interval '90 days';
  delete from public.deployment_logs where recorded_at < p_now - interval '180 days' and status <> 'serving';
  get diagnostics v_deployments = row_count;
  -- The ten latest bodies of each function are kept whatever their age.
  delete from public.function_versions as v
  where v.stored_at < p_now - interval '180 days' and (
    select count(*) from public.function_versions as n
    where n.project_id = v.project_id and n.slug = v.slug and n.version > v.version
  ) >= 10;
  get diagnostics v_bodies = row_count;
  -- One project at a time: so the key finds what is old.
  for v_project_id in select p.id from public.projects as p order by p.id loop
    delete from public.edge_function_minutes where project_id = v_project_id and minute_at < v_counts_from;
    get diagnostics v_deleted = row_count;
    v_minutes := v_minutes + v_deleted;
  end loop;
  return jsonb_build_object(
    'webhook_deliveries', v_deliveries, 'correlations', v_correlations, 'deployments', v_deployments, 'function_versions', v_bodies,
    'edge_function_minutes', v_minutes
  );
end
$$;
comment on function prunella.apply_deployment_retention(timestamptz) is
  'Deletes deliveries after 7 days, correlations and commits after 90, deployments and bodies of functions after 180 days, requests of functions with all counts.';
revoke execute on function prunella.apply_deployment_retention(timestamptz) from public;

select cron.schedule('deployment-health-monitor', '*/2 * * * *', 'select prunella.wake_deployment_monitor()');
select cron.schedule('prunella-deployment-retention', '47 3 * * *', 'select prunella.apply_deployment_retention()');
