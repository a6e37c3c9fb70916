-- The audit log: append-only, hash-chained per project, written by triggers so that no door goes around it.

create table public.turning_points (
  id bigint generated always as identity primary key,
  project_id bigint not null references public.projects (id) on delete cascade,
  sequence bigint not null,
  kind text not null,
  actor text not null,
  summary text not null,
  issue_id bigint,
  decision_id bigint,
  fix_id bigint,
  data jsonb not null default '{}',
  happened_at timestamptz not null,
  previous_hash text not null,
  hash text not null,
  constraint turning_points_sequence_is_unique unique (project_id, sequence)
);
comment on table public.turning_points is
  'What changed, who changed it and why. Each row carries the hash of the one before: verify_turning_points() finds any that was altered.';
revoke all on public.turning_points from public, anon, authenticated;
grant select on public.turning_points to authenticated;
grant select on public.turning_points to service_role;
alter table public.turning_points enable row level security;
create policy "members see turning points" on public.turning_points
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create index turning_points_issue_id_idx on public.turning_points (issue_id, id) where issue_id is not null;
create trigger turning_points_are_append_only before update or delete on public.turning_points
  for each row when (pg_trigger_depth() = 0) execute function prunella.refuse_change();
create trigger turning_points_are_never_emptied before truncate on public.turning_points
  for each statement execute function prunella.refuse_change();

create function prunella.turning_point_hash(
  p_previous text, p_project_id bigint, p_sequence bigint, p_kind text, p_actor text, p_summary text,
  p_issue_id bigint, p_decision_id bigint, p_fix_id bigint, p_data jsonb, p_happened_at timestamptz
) returns text
language sql immutable security invoker set search_path = ''
as $$
  select encode(sha256(convert_to(
    jsonb_build_array(
      p_previous, p_project_id, p_sequence, p_kind, p_actor, p_summary, p_issue_id, p_decision_id, p_fix_id, p_data,
      extract(epoch from p_happened_at)
    )::text, 'UTF8')), 'hex')
$$;
comment on function prunella.turning_point_hash(text, bigint, bigint, text, text, text, bigint, bigint, bigint, jsonb, timestamptz) is
  'SHA-256 over the row and the hash before it. jsonb prints in one canonical way.';

create function prunella.write_turning_point(
  p_project_id bigint, p_kind text, p_summary text, p_data jsonb default '{}', p_issue_id bigint default null,
  p_decision_id bigint default null, p_fix_id bigint default null, p_actor text default null
) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  v_sequence bigint;
  v_previous text;
  v_actor text := coalesce(p_actor, prunella.actor());
  v_now timestamptz := clock_timestamp();
begin
  -- A project that goes takes its log along, even when something was changed in the same transaction.
  if not exists (select from public.projects where id = p_project_id) then
    return;
  end if;
  -- The chain has one end, so its writers queue. Callers are deferred triggers: they hold every other lock already.
  perform pg_advisory_xact_lock(hashtextextended('turning_points:' || p_project_id, 0));
  select t.sequence, t.hash into v_sequence, v_previous
  from public.turning_points as t where t.project_id = p_project_id order by t.sequence desc limit 1;
  v_sequence := coalesce(v_sequence, 0) + 1;
  v_previous := coalesce(v_previous, repeat('0', 64));
  insert into public.turning_points (
    project_id, sequence, kind, actor, summary, issue_id, decision_id, fix_id, data, happened_at, previous_hash, hash
  ) values (
    p_project_id, v_sequence, p_kind, v_actor, p_summary, p_issue_id, p_decision_id, p_fix_id, p_data, v_now, v_previous,
    prunella.turning_point_hash(
      v_previous, p_project_id, v_sequence, p_kind, v_actor, p_summary, p_issue_id, p_decision_id, p_fix_id, p_data, v_now
    )
  );
end
$$;
revoke execute on function prunella.turning_point_hash(text, bigint, bigint, text, text, text, bigint, bigint, bigint, jsonb, timestamptz),
  prunella.write_turning_point(bigint, text, text, jsonb, bigint, bigint, bigint, text) from public;
-- A view of the chain's truth needs the hash function.
grant execute on function prunella.turning_point_hash(text, bigint, bigint, text, text, text, bigint, bigint, bigint, jsonb, timestamptz)
  to authenticated, service_role;

create function public.verify_turning_points(p_project_id bigint) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  with chain as (
    select t.id, t.sequence,
      t.hash = prunella.turning_point_hash(
        t.previous_hash, t.project_id, t.sequence, t.kind, t.actor, t.summary, t.issue_id, t.decision_id, t.fix_id, t.data, t.happened_at
      )
      and t.previous_hash = coalesce(lag(t.hash) over (order by t.sequence), repeat('0', 64))
      and t.sequence = row_number() over (order by t.sequence) as is_intact
    from public.turning_points as t where t.project_id = p_project_id
  )
  select jsonb_build_object(
    'valid', coalesce(bool_and(is_intact), true),
    'checked_count', count(*),
    'first_broken_id', min(id) filter (where not is_intact)
  ) from chain
