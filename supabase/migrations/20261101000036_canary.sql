-- Gradual rollouts are judged: what the new version and the old one served at the same time, the verdict, and what follows from it.

create table public.canary_judgements (
  id bigint generated always as identity primary key,
  project_id bigint not null references public.projects (id) on delete cascade,
  subject text not null,
  deployment_id bigint references public.deployment_logs (id) on delete cascade,
  rollout_id bigint references public.config_rollouts (id) on delete cascade,
  service text not null,
  stage integer,
  share double precision not null,
  started_at timestamptz not null,
  stage_started_at timestamptz not null,
  verdict text not null,
  reasons jsonb not null default '[]',
  score double precision,
  classification text,
  harm_e_value double precision not null,
  safety_e_value double precision not null,
  canary jsonb not null,
  control jsonb not null,
  metrics jsonb not null default '[]',
  issue_id bigint references public.detected_errors (id) on delete set null,
  advance_state text,
  advance_reason text,
  advance_at timestamptz,
  judged_at timestamptz not null,
  verdict_at timestamptz not null,
  constraint canary_judgements_one_per_stage unique (project_id, subject, stage_started_at),
  constraint canary_judgements_subject_is_known
    check ((subject ~ '^deployment:' and deployment_id is not null) or (subject ~ '^configuration:' and rollout_id is not null)),
  constraint canary_judgements_verdict_is_known check (verdict in ('hold', 'pass', 'roll_back')),
  constraint canary_judgements_share_is_one check (share >= 0 and share <= 1),
  constraint canary_judgements_classification_is_known check (classification in ('Pass', 'Marginal', 'Fail')),
  constraint canary_judgements_advance_is_known check (advance_state in ('advancing', 'advanced', 'withheld')),
  constraint canary_judgements_advance_needs_pass check (advance_state is distinct from 'advancing' or verdict = 'pass')
) with (fillfactor = 70);
comment on table public.canary_judgements is
  'What is thought of each stage of a gradual rollout, of a deployment or of a configuration value: pass, hold or roll back, and why.';
comment on column public.canary_judgements.harm_e_value is 'Against "the new version fails at most a quarter more often": from 100 on it is taken back.';
comment on column public.canary_judgements.safety_e_value is 'Against "the new version fails twice as often": from 20 on it passes early.';
comment on column public.canary_judgements.canary is 'What the new version served: { labels, requests, failures, errors, sessions, crashed_sessions, duration_ms }.';
comment on column public.canary_judgements.metrics is 'The judge''s label of each metric, [{ name, label, critical, ratio, reason }].';
comment on column public.canary_judgements.advance_state is
  'advancing: the next stage was asked for; advanced: it has begun; withheld: it passed, and a human goes on. Null: nothing to do.';
revoke all on public.canary_judgements from public, anon, authenticated;
grant select on public.canary_judgements to authenticated;
grant all on public.canary_judgements to service_role;
alter table public.canary_judgements enable row level security;
create policy "members see what is thought of rollouts" on public.canary_judgements
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create index canary_judgements_recent_idx on public.canary_judgements (project_id, judged_at desc);
create index canary_judgements_deployment_idx on public.canary_judgements (deployment_id) where deployment_id is not null;
create index canary_judgements_rollout_idx on public.canary_judgements (rollout_id) where rollout_id is not null;
create index canary_judgements_issue_idx on public.canary_judgements (issue_id) where issue_id is not null;

create function prunella.turn_on_canary() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform prunella.write_turning_point(
    new.project_id, case when new.advance_state = 'advanced' then 'canary_advanced' else 'canary_' || new.verdict end,
    case
      when new.advance_state = 'advanced' then format('The next stage of the rollout of %s was begun', new.service)
      else format('The rollout of %s at %s %%: %s', new.service, round((new.share * 100)::numeric, 1), replace(new.verdict, '_', ' '))
    end,
    jsonb_build_object('judgement', new.id, 'subject', new.subject, 'reasons', new.reasons, 'score', new.score),
    new.issue_id
  );
  return null;
end
$$;
revoke execute on function prunella.turn_on_canary() from public;
create trigger canary_judgements_turn_first after insert on public.canary_judgements
  for each row when (new.verdict <> 'hold') execute function prunella.turn_on_canary();
create trigger canary_judgements_turn after update on public.canary_judgements
  for each row when (
    old.verdict is distinct from new.verdict or (new.advance_state = 'advanced' and old.advance_state is distinct from new.advance_state)
  )
  execute function prunella.turn_on_canary();

