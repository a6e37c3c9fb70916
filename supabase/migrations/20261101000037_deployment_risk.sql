-- What became of deployments, and what was learnt from it for the risk of the next.

create table public.deployment_outcomes (
  deployment_id bigint primary key references public.deployment_logs (id) on delete cascade,
  project_id bigint not null references public.projects (id) on delete cascade,
  failed boolean not null,
  reason text not null,
  risk double precision,
  features jsonb not null,
  decided_at timestamptz not null,
  constraint deployment_outcomes_reason_is_known check (reason in ('rolled_back', 'blamed', 'unhealthy', 'healthy')),
  constraint deployment_outcomes_reason_fits check (failed = (reason <> 'healthy')),
  constraint deployment_outcomes_risk_is_probability check (risk between 0 and 1)
);
comment on table public.deployment_outcomes is
  'What became of a deployment, beside the risk that was stated before it went out. The model of risk has learnt from each of these once.';
revoke all on public.deployment_outcomes from public, anon, authenticated;
grant select on public.deployment_outcomes to authenticated;
grant all on public.deployment_outcomes to service_role;
alter table public.deployment_outcomes enable row level security;
create policy "members see what became of deployments" on public.deployment_outcomes
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create index deployment_outcomes_project_idx on public.deployment_outcomes (project_id, decided_at desc);

create table public.risk_models (
  project_id bigint primary key references public.projects (id) on delete cascade,
  model jsonb not null,
  effective jsonb not null,
  outcome_count integer not null,
  version bigint not null default 1,
  updated_at timestamptz not null
) with (fillfactor = 50);
comment on table public.risk_models is 'What a project''s outcomes have taught of the risk of its deployments. Changed by compare-and-set on version.';
comment on column public.risk_models.model is 'Learnt from the project''s outcomes alone, its part of the pool: mean and variance of each weight, in log-odds.';
comment on column public.risk_models.effective is 'What deployments are judged by: the project''s outcomes on top of what all other projects had shown at the last lesson.';
revoke all on public.risk_models from public, anon, authenticated;
grant select on public.risk_models to authenticated;
grant all on public.risk_models to service_role;
alter table public.risk_models enable row level security;
create policy "members see their model of risk" on public.risk_models
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));

create table public.risk_pool (
  name text primary key default 'all',
  evidence jsonb not null,
  version bigint not null default 1,
  updated_at timestamptz not null
);
comment on table public.risk_pool is
  'What the outcomes of all projects say of each weight, as sums: nothing in it names a project, an author or a file.';
revoke all on public.risk_pool from public, anon, authenticated;
grant all on public.risk_pool to service_role;
alter table public.risk_pool enable row level security;
create policy "service keeps the pool of risk" on public.risk_pool for select to service_role using (true);

create function public.risk_state(p_project_id bigint) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'model', m.model, 'effective', m.effective, 'version', coalesce(m.version, 0), 'pool', p.evidence, 'pool_version', coalesce(p.version, 0)
  )
  from (select 1) as always
  left join public.risk_models as m on m.project_id = p_project_id
  left join public.risk_pool as p on p.name = 'all'
$$;
comment on function public.risk_state(bigint) is 'What the project and all projects together have learnt of the risk of deployments; versions are 0 before the first outcome.';

create function public.deployment_outcomes_due(p_project_id bigint, p_now timestamptz default now()) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'id', f.id, 'failed', f.reason <> 'healthy', 'reason', f.reason, 'features', f.risk_features
  ) order by f.promoted_at, f.id), '[]')
  from (
    select d.id, d.promoted_at, d.risk_features, case
      when d.rolled_back_at is not null then 'rolled_back'
      -- Blame changes its mind within minutes, seldom later.
      when exists (
        select from public.deployment_error_correlations as c
        where c.deployment_id = d.id and c.verdict = 'blame' and c.e_value is not null and c.episode_at < p_now - interval '15 minutes'
      ) then 'blamed'
      -- Some faults show only after hours: whoever did well for a day, or until he was replaced and for the rest of the day, did well.
      when d.promoted_at > p_now - interval '24 hours' then null
      when d.health_score < 60 then 'unhealthy'
      when d.health_score is not null then 'healthy'
    end as reason
    from public.deployment_logs as d
    where d.project_id = p_project_id and d.promoted_at > p_now - interval '30 days' and d.risk_features is not null
      and d.environment ~* '^(production|prod|live)?$'
      and not exists (select from public.deployment_outcomes as o where o.deployment_id = d.id)
    order by d.promoted_at limit 500
  ) as f
  where f.reason is not null