$$;
comment on function public.verify_turning_points(bigint) is 'Recomputes the chain of a project: { valid, checked_count, first_broken_id }.';
revoke execute on function public.verify_turning_points(bigint) from public, anon;
grant execute on function public.verify_turning_points(bigint) to authenticated, service_role;

create function prunella.turn_on_issue() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    perform prunella.write_turning_point(
      new.project_id, 'issue_found', 'New issue: ' || new.title,
      jsonb_build_object('fingerprint', new.fingerprint, 'type', new.type, 'release', new.first_release), new.id
    );
  else
    perform prunella.write_turning_point(
      new.project_id, 'issue_' || new.status, 'Issue is ' || new.status || ' (was ' || old.status || '): ' || new.title,
      jsonb_build_object('from', old.status, 'to', new.status), new.id
    );
  end if;
  return null;
end
$$;
create function prunella.turn_on_decision() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform prunella.write_turning_point(
    new.project_id, 'decision_' || new.verdict, new.explanation,
    jsonb_build_object('action', new.action, 'target', new.target_key, 'confidence', new.confidence, 'threshold', new.threshold),
    new.issue_id, new.id, null, new.decided_by
  );
  return null;
end
$$;
create function prunella.turn_on_fix() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform prunella.write_turning_point(
    new.project_id, 'fix_' || new.state,
    new.action || ' on ' || new.target_key || ' is ' || new.state || coalesce(': ' || new.reason, ''),
    jsonb_build_object(
      'action', new.action, 'target', new.target_key, 'from', case when tg_op = 'UPDATE' then old.state end,
      'outcome', new.outcome, 'automatic', new.automatic, 'approved_by', new.approved_by
    ),
    new.issue_id, new.decision_id, new.id
  );
  return null;
end
$$;
create function prunella.turn_on_config() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform prunella.write_turning_point(
    new.project_id, 'configuration_changed',
    new.key || ' is now version ' || new.version || coalesce(': ' || new.reason, ''),
    jsonb_build_object('key', new.key, 'version', new.version, 'reverts_version', new.reverts_version), null, null, null, new.changed_by
  );
  return null;
end
$$;
-- The reason that a caller gave for a change of the project's settings travels with the transaction to here.
create function prunella.turn_on_project() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform prunella.write_turning_point(
    new.id, 'project_changed',
    'The project''s settings were changed' || coalesce(': ' || nullif(current_setting('prunella.reason', true), ''), ''),
    jsonb_build_object(
      'mode', new.mode, 'healing_enabled', new.healing_enabled, 'dry_run', new.dry_run,
      'before', jsonb_build_object('mode', old.mode, 'healing_enabled', old.healing_enabled, 'dry_run', old.dry_run)
    )
  );
  return null;
end
$$;
create function prunella.turn_on_lesson() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform prunella.write_turning_point(
    new.project_id, 'lesson_learnt', new.explanation,
    jsonb_build_object('outcome', new.outcome, 'confidence', new.confidence),
    (select f.issue_id from public.auto_fixes as f where f.id = new.fix_id), null, new.fix_id
  );
  return null;
end
$$;
revoke execute on function prunella.turn_on_issue(), prunella.turn_on_decision(), prunella.turn_on_fix(), prunella.turn_on_config(),
  prunella.turn_on_project(), prunella.turn_on_lesson() from public;

-- Deferred: they run at commit, after every row lock was taken, so the chain's lock can be part of no deadlock.
create constraint trigger detected_errors_turn_new after insert on public.detected_errors
  deferrable initially deferred for each row execute function prunella.turn_on_issue();
create constraint trigger detected_errors_turn_status after update of status on public.detected_errors
  deferrable initially deferred for each row when (old.status is distinct from new.status)
  execute function prunella.turn_on_issue();
create constraint trigger decisions_turn after insert on public.decisions
  deferrable initially deferred for each row execute function prunella.turn_on_decision();
create constraint trigger auto_fixes_turn_new after insert on public.auto_fixes
  deferrable initially deferred for each row execute function prunella.turn_on_fix();
create constraint trigger auto_fixes_turn_state after update of state on public.auto_fixes
  deferrable initially deferred for each row when (old.state is distinct from new.state)
  execute function prunella.turn_on_fix();
create constraint trigger system_config_turn after insert on public.system_config
  deferrable initially deferred for each row when (new.project_id is not null) execute function prunella.turn_on_config();
create constraint trigger projects_turn after update on public.projects
  deferrable initially deferred for each row
  when ((old.mode, old.healing_enabled, old.dry_run) is distinct from (new.mode, new.healing_enabled, new.dry_run))
  execute function prunella.turn_on_project();
create constraint trigger lessons_turn after insert on public.lessons
  deferrable initially deferred for each row execute function prunella.turn_on_lesson();