create function public.canary_counts(p_project_id bigint, p_since timestamptz, p_until timestamptz) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_array(
    m.minute_at, m.release, m.environment, m.requests, m.failures, m.duration_ms_sum, m.sessions, m.crashed_sessions, m.errors
  ) order by m.minute_at), '[]')
  from (
    select b.minute_at, b.release, b.environment, sum(b.requests) as requests, sum(b.failures) as failures,
      sum(b.duration_ms_sum) as duration_ms_sum, sum(b.sessions) as sessions, sum(b.crashed_sessions) as crashed_sessions, sum(b.errors) as errors
    from (
      select t.minute_at, t.release, t.environment, t.request_count as requests, t.failed_request_count as failures, t.duration_ms_sum,
        t.session_count as sessions, t.crashed_session_count as crashed_sessions, 0 as errors
      from public.traffic_minutes as t
      where t.project_id = p_project_id and t.minute_at >= p_since and t.minute_at <= p_until
      union all
      select e.minute_at, e.release, e.environment, 0, 0, 0, 0, 0, e.event_count
      from public.detected_errors as d
      join public.error_minutes as e on e.issue_id = d.id and e.minute_at >= p_since and e.minute_at <= p_until
      -- What Prunella itself says about a rollout is no symptom of it.
      where d.project_id = p_project_id and d.last_seen_at >= p_since and d.type is distinct from 'Deployment'
    ) as b
    group by b.minute_at, b.release, b.environment
  ) as m
$$;
comment on function public.canary_counts(bigint, timestamptz, timestamptz) is
  'Requests, failures, durations, sessions and reported errors by minute and release label: [[minute, release, environment, requests, ...]].';

create function public.active_config_rollouts(p_project_id bigint) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(r) order by r.id), '[]') from public.config_rollouts as r
  where r.project_id = p_project_id and r.status = 'active'
$$;
comment on function public.active_config_rollouts(bigint) is 'The gradual changes of configuration that are going on.';

create function public.canary_settings(p_project_id bigint) returns jsonb
language sql stable security invoker set search_path = ''
as $$ select coalesce(prunella.setting(p_project_id, 'deployments.canary'), '{}') $$;
comment on function public.canary_settings(bigint) is 'What the project says about the judging of rollouts (deployments.canary).';

create function public.save_canary_judgement(p_project_id bigint, p_judgement jsonb, p_now timestamptz default now()) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  v_row public.canary_judgements;
begin
  -- The next stage has begun, so whoever asked for it was heard, even if he died before he could note it.
  update public.canary_judgements set advance_state = 'advanced', advance_at = p_now
  where project_id = p_project_id and subject = p_judgement ->> 'subject' and advance_state = 'advancing'
    and stage_started_at < (p_judgement ->> 'stage_started_at')::timestamptz;
  insert into public.canary_judgements as j (
    project_id, subject, deployment_id, rollout_id, service, stage, share, started_at, stage_started_at, verdict, reasons, score, classification,
    harm_e_value, safety_e_value, canary, control, metrics, judged_at, verdict_at
  )
  select p_project_id, r.subject, r.deployment_id, r.rollout_id, r.service, r.stage, r.share, r.started_at, r.stage_started_at, r.verdict,
    r.reasons, r.score, r.classification, r.harm_e_value, r.safety_e_value, r.canary, r.control, r.metrics, p_now, p_now
  from jsonb_populate_record(null::public.canary_judgements, p_judgement) as r
  on conflict (project_id, subject, stage_started_at) do update set
    share = excluded.share, stage = excluded.stage, verdict = excluded.verdict, reasons = excluded.reasons, score = excluded.score,
    classification = excluded.classification, harm_e_value = excluded.harm_e_value, safety_e_value = excluded.safety_e_value,
    canary = excluded.canary, control = excluded.control, metrics = excluded.metrics, judged_at = excluded.judged_at,
    advance_state = case when excluded.verdict = 'pass' then j.advance_state end,
    verdict_at = case when j.verdict = excluded.verdict then j.verdict_at else excluded.verdict_at end
  -- What was judged to be taken back is not acquitted by more data of the same stage: the failures have happened. What is under way is not disturbed.
  where j.verdict <> 'roll_back' and j.advance_state is distinct from 'advancing' and j.advance_state is distinct from 'advanced'
  returning * into v_row;
  if v_row.id is null then
    select * into v_row from public.canary_judgements as j
    where j.project_id = p_project_id and j.subject = p_judgement ->> 'subject'
      and j.stage_started_at = (p_judgement ->> 'stage_started_at')::timestamptz;
    update public.canary_judgements set judged_at = p_now where id = v_row.id;
  end if;
  return to_jsonb(v_row);
