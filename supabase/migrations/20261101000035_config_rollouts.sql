-- Values of applications that are put into force for a share of their instances first.

create table public.config_rollouts (
  id bigint generated always as identity primary key,
  project_id bigint not null references public.projects (id) on delete cascade,
  key text not null,
  version integer not null,
  previous_version integer,
  stages double precision[] not null,
  share double precision not null,
  status text not null default 'active',
  steps jsonb not null default '[]',
  started_by text not null default prunella.actor(),
  started_at timestamptz not null default now(),
  stage_started_at timestamptz not null default now(),
  ended_at timestamptz,
  constraint config_rollouts_version_is_unique unique (project_id, key, version),
  constraint config_rollouts_are_of_applications check (key like 'app.%'),
  constraint config_rollouts_status_is_known check (status in ('active', 'completed', 'ended')),
  constraint config_rollouts_share_is_one check (share > 0 and share <= 1),
  constraint config_rollouts_share_is_a_stage check (share = any (stages)),
  constraint config_rollouts_end_at_everybody check (cardinality(stages) between 1 and 20 and stages[cardinality(stages)] = 1),
  constraint config_rollouts_active_is_partial check (status <> 'active' or share < 1)
) with (fillfactor = 70);
comment on table public.config_rollouts is
  'A version of a value that is in force for a share of the instances; the others have the version before. Ended: a newer version was written.';
comment on column public.config_rollouts.stages is 'Shares in the order in which they come, the last one is 1.';
comment on column public.config_rollouts.steps is 'What share it had when, [{ at, share }].';
revoke all on public.config_rollouts from public, anon, authenticated;
grant select, insert (project_id, key, version, previous_version, stages, share), update (share) on public.config_rollouts to authenticated;
grant all on public.config_rollouts to service_role;
alter table public.config_rollouts enable row level security;
create policy "members see gradual changes" on public.config_rollouts
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create policy "operators begin gradual changes" on public.config_rollouts
  for insert to authenticated with check (project_id in (select prunella.projects_as('operator')));
create policy "operators widen gradual changes" on public.config_rollouts
  for update to authenticated using (project_id in (select prunella.projects_as('operator')))
  with check (project_id in (select prunella.projects_as('operator')));
create unique index config_rollouts_one_active_per_key_idx on public.config_rollouts (project_id, key) where status = 'active';
create index config_rollouts_recent_idx on public.config_rollouts (project_id, started_at desc);

create function prunella.step_config_rollout() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    if new.version < (
      select max(c.version) from public.system_config as c where c.project_id = new.project_id and c.key = new.key
    ) or (new.previous_version is not null and not exists (
      select from public.system_config as c
      where c.project_id = new.project_id and c.key = new.key and c.version = new.previous_version
    )) then
      raise exception 'version % of % is not the one that is in force', new.version, new.key using errcode = 'serialization_failure';
    end if;
    new.steps := jsonb_build_array(jsonb_build_object('at', new.started_at, 'share', new.share));
    return new;
  end if;
  if old.status <> 'active' or new.share <= old.share then
    raise exception 'the share of a gradual change only grows, while it is going on' using errcode = 'serialization_failure',
      hint = 'To take it back, revert the key.';
  end if;
  new.stage_started_at := now();
  new.steps := old.steps || jsonb_build_object('at', new.stage_started_at, 'share', new.share);
  if new.share = 1 then
    new.status := 'completed';
    new.ended_at := new.stage_started_at;
  end if;
  return new;
end
$$;
comment on function prunella.step_config_rollout() is 'Row trigger: notes the steps of a gradual change, and refuses to go back or to go on after its end.';
revoke execute on function prunella.step_config_rollout() from public;
create trigger config_rollouts_first_step before insert on public.config_rollouts
  for each row execute function prunella.step_config_rollout();
create trigger config_rollouts_step before update of share on public.config_rollouts
  for each row execute function prunella.step_config_rollout();

create function prunella.end_config_rollout() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.config_rollouts set status = 'ended', ended_at = now()
  where project_id = new.project_id and key = new.key and status = 'active' and version < new.version;
  return null;
end
$$;
comment on function prunella.end_config_rollout() is 'Row trigger: a newer version of a value, a revert for one, ends its gradual change.';
revoke execute on function prunella.end_config_rollout() from public;
create trigger system_config_ends_rollout after insert on public.system_config
  for each row when (new.project_id is not null) execute function prunella.end_config_rollout();

