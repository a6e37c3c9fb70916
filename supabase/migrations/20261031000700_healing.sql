-- Decisions, fixes and their law, lessons.

create table public.decisions (
  id bigint generated always as identity primary key,
  project_id bigint not null references public.projects (id) on delete cascade,
  issue_id bigint not null references public.detected_errors (id) on delete cascade,
  job_id bigint,
  verdict text not null,
  action text,
  target_key text,
  parameters jsonb,
  confidence double precision not null default 0,
  threshold double precision not null,
  explanation text not null,
  record jsonb not null,
  decided_by text not null default 'engine',
  created_at timestamptz not null default now(),
  constraint decisions_are_made_once_per_job unique (job_id),
  constraint decisions_verdict_is_known check (verdict in ('apply', 'review', 'observe')),
  constraint decisions_confidence_is_probability check (confidence between 0 and 1 and threshold between 0 and 1)
);
comment on table public.decisions is 'Append-only: what was known, which candidates there were, what was decided and why.';
comment on column public.decisions.record is 'The whole DecisionRecord of supabase/functions/_shared/decide/types.ts.';
revoke all on public.decisions from public, anon, authenticated;
grant select on public.decisions to authenticated;
grant select, insert on public.decisions to service_role;
alter table public.decisions enable row level security;
create policy "members see decisions" on public.decisions
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create index decisions_issue_id_idx on public.decisions (issue_id, created_at desc);
create index decisions_project_id_idx on public.decisions (project_id, created_at desc);
create trigger decisions_are_append_only before update or delete on public.decisions
  for each row when (pg_trigger_depth() = 0) execute function prunella.refuse_change();
create trigger decisions_are_never_emptied before truncate on public.decisions
  for each statement execute function prunella.refuse_change();

create table public.auto_fixes (
  id bigint generated always as identity primary key,
  project_id bigint not null references public.projects (id) on delete cascade,
  issue_id bigint not null references public.detected_errors (id) on delete cascade,
  decision_id bigint not null references public.decisions (id) on delete cascade,
  action text not null,
  target_key text not null,
  parameters jsonb not null,
  risk text not null,
  reversible boolean not null,
  informational boolean not null default false,
  automatic boolean not null,
  severity text not null,
  confidence double precision not null,
  state text not null default 'proposed',
  outcome text,
  reason text,
  approved_by text,
  approved_at timestamptz,
  dismissed_by text,
  before_state jsonb,
  apply_result jsonb,
  rollback_result jsonb,
  verification jsonb,
  apply_attempt_count integer not null default 0,
  applying_at timestamptz,
  applied_at timestamptz,
  verify_from timestamptz,
  verify_until timestamptz,
  finished_at timestamptz,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint auto_fixes_risk_is_known check (risk in ('safe', 'guarded', 'dangerous')),
  constraint auto_fixes_severity_is_known check (severity in ('critical', 'high', 'medium', 'low')),
  constraint auto_fixes_state_is_known check (state in (
    'proposed', 'in_review', 'approved', 'applying', 'verifying', 'succeeded',
    'rolling_back', 'rolled_back', 'failed', 'dismissed', 'expired'
  )),
  constraint auto_fixes_outcome_is_known
    check (outcome in ('succeeded', 'not_resolved', 'inconclusive', 'not_applied', 'informed', 'overridden')),
  constraint fix_applies_only_when_approved check (
    state not in ('approved', 'applying', 'verifying', 'succeeded', 'rolling_back', 'rolled_back')
    or (approved_at is not null and approved_by is not null)
  ),
  constraint fix_touches_nothing_before_its_state_is_captured check (
    state not in ('applying', 'verifying', 'succeeded', 'rolling_back', 'rolled_back') or before_state is not null
  ),
  constraint fix_automatic_only_when_harmless check (
    not automatic or (risk <> 'dangerous' and reversible and severity <> 'critical')
    or (informational and risk <> 'dangerous')
  ),
  constraint fix_finished_has_outcome check (
    state not in ('succeeded', 'rolled_back', 'failed') or (outcome is not null and finished_at is not null)
  )
) with (fillfactor = 70);
comment on table public.auto_fixes is
  'One action applied to one issue. To approve or dismiss a proposal, set its state; the law of its life is enforced here.';