$$;
comment on function public.deployment_outcomes_due(bigint, timestamptz) is
  'Deployments whose fate is known by now and that nothing was learnt from. Of one that served too little to say how it did, nothing is ever learnt.';

create function public.deployment_outcomes_past(p_project_id bigint) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('failed', o.failed, 'features', o.features) order by o.decided_at, o.deployment_id), '[]')
  from (
    select * from public.deployment_outcomes where project_id = p_project_id order by decided_at desc, deployment_id desc limit 500
  ) as o
$$;
comment on function public.deployment_outcomes_past(bigint) is 'The latest 500 outcomes that were learnt from, oldest first.';

create function public.save_risk_learning(
  p_project_id bigint, p_outcomes jsonb, p_model jsonb, p_effective jsonb, p_expected_version bigint, p_pool jsonb,
  p_expected_pool_version bigint, p_now timestamptz default now()
) returns boolean
language plpgsql security invoker set search_path = ''
as $$
begin
  -- One lesson at a time: below, everything that is read here is still so.
  perform pg_advisory_xact_lock(hashtextextended('prunella.risk_pool', 0));
  if coalesce((select version from public.risk_models where project_id = p_project_id), 0) <> p_expected_version
     or coalesce((select version from public.risk_pool where name = 'all'), 0) <> p_expected_pool_version
     or exists (
       select from public.deployment_outcomes as o
       join jsonb_to_recordset(p_outcomes) as g (id bigint) on g.id = o.deployment_id
     ) then
    return false;
  end if;
  insert into public.deployment_outcomes (deployment_id, project_id, failed, reason, risk, features, decided_at)
  select d.id, d.project_id, g.failed, g.reason, d.risk, d.risk_features, p_now
  from jsonb_to_recordset(p_outcomes) as g (id bigint, failed boolean, reason text)
  join public.deployment_logs as d on d.id = g.id and d.project_id = p_project_id;
  insert into public.risk_models as m (project_id, model, effective, outcome_count, updated_at)
  values (p_project_id, p_model, p_effective, (p_model ->> 'outcomes')::integer, p_now)
  on conflict (project_id) do update set
    model = excluded.model, effective = excluded.effective, outcome_count = excluded.outcome_count, version = m.version + 1,
    updated_at = excluded.updated_at;
  insert into public.risk_pool as p (evidence, updated_at) values (p_pool, p_now)
  on conflict (name) do update set evidence = excluded.evidence, version = p.version + 1, updated_at = excluded.updated_at;
  return true;
end
$$;
comment on function public.save_risk_learning(bigint, jsonb, jsonb, jsonb, bigint, jsonb, bigint, timestamptz) is
  'Writes outcomes and what they taught, in one step; false, and nothing is written, when another lesson was quicker or one of them has taught before.';

revoke execute on function public.risk_state(bigint), public.deployment_outcomes_due(bigint, timestamptz), public.deployment_outcomes_past(bigint),
  public.save_risk_learning(bigint, jsonb, jsonb, jsonb, bigint, jsonb, bigint, timestamptz) from public, anon, authenticated;
grant execute on function public.risk_state(bigint), public.deployment_outcomes_due(bigint, timestamptz), public.deployment_outcomes_past(bigint),
  public.save_risk_learning(bigint, jsonb, jsonb, jsonb, bigint, jsonb, bigint, timestamptz) to service_role;
