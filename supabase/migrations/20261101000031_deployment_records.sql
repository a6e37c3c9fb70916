-- How deployments are written: webhooks, polls and pipelines tell the same things, late, twice and out of order.

create function prunella.deployment_rank(p_status text) returns integer
language sql immutable strict security invoker set search_path = ''
as $$
  select case p_status
    when 'created' then 0 when 'building' then 1 when 'ready' then 2 when 'canceled' then 3 when 'failed' then 3 when 'serving' then 4
    when 'superseded' then 5 when 'rolled_back' then 5
  end
$$;
comment on function prunella.deployment_rank(text) is 'A deployment''s status never goes down by what arrives late; only being promoted again brings it back to serving.';

create function prunella.deployment_repeated(p_deployment public.deployment_logs) returns bigint
language sql stable security invoker set search_path = ''
as $$
  select d.id from public.deployment_logs as d
  where d.project_id = p_deployment.project_id and d.target = p_deployment.target and d.service = p_deployment.service
    and d.environment = p_deployment.environment and d.rolled_back_at is not null
    and (d.commit_sha = p_deployment.commit_sha or d.content_hash = p_deployment.content_hash or d.id = p_deployment.id)
    -- The fix that took it back is being undone, and this is how.
    and not (d.id = p_deployment.id and exists (
      select from public.auto_fixes as f where f.id = d.rolled_back_by_fix_id and f.state in ('rolling_back', 'rolled_back')
    ))
  order by d.rolled_back_at desc
  limit 1
$$;
comment on function prunella.deployment_repeated(public.deployment_logs) is
  'The deployment with the same code that was taken back, which may be this one itself; null when there is none.';

create function prunella.deployment_event(p_deployment public.deployment_logs, p_what text, p_title text, p_now timestamptz) returns jsonb
language sql volatile security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'project_id', p_deployment.project_id,
    -- Once per deployment and thing to say, however often it is noticed.
    'event_id', md5(concat_ws(chr(31), 'deployment', p_what, p_deployment.id, p_deployment.promoted_at))::uuid,
    'fingerprint', encode(sha256(convert_to(
      concat_ws(':', 'deployment', p_what, p_deployment.target, p_deployment.service, p_deployment.environment,
        coalesce(p_deployment.content_hash, p_deployment.commit_sha)), 'UTF8')), 'hex'),
    'fingerprint_version', 1, 'type', 'Deployment', 'platform', 'other', 'level', 'error', 'environment', p_deployment.environment,
    'release', p_deployment.release, 'title', p_title, 'culprit', p_deployment.service, 'occurred_at', p_now,
    'payload', jsonb_build_object(
      'eventId', replace(md5(concat_ws(chr(31), 'deployment', p_what, p_deployment.id, p_deployment.promoted_at)), '-', ''),
      'occurredAt', p_now, 'level', 'error', 'platform', 'other', 'logger', 'prunella.deployments', 'message', p_title,
      'messageTemplate', null, 'exceptions', '[]'::jsonb, 'release', p_deployment.release, 'environment', p_deployment.environment,
      'serverName', null, 'transaction', null, 'traceId', null, 'sdk', null,
      'tags', jsonb_build_object('deployment', p_deployment.external_id, 'service', p_deployment.service),
      'userHash', null, 'clientFingerprint', null, 'request', null, 'breadcrumbs', '[]'::jsonb, 'contexts', '{}'::jsonb,
      'extra', '{}'::jsonb, 'debugImages', '[]'::jsonb
    )
  )
$$;
comment on function prunella.deployment_event(public.deployment_logs, text, text, timestamptz) is
  'An error event that Prunella raises itself about a deployment, so that people see it where they see all trouble.';

create function prunella.promote_deployment(p_deployment_id bigint, p_at timestamptz, p_displaced_status text, p_now timestamptz) returns void
language plpgsql security invoker set search_path = ''
as $$
declare
  v_new public.deployment_logs;
  v_old public.deployment_logs;
  v_repeats bigint;