comment on column public.auto_fixes.automatic is 'No human approved it.';
comment on column public.auto_fixes.before_state is 'What the action captured before it touched anything: what a rollback restores.';

revoke all on public.auto_fixes from public, anon, authenticated;
grant select, update (state, reason) on public.auto_fixes to authenticated;
grant all on public.auto_fixes to service_role;
alter table public.auto_fixes enable row level security;
create policy "members see fixes" on public.auto_fixes
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create policy "operators review fixes" on public.auto_fixes
  for update to authenticated
  using (project_id in (select prunella.projects_as('operator')))
  with check (project_id in (select prunella.projects_as('operator')));
create unique index auto_fixes_one_active_per_target_idx on public.auto_fixes (project_id, target_key)
  where state in ('applying', 'verifying', 'rolling_back') and not informational;
create index auto_fixes_issue_id_idx on public.auto_fixes (issue_id, created_at desc);
create index auto_fixes_decision_id_idx on public.auto_fixes (decision_id);
create index auto_fixes_recent_idx on public.auto_fixes (project_id, created_at desc);
create index auto_fixes_target_idx on public.auto_fixes (project_id, target_key, applied_at desc);
create index auto_fixes_finished_idx on public.auto_fixes (finished_at) where finished_at is not null;
create index auto_fixes_open_idx on public.auto_fixes (state, expires_at)
  where state not in ('succeeded', 'rolled_back', 'failed', 'dismissed', 'expired');

create function prunella.enforce_fix_life() returns trigger
language plpgsql security invoker set search_path = ''
as $$
declare
  v_person boolean := current_user = 'authenticated';
  v_legal text[];
begin
  if tg_op = 'INSERT' then
    if new.state not in ('proposed', 'in_review', 'approved') then
      raise exception 'a fix begins as proposed, in_review or approved, not as %', new.state using errcode = 'check_violation';
    end if;
    return new;
  end if;

  new.updated_at := now();
  if (new.project_id, new.issue_id, new.decision_id, new.action, new.target_key, new.parameters, new.risk, new.reversible,
      new.informational, new.severity, new.confidence)
     is distinct from
     (old.project_id, old.issue_id, old.decision_id, old.action, old.target_key, old.parameters, old.risk, old.reversible,
      old.informational, old.severity, old.confidence)
     or (new.automatic and not old.automatic) then
    raise exception 'what a fix does cannot be changed after it was decided'
      using errcode = 'check_violation', hint = 'Dismiss it and decide again.';
  end if;
  if new.state = old.state then
    return new;
  end if;

  v_legal := case old.state
    when 'proposed' then array['in_review', 'approved', 'dismissed', 'expired']
    when 'in_review' then array['approved', 'dismissed', 'expired']
    when 'approved' then array['applying', 'dismissed', 'expired', 'failed']
    when 'applying' then array['verifying', 'rolling_back', 'failed']
    when 'verifying' then array['succeeded', 'rolling_back', 'failed']
    when 'rolling_back' then array['rolled_back', 'failed']
    -- Only a person may take back what had been verified: force rollback.
    when 'succeeded' then array['rolling_back']
    else array[]::text[]
  end;
  if not new.state = any (v_legal) then
    raise exception 'a fix that is % cannot become %', old.state, new.state
      using errcode = 'check_violation',
            hint = case when v_legal = '{}' then 'It has ended.' else 'It can become: ' || array_to_string(v_legal, ', ') || '.' end;
  end if;
  if v_person and (old.state, new.state) not in (
    ('proposed', 'approved'), ('proposed', 'dismissed'), ('in_review', 'approved'), ('in_review', 'dismissed'),
    ('approved', 'dismissed'), ('verifying', 'rolling_back'), ('succeeded', 'rolling_back')
  ) then
    raise exception 'people approve, dismiss and roll back; the engine does the rest' using errcode = 'insufficient_privilege';
  end if;
  if new.state = 'rolling_back' and not new.reversible and old.state <> 'applying' then
    raise exception 'the action % cannot be taken back', new.action using errcode = 'check_violation';
  end if;

  if new.state = 'approved' then
    -- Whoever sets the state by hand (API, Studio) is the approver; the engine approves only what it inserts.
    new.approved_at := now();
    new.approved_by := prunella.actor();
    new.automatic := false;
    new.expires_at := now() + interval '30 minutes';
  elsif new.state = 'dismissed' then
    new.dismissed_by := prunella.actor();
    new.finished_at := now();
  elsif new.state in ('expired', 'succeeded', 'rolled_back', 'failed') then
    new.finished_at := coalesce(new.finished_at, now());
  -- The engine always says why it takes back; whoever does not is a person, in Studio as well.
  elsif new.state = 'rolling_back' and (v_person or old.state = 'succeeded' or new.outcome is null) then
    new.outcome := 'overridden';
    new.finished_at := null;
  end if;
  return new;