end
$$;
comment on function public.save_canary_judgement(bigint, jsonb, timestamptz) is
  'Writes what is thought of the present stage of a rollout, and returns the row. Once it is to be taken back it stays so.';

create function public.raise_canary_issue(
  p_judgement_id bigint, p_title text, p_occurrences integer, p_candidate text, p_probability double precision, p_now timestamptz default now()
) returns bigint
language plpgsql security invoker set search_path = ''
as $$
declare
  v_judgement public.canary_judgements;
  v_issue_id bigint;
  v_from timestamptz;
  v_is_new boolean;
  v_fingerprint text;
begin
  select * into v_judgement from public.canary_judgements where id = p_judgement_id and verdict = 'roll_back' for update;
  if not found then
    return null;
  end if;
  v_fingerprint := encode(sha256(convert_to('canary:' || v_judgement.subject, 'UTF8')), 'hex');
  v_is_new := not exists (
    select from public.detected_errors where project_id = v_judgement.project_id and fingerprint = v_fingerprint
  );
  -- One occurrence for each failure of the new version that is not told yet, so that the issue's rate is that of the harm.
  perform prunella.record_events((
    select jsonb_agg(jsonb_build_object(
      'project_id', v_judgement.project_id, 'event_id', md5(concat_ws(chr(31), 'canary', v_judgement.id, n))::uuid, 'fingerprint', v_fingerprint,
      'fingerprint_version', 1, 'type', 'Deployment', 'platform', 'other', 'level', 'error', 'environment', 'production', 'title', p_title,
      'culprit', v_judgement.service, 'occurred_at', p_now,
      'payload', jsonb_build_object(
        'eventId', md5(concat_ws(chr(31), 'canary', v_judgement.id, n)), 'occurredAt', p_now, 'level', 'error', 'platform', 'other',
        'logger', 'prunella.canary', 'message', p_title, 'messageTemplate', null, 'exceptions', '[]'::jsonb, 'release', null,
        'environment', 'production', 'serverName', null, 'transaction', null, 'traceId', null, 'sdk', null,
        'tags', jsonb_build_object('rollout', v_judgement.subject, 'service', v_judgement.service),
        'userHash', null, 'clientFingerprint', null, 'request', null, 'breadcrumbs', '[]'::jsonb, 'contexts', '{}'::jsonb,
        'extra', jsonb_build_object('reasons', v_judgement.reasons), 'debugImages', '[]'::jsonb
      )
    )) from generate_series(1, least(greatest(p_occurrences, 1), 100)) as n
  ), p_now);
  select coalesce(d.merged_into_id, d.id) into v_issue_id
  from public.detected_errors as d where d.project_id = v_judgement.project_id and d.fingerprint = v_fingerprint;
  if v_is_new then
    -- The harm was done since the rollout began, not at the moment of the verdict: verification compares rates.
    v_from := greatest(v_judgement.started_at, p_now - interval '9 minutes');
    update public.detected_errors as d
    set episode_started_at = v_from,
        episode_request_count = greatest(0, d.episode_request_count - coalesce((
          select sum(t.request_count) from public.traffic_minutes as t
          where t.project_id = d.project_id and t.minute_at >= date_trunc('minute', v_from)
        ), 0)),
        episode_session_count = greatest(0, d.episode_session_count - coalesce((
          select sum(t.session_count) from public.traffic_minutes as t
          where t.project_id = d.project_id and t.minute_at >= date_trunc('minute', v_from)
        ), 0))
    where d.id = v_issue_id;
  end if;
  update public.canary_judgements set issue_id = v_issue_id where id = v_judgement.id;
  perform public.save_correlations(v_judgement.project_id, jsonb_build_array(
    jsonb_build_object(
      'subject', 'issue:' || v_issue_id, 'episode_at', v_judgement.stage_started_at, 'candidate', p_candidate, 'probability', p_probability,
      'verdict', 'blame', 'rollback', true, 'e_value', v_judgement.harm_e_value, 'onset_at', v_judgement.started_at,
      'factors', (
        select jsonb_agg(jsonb_build_object('name', 'canary', 'nats', 0, 'statement', r.reason)) from jsonb_array_elements_text(v_judgement.reasons) as r (reason)
      )
    ),
    jsonb_build_object(
      'subject', 'issue:' || v_issue_id, 'episode_at', v_judgement.stage_started_at, 'candidate', 'other:organic',
      'probability', 1 - p_probability, 'verdict', 'acquitted', 'rollback', false, 'e_value', v_judgement.harm_e_value
    )
  ), p_now, true);
  return v_issue_id;