begin
  select * into v_new from public.deployment_logs where id = p_deployment_id for update;
  select * into v_old from public.deployment_logs as d
  where d.project_id = v_new.project_id and d.target = v_new.target and d.service = v_new.service and d.environment = v_new.environment
    and d.status = 'serving' and d.id <> v_new.id
  order by d.promoted_at desc limit 1 for update;

  -- News of an older promotion than the one that serves: it was replaced meanwhile.
  if v_old.promoted_at > p_at then
    update public.deployment_logs set status = 'superseded', promoted_at = coalesce(promoted_at, p_at),
      superseded_at = coalesce(superseded_at, v_old.promoted_at), updated_at = p_now
    where id = v_new.id and status not in ('serving', 'superseded', 'rolled_back');
    return;
  end if;
  update public.deployment_logs
  set status = p_displaced_status, superseded_at = p_at, updated_at = p_now,
      rolled_back_at = case when p_displaced_status = 'rolled_back' then coalesce(rolled_back_at, p_at) else rolled_back_at end
  where project_id = v_new.project_id and target = v_new.target and service = v_new.service and environment = v_new.environment
    and status = 'serving' and id <> v_new.id;

  v_repeats := prunella.deployment_repeated(v_new);
  update public.deployment_logs
  set status = 'serving', promoted_at = p_at, superseded_at = null, ready_at = coalesce(ready_at, p_at), updated_at = p_now,
      -- Taken into service again after it was taken back: a person, or the undo of a fix, stands by it.
      rolled_back_at = null, repeats_id = v_repeats,
      -- What a rollback displaced is no way back; the deployment before it still is.
      previous_id = case when p_displaced_status = 'rolled_back' then previous_id else coalesce(v_old.id, previous_id) end
  where id = v_new.id
  returning * into v_new;

  if v_repeats is not null then
    perform prunella.record_events(jsonb_build_array(prunella.deployment_event(
      v_new, 'repeated',
      format('A version of %s that was taken back was deployed again: %s', v_new.service, coalesce(v_new.release, v_new.external_id)), p_now
    )), p_now);
  end if;
end
$$;
comment on function prunella.promote_deployment(bigint, timestamptz, text, timestamptz) is
  'Makes a deployment the one that serves, and the one before it superseded or rolled back. Code that was taken back before is told to people.';

create function public.record_deployment(p_project_id bigint, p_deployment jsonb, p_now timestamptz default now()) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  v_given public.deployment_logs := jsonb_populate_record(null::public.deployment_logs, p_deployment);
  v_row public.deployment_logs;
  v_status text := coalesce(v_given.status, 'created');
  v_at timestamptz := coalesce((p_deployment ->> 'at')::timestamptz, p_now);