end
$$;
comment on function prunella.enforce_fix_life() is 'Row trigger: the life of a fix as law. Everything that is not allowed here is refused.';
revoke execute on function prunella.enforce_fix_life() from public;
create trigger auto_fixes_life before insert or update on public.auto_fixes
  for each row execute function prunella.enforce_fix_life();

-- Work that follows from a state is queued in the same transaction, whoever changed it and by whatever door.
create function prunella.queue_fix_work() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if new.state = 'approved' then
    perform prunella.enqueue('apply', new.project_id, new.issue_id, new.id, now(), '{}', 1::smallint);
  elsif new.state = 'verifying' then
    perform prunella.enqueue('verify', new.project_id, new.issue_id, new.id, coalesce(new.verify_from, now()), '{}', 2::smallint);
  elsif new.state = 'rolling_back' then
    perform prunella.enqueue('roll_back', new.project_id, new.issue_id, new.id, now(), '{}', 1::smallint);
  elsif new.state in ('succeeded', 'rolled_back', 'failed', 'dismissed') then
    perform prunella.enqueue('learn', new.project_id, new.issue_id, new.id, now(), '{}', 6::smallint);
  elsif new.state = 'expired' and old.state = 'approved' then
    -- Approved, and then the gate did not open: the issue is still there and needs another decision.
    perform prunella.enqueue('diagnose', new.project_id, new.issue_id, null, now(), '{}', 6::smallint);
  end if;
  return null;
end
$$;
revoke execute on function prunella.queue_fix_work() from public;
create trigger auto_fixes_queue_on_insert after insert on public.auto_fixes
  for each row when (new.state = 'approved') execute function prunella.queue_fix_work();
create trigger auto_fixes_queue_on_change after update of state on public.auto_fixes
  for each row when (old.state is distinct from new.state) execute function prunella.queue_fix_work();

alter table public.jobs add constraint jobs_fix_id_fkey
  foreign key (fix_id) references public.auto_fixes (id) on delete cascade;

create table public.lessons (
  id bigint generated always as identity primary key,
  project_id bigint not null references public.projects (id) on delete cascade,
  fix_id bigint not null references public.auto_fixes (id) on delete cascade,
  outcome text not null,
  confidence double precision not null,
  counts_for_calibration boolean not null,
  success boolean,
  explanation text not null,
  record jsonb not null,
  created_at timestamptz not null default now(),
  constraint lessons_are_learnt_once unique (fix_id, outcome)
);
comment on table public.lessons is 'What each outcome changed. Append-only.';
revoke all on public.lessons from public, anon, authenticated;
grant select on public.lessons to authenticated;
grant select, insert on public.lessons to service_role;
alter table public.lessons enable row level security;
create policy "members see lessons" on public.lessons
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create index lessons_project_id_idx on public.lessons (project_id, created_at desc);
create index lessons_calibration_idx on public.lessons (created_at desc) where counts_for_calibration;
create trigger lessons_are_append_only before update or delete on public.lessons
  for each row when (pg_trigger_depth() = 0) execute function prunella.refuse_change();
create trigger lessons_are_never_emptied before truncate on public.lessons
  for each statement execute function prunella.refuse_change();