end
$$;
comment on function public.raise_canary_issue(bigint, text, integer, text, double precision, timestamptz) is
  'A rollout that is to be taken back becomes an issue whose cause is known; decision, limits and verification are those of every issue. Returns the issue.';

create function public.begin_canary_advance(p_judgement_id bigint, p_target_key text, p_now timestamptz default now()) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  v_row public.canary_judgements;
  v_project public.projects;
  v_reason text;
  v_resumes boolean;
begin
  select * into v_row from public.canary_judgements where id = p_judgement_id for update;
  -- Another run is at it. After two minutes it has died, and the target is asked what it did.
  v_resumes := coalesce(v_row.advance_state = 'advancing' and v_row.advance_at < p_now - interval '2 minutes', false);
  if not found or v_row.verdict <> 'pass' or v_row.advance_state = 'advanced' or (v_row.advance_state = 'advancing' and not v_resumes) then
    return jsonb_build_object('begun', false, 'reason', 'there is nothing to do');
  end if;
  select * into v_project from public.projects where id = v_row.project_id for share;
  v_reason := case
    when coalesce(prunella.setting(v_row.project_id, 'deployments.canary') ->> 'approve_stage', 'false') <> 'true'
      then 'the project does not allow it (deployments.canary, approve_stage)'
    when prunella.kill_switch_reason(v_row.project_id) is not null then prunella.kill_switch_reason(v_row.project_id)
    when v_project.dry_run then 'dry run is on'
    when v_project.mode <> 'auto' then 'the mode of the project is ' || v_project.mode
    when exists (
      select from public.auto_fixes as f
      where f.project_id = v_row.project_id and f.target_key = p_target_key
        and f.state in ('in_review', 'approved', 'applying', 'verifying', 'rolling_back') and not f.informational
    ) then 'a fix of the same target is open'
  end;
  update public.canary_judgements
  set advance_state = case when v_reason is null then 'advancing' else 'withheld' end, advance_reason = v_reason, advance_at = p_now
  where id = v_row.id;
  return jsonb_build_object('begun', v_reason is null, 'reason', v_reason, 'resumes', v_resumes);
end
$$;
comment on function public.begin_canary_advance(bigint, text, timestamptz) is
  'The gate before the next stage of a rollout that passed: kill switch, dry run, mode, the project''s permission, no open fix. The stored judgement is the decision.';

create function public.end_canary_advance(p_judgement_id bigint, p_state text, p_reason text, p_now timestamptz default now()) returns boolean
language plpgsql security invoker set search_path = ''
as $$
begin
  update public.canary_judgements set advance_state = p_state, advance_reason = p_reason, advance_at = p_now
  where id = p_judgement_id and advance_state = 'advancing';
  return found;
end
$$;
comment on function public.end_canary_advance(bigint, text, text, timestamptz) is 'What became of a stage that was asked for: advanced, or withheld with a reason.';

revoke execute on function public.canary_counts(bigint, timestamptz, timestamptz), public.active_config_rollouts(bigint),
  public.canary_settings(bigint), public.save_canary_judgement(bigint, jsonb, timestamptz),
  public.raise_canary_issue(bigint, text, integer, text, double precision, timestamptz),
  public.begin_canary_advance(bigint, text, timestamptz), public.end_canary_advance(bigint, text, text, timestamptz)
from public, anon, authenticated;
grant execute on function public.canary_counts(bigint, timestamptz, timestamptz), public.active_config_rollouts(bigint),
  public.canary_settings(bigint), public.save_canary_judgement(bigint, jsonb, timestamptz),
  public.raise_canary_issue(bigint, text, integer, text, double precision, timestamptz),
  public.begin_canary_advance(bigint, text, timestamptz), public.end_canary_advance(bigint, text, text, timestamptz) to service_role;