begin
  if v_given.commit_sha is not null then
    select coalesce(v_given.files, c.files), coalesce(v_given.author, c.author), coalesce(v_given.branch, c.branch)
    into v_given.files, v_given.author, v_given.branch
    from (select 1) as always
    left join public.deployment_commits as c on c.project_id = p_project_id and c.sha = v_given.commit_sha;
    v_given.file_count := coalesce(v_given.file_count, jsonb_array_length(v_given.files));
  end if;
  -- Two webhooks about one line of deployments wait for each other.
  perform pg_advisory_xact_lock(hashtextextended(concat_ws(':', 'deployment', p_project_id, v_given.target, v_given.service), 0));
  insert into public.deployment_logs as d (
    project_id, target, external_id, service, environment, status, release, commit_sha, content_hash, branch, author, message, url, files,
    file_count, line_count, touched, created_at, ready_at, rollout, migration, risk, risk_reasons, recorded_at, updated_at
  )
  values (
    p_project_id, v_given.target, v_given.external_id, v_given.service, coalesce(v_given.environment, 'production'),
    case when v_status = 'serving' then 'ready' else v_status end, v_given.release, v_given.commit_sha, v_given.content_hash, v_given.branch,
    v_given.author, v_given.message, v_given.url, v_given.files, v_given.file_count, v_given.line_count, v_given.touched,
    coalesce(v_given.created_at, v_at), case when v_status in ('ready', 'serving') then v_at end, coalesce(v_given.rollout, '[]'),
    v_given.migration, v_given.risk, coalesce(v_given.risk_reasons, '[]'), p_now, p_now
  )
  on conflict (project_id, target, external_id) do update set
    status = case when prunella.deployment_rank(excluded.status) > prunella.deployment_rank(d.status) then excluded.status else d.status end,
    release = coalesce(excluded.release, d.release), commit_sha = coalesce(excluded.commit_sha, d.commit_sha),
    content_hash = coalesce(excluded.content_hash, d.content_hash), branch = coalesce(excluded.branch, d.branch),
    author = coalesce(excluded.author, d.author), message = coalesce(excluded.message, d.message), url = coalesce(excluded.url, d.url),
    files = coalesce(excluded.files, d.files), file_count = coalesce(excluded.file_count, d.file_count),
    line_count = coalesce(excluded.line_count, d.line_count), touched = coalesce(excluded.touched, d.touched),
    created_at = least(d.created_at, excluded.created_at),
    ready_at = coalesce(d.ready_at, excluded.ready_at),
    rollout = case when jsonb_array_length(excluded.rollout) > 0 then excluded.rollout else d.rollout end,
    migration = coalesce(excluded.migration, d.migration),
    migration_evidence = case when excluded.migration is null then d.migration_evidence end,
    risk = coalesce(excluded.risk, d.risk),
    risk_reasons = case when jsonb_array_length(excluded.risk_reasons) > 0 then excluded.risk_reasons else d.risk_reasons end,
    updated_at = p_now
  returning * into v_row;

  if v_row.target = 'supabase' then
    update public.function_versions as v set deployment_id = v_row.id
    where v.project_id = p_project_id and v.slug = v_row.service and v.slug || '@' || v.version = v_row.external_id
      and v.deployment_id is null;
  end if;
  if v_status = 'serving' and (v_row.status <> 'serving' or v_at > v_row.promoted_at) and (
    -- It was replaced since this promotion: news that come late change nothing.
    v_row.superseded_at is null or v_at > v_row.superseded_at
  ) then
    perform prunella.promote_deployment(v_row.id, v_at, coalesce(p_deployment ->> 'displaces', 'superseded'), p_now);
  end if;
  select * into v_row from public.deployment_logs where id = v_row.id;
  return to_jsonb(v_row);
end
$$;
comment on function public.record_deployment(bigint, jsonb, timestamptz) is
  'Writes what is known of a deployment; what comes twice, late or out of order does no harm. A deployment that serves replaces the one that '
  'did ({ displaces: "rolled_back" } when it was a rollback). Returns the row.';

create function public.record_vercel_deployment(p_deployment_id bigint, p_vercel jsonb) returns void
language sql security invoker set search_path = ''
as $$
  insert into public.vercel_deployments as v (
    deployment_id, project_id, vercel_deployment_id, vercel_project_id, vercel_team_id, name, url, vercel_target, state, plan, inspector_url,
    meta, rolling_release, vercel_created_at
  )
  select d.id, d.project_id, r.vercel_deployment_id, r.vercel_project_id, r.vercel_team_id, r.name, r.url, r.vercel_target, r.state, r.plan,
    r.inspector_url, coalesce(r.meta, '{}'), r.rolling_release, r.vercel_created_at
  from public.deployment_logs as d, jsonb_populate_record(null::public.vercel_deployments, p_vercel) as r
  where d.id = p_deployment_id
  on conflict (deployment_id) do update set
    url = coalesce(excluded.url, v.url), vercel_target = coalesce(excluded.vercel_target, v.vercel_target), state = excluded.state,
    plan = coalesce(excluded.plan, v.plan), inspector_url = coalesce(excluded.inspector_url, v.inspector_url),
    meta = v.meta || excluded.meta, rolling_release = coalesce(excluded.rolling_release, v.rolling_release)
$$;
comment on function public.record_vercel_deployment(bigint, jsonb) is 'Keeps what only Vercel knows of a deployment that is recorded.';

create function public.record_commit(p_project_id bigint, p_commit jsonb, p_now timestamptz default now()) returns void
language plpgsql security invoker set search_path = ''
as $$
declare
  v_sha text := p_commit ->> 'sha';