create function prunella.turn_on_config_rollout() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform prunella.write_turning_point(
    new.project_id, 'config_rollout_' || new.status,
    case new.status
      when 'active' then format('%s, version %s, is in force for %s %% of the instances', new.key, new.version, round((new.share * 100)::numeric, 1))
      when 'completed' then format('%s, version %s, is in force everywhere', new.key, new.version)
      else format('The gradual change of %s to version %s has ended', new.key, new.version)
    end,
    jsonb_build_object('key', new.key, 'version', new.version, 'share', new.share)
  );
  return null;
end
$$;
revoke execute on function prunella.turn_on_config_rollout() from public;
create trigger config_rollouts_turn after insert or update of share, status on public.config_rollouts
  for each row execute function prunella.turn_on_config_rollout();

create function public.start_config_rollout(
  p_project_id bigint, p_key text, p_value jsonb, p_expected_version integer, p_stages double precision[], p_reason text default null
) returns public.config_rollouts
language plpgsql security invoker set search_path = ''
as $$
declare
  v_entry public.system_config;
  v_row public.config_rollouts;
begin
  if exists (select from public.config_rollouts where project_id = p_project_id and key = p_key and status = 'active') then
    raise exception 'a gradual change of % is going on', p_key using errcode = 'serialization_failure',
      hint = 'Let it go on to its end, or revert the key.';
  end if;
  v_entry := public.change_config(p_project_id, p_key, p_value, p_reason, p_expected_version);
  insert into public.config_rollouts (project_id, key, version, previous_version, stages, share)
  values (p_project_id, p_key, v_entry.version, nullif(v_entry.version - 1, 0), p_stages, p_stages[1])
  returning * into v_row;
  return v_row;
end
$$;
comment on function public.start_config_rollout(bigint, text, jsonb, integer, double precision[], text) is
  'Writes a new version that is in force for the share of the first stage only. Fails (40001) when the key was changed meanwhile or is being rolled out.';

create function public.advance_config_rollout(p_project_id bigint, p_key text, p_version integer, p_share double precision)
returns public.config_rollouts
language plpgsql security invoker set search_path = ''
as $$
declare
  v_row public.config_rollouts;
begin
  update public.config_rollouts set share = (select min(s) from unnest(stages) as s where s > share)
  where project_id = p_project_id and key = p_key and version = p_version and status = 'active' and share = p_share
  returning * into v_row;
  if not found then
    raise exception 'version % of % is not being rolled out to this share', p_version, p_key using errcode = 'serialization_failure';
  end if;
  return v_row;
end
$$;
comment on function public.advance_config_rollout(bigint, text, integer, double precision) is
  'The next stage of a gradual change that has the share p_share now; the last one puts it into force everywhere. Fails (40001) when it has another.';

create function public.config_in_force(p_project_id bigint) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'entries', coalesce((
      select jsonb_agg(jsonb_build_object('key', c.key, 'version', c.version, 'value', c.value) order by c.key)
      from public.current_config as c where c.project_id = p_project_id and c.key like 'app.%'
    ), '[]'),
    'rollouts', coalesce((
      select jsonb_agg(jsonb_build_object(
        'id', r.id, 'key', r.key, 'version', r.version, 'share', r.share, 'previous_version', r.previous_version, 'previous_value', p.value
      ) order by r.id)
      from public.config_rollouts as r
      left join public.system_config as p on p.project_id = r.project_id and p.key = r.key and p.version = r.previous_version
      where r.project_id = p_project_id and r.status = 'active'
    ), '[]')
  )
$$;
comment on function public.config_in_force(bigint) is
  'What an application reads: current values, and those that are in force for a share of the instances, with the value that the others have.';

revoke execute on function public.start_config_rollout(bigint, text, jsonb, integer, double precision[], text),
  public.advance_config_rollout(bigint, text, integer, double precision), public.config_in_force(bigint) from public, anon, authenticated;
grant execute on function public.start_config_rollout(bigint, text, jsonb, integer, double precision[], text),
  public.advance_config_rollout(bigint, text, integer, double precision) to authenticated, service_role;
grant execute on function public.config_in_force(bigint) to service_role;