begin
  insert into public.deployment_commits as c (project_id, sha, branch, author, files, failed_checks, pushed_at)
  values (
    p_project_id, v_sha, p_commit ->> 'branch', p_commit ->> 'author', nullif(p_commit -> 'files', 'null'),
    coalesce(p_commit -> 'failed_checks', '[]'), coalesce((p_commit ->> 'at')::timestamptz, p_now)
  )
  on conflict (project_id, sha) do update set
    branch = coalesce(excluded.branch, c.branch), author = coalesce(excluded.author, c.author), files = coalesce(excluded.files, c.files),
    failed_checks = c.failed_checks || excluded.failed_checks;
  -- The platform may have been quicker to tell of its deployment.
  update public.deployment_logs as d
  set files = coalesce(d.files, c.files), file_count = coalesce(d.file_count, jsonb_array_length(c.files)),
      author = coalesce(d.author, c.author), branch = coalesce(d.branch, c.branch), updated_at = p_now
  from public.deployment_commits as c
  where c.project_id = p_project_id and c.sha = v_sha and d.project_id = p_project_id and d.commit_sha = v_sha;
end
$$;
comment on function public.record_commit(bigint, jsonb, timestamptz) is 'Keeps what a push or a failed check tells of a commit, and gives it to its deployments.';

create function public.accept_delivery(
  p_project_id bigint, p_source text, p_digest text, p_event text, p_outcome text, p_now timestamptz default now()
) returns boolean
language sql security invoker set search_path = ''
as $$
  with taken as (
    insert into public.webhook_deliveries (project_id, source, digest, event, outcome, received_at)
    values (p_project_id, p_source, p_digest, left(p_event, 100), p_outcome, p_now)
    on conflict do nothing
    returning project_id
  )
  select exists (select from taken)
$$;
comment on function public.accept_delivery(bigint, text, text, text, text, timestamptz) is
  'Notes a signed body that was worked on; false when it had been noted before.';

create function prunella.read_webhook_secrets(p_kind text, p_subject text) returns table (project_id bigint, secret text)
language sql stable security definer set search_path = ''
as $$
  select i.project_id, s.decrypted_secret
  from public.integrations as i
  join public.integrations as hook on hook.project_id = i.project_id and hook.kind = i.kind and hook.name = 'webhook' and hook.enabled
  join vault.decrypted_secrets as s on s.name = prunella.secret_name(hook.project_id, hook.kind, hook.name)
  where i.kind = p_kind and i.name = 'default' and i.enabled
    and p_subject = case p_kind
      when 'vercel' then i.configuration ->> 'project_id'
      when 'github' then lower((i.configuration ->> 'owner') || '/' || (i.configuration ->> 'repository'))
    end
  order by i.project_id
  limit 20
$$;
comment on function prunella.read_webhook_secrets(text, text) is
  'Whose webhooks these may be: the projects connected to this Vercel project or GitHub repository, with the secrets that must have signed.';
create function public.webhook_secrets(p_kind text, p_subject text) returns table (project_id bigint, secret text)
language sql stable security invoker set search_path = ''
as $$ select * from prunella.read_webhook_secrets(p_kind, p_subject) $$;
comment on function public.webhook_secrets(text, text) is 'The secrets that may have signed a webhook, for the function that checks it.';

revoke execute on function prunella.deployment_rank(text), prunella.deployment_repeated(public.deployment_logs),
  prunella.deployment_event(public.deployment_logs, text, text, timestamptz),
  prunella.promote_deployment(bigint, timestamptz, text, timestamptz), prunella.read_webhook_secrets(text, text) from public;
grant execute on function prunella.deployment_rank(text), prunella.deployment_repeated(public.deployment_logs),
  prunella.deployment_event(public.deployment_logs, text, text, timestamptz),
  prunella.promote_deployment(bigint, timestamptz, text, timestamptz), prunella.read_webhook_secrets(text, text) to service_role;
revoke execute on function public.record_deployment(bigint, jsonb, timestamptz), public.record_vercel_deployment(bigint, jsonb),
  public.record_commit(bigint, jsonb, timestamptz), public.accept_delivery(bigint, text, text, text, text, timestamptz), public.webhook_secrets(text, text) from public, anon, authenticated;
grant execute on function public.record_deployment(bigint, jsonb, timestamptz), public.record_vercel_deployment(bigint, jsonb),
  public.record_commit(bigint, jsonb, timestamptz), public.accept_delivery(bigint, text, text, text, text, timestamptz), public.webhook_secrets(text, text) to service_role;
