-- Blame: what it remembers, what it says; and what follows from that.

create function public.load_blame(p_project_id bigint) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object('state', b.state, 'version', b.version, 'observed_at', b.observed_at)
  from public.blame_states as b where b.project_id = p_project_id
$$;
comment on function public.load_blame(bigint) is 'The state of blame of a project; null before its first look.';

create function public.save_blame(
  p_project_id bigint, p_state jsonb, p_expected_version bigint, p_now timestamptz default now()
) returns boolean
language plpgsql security invoker set search_path = ''
as $$
begin
  if p_expected_version = 0 then
    insert into public.blame_states (project_id, state, observed_at) values (p_project_id, p_state, p_now)
    on conflict (project_id) do nothing;
  else
    update public.blame_states set state = p_state, version = version + 1, observed_at = p_now
    where project_id = p_project_id and version = p_expected_version;
  end if;
  return found;
end
$$;
comment on function public.save_blame(bigint, jsonb, bigint, timestamptz) is
  'Compare-and-set of the state of blame (version 0: there is none yet); false when another look was quicker.';

create function public.save_correlations(
  p_project_id bigint, p_rows jsonb, p_now timestamptz default now(), p_queue boolean default true
) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  v_blamed bigint[];
begin
  with given as (
    select r.subject, substring(r.subject from '^issue:(\d+)$')::bigint as issue_id, r.episode_at, r.candidate,
      substring(r.candidate from '^deployment:(\d+)$')::bigint as deployment_id, r.probability, r.verdict, coalesce(r.rollback, false) as rollback,
      coalesce(r.factors, '[]') as factors, r.e_value, r.onset_at
    from jsonb_populate_recordset(null::public.deployment_error_correlations, p_rows) as r
  ),
  before as (
    select c.subject, c.episode_at, c.candidate from public.deployment_error_correlations as c
    join given as g using (subject, episode_at, candidate)
    where c.project_id = p_project_id and c.verdict = 'blame' and c.rollback >= g.rollback
  ),
  -- A candidate that is no longer worth a row must not keep its old probability.
  dropped as (
    delete from public.deployment_error_correlations as c
    using (select distinct subject, episode_at from given) as g
    where c.project_id = p_project_id and c.subject = g.subject and c.episode_at = g.episode_at
      and not exists (select from given where given.subject = c.subject and given.episode_at = c.episode_at and given.candidate = c.candidate)
  ),
  saved as (
    insert into public.deployment_error_correlations as c (
      project_id, subject, issue_id, episode_at, candidate, deployment_id, probability, verdict, rollback, factors, e_value, onset_at, decided_at
    )
    select p_project_id, g.subject, g.issue_id, g.episode_at, g.candidate, g.deployment_id, g.probability, g.verdict, g.rollback, g.factors,
      g.e_value, g.onset_at, p_now
    from given as g
    where (g.issue_id is null or exists (select from public.detected_errors as e where e.id = g.issue_id and e.project_id = p_project_id))
      and (g.deployment_id is null or exists (select from public.deployment_logs as d where d.id = g.deployment_id and d.project_id = p_project_id))
    on conflict (project_id, subject, episode_at, candidate) do update set
      probability = excluded.probability, verdict = excluded.verdict, rollback = excluded.rollback, factors = excluded.factors,
      e_value = excluded.e_value, onset_at = excluded.onset_at, decided_at = excluded.decided_at
    returning c.subject, c.episode_at, c.candidate, c.issue_id, c.verdict
  )
  select array_agg(distinct s.issue_id) into v_blamed
  from saved as s
  where s.verdict = 'blame' and s.issue_id is not null and not exists (
    select from before as b where b.subject = s.subject and b.episode_at = s.episode_at and b.candidate = s.candidate
  );
  -- Who is blamed for the first time, or is now sure enough to be taken back, is looked at by the engine at once.
  perform prunella.enqueue('diagnose', p_project_id, i.id, null, p_now)
  from public.detected_errors as i
  where p_queue and i.id = any (v_blamed) and i.status not in ('resolved', 'ignored', 'archived');
  return jsonb_build_object('blamed_issues', coalesce(to_jsonb(v_blamed), '[]'));
end
$$;
comment on function public.save_correlations(bigint, jsonb, timestamptz, boolean) is
  'Writes how probable each candidate is for each rise. With p_queue an issue whose cause is newly known is diagnosed at once.';

create function public.raise_rate_issue(p_project_id bigint, p_deployment_id bigint, p_episode_at timestamptz, p_now timestamptz default now())
returns boolean
language plpgsql security invoker set search_path = ''
as $$
declare
  v_deployment public.deployment_logs;
begin
  select * into v_deployment from public.deployment_logs where id = p_deployment_id and project_id = p_project_id;
  if not found then
    return false;
  end if;
  return prunella.record_events(jsonb_build_array(jsonb_set(
    prunella.deployment_event(
      v_deployment, 'rate', format('Requests of %s fail more often since %s', v_deployment.service, coalesce(v_deployment.release, v_deployment.external_id)),
      p_now
    ),
    '{event_id}', to_jsonb(md5(concat_ws(chr(31), 'rate', p_deployment_id, p_episode_at))::uuid)
  )), p_now) > 0;
end
$$;
comment on function public.raise_rate_issue(bigint, bigint, timestamptz, timestamptz) is
  'Failures that nobody reported as errors, caused by a deployment: people get an issue about it, once per rise. False when they have it.';

create function public.deployment_suspects(p_issue_id bigint, p_now timestamptz default now()) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'lines', public.deployment_lines(i.project_id, p_now),
    'verdicts', coalesce((
      select jsonb_agg(jsonb_build_object(
        'candidate', c.candidate, 'probability', c.probability, 'verdict', c.verdict, 'rollback', c.rollback, 'factors', c.factors,
        'episode_at', c.episode_at, 'decided_at', c.decided_at
      ) order by c.probability desc)
      from public.deployment_error_correlations as c
      -- Rows without an e-value are what diagnosis itself had said.
      where c.issue_id = i.id and c.e_value is not null and c.decided_at > p_now - interval '30 minutes' and c.episode_at = (
        select max(l.episode_at) from public.deployment_error_correlations as l where l.issue_id = i.id and l.e_value is not null
      )
    ), '[]'),
    -- Around the onset: later, a release that has all the traffic has all the errors too, whoever is to blame.
    'releases', coalesce((
      select jsonb_object_agg(m.release, m.count) from (
        select m.release, sum(m.event_count) as count from public.error_minutes as m
        where m.issue_id = i.id and m.minute_at >= o.from_at and m.minute_at <= o.until_at group by m.release
      ) as m
    ), '{}'),
    'traffic', coalesce((
      select jsonb_object_agg(m.release, m.count) from (
        select m.release, sum(m.request_count) as count from public.traffic_minutes as m
        where m.project_id = i.project_id and m.minute_at >= o.from_at and m.minute_at <= o.until_at group by m.release
      ) as m
    ), '{}')
  )
  from public.detected_errors as i
  cross join lateral (
    select date_trunc('minute', i.episode_started_at) - interval '1 minute' as from_at, i.episode_started_at + interval '2 minutes' as until_at
  ) as o
  where i.id = p_issue_id
$$;
comment on function public.deployment_suspects(bigint, timestamptz) is
  'What diagnosis needs to know of deployments: the lines they belong to, what blame says, and which releases the issue''s events come from.';

revoke execute on function public.load_blame(bigint),
  public.save_blame(bigint, jsonb, bigint, timestamptz), public.save_correlations(bigint, jsonb, timestamptz, boolean),
  public.raise_rate_issue(bigint, bigint, timestamptz, timestamptz), public.deployment_suspects(bigint, timestamptz)
from public, anon, authenticated;
grant execute on function public.load_blame(bigint),
  public.save_blame(bigint, jsonb, bigint, timestamptz), public.save_correlations(bigint, jsonb, timestamptz, boolean),
  public.raise_rate_issue(bigint, bigint, timestamptz, timestamptz), public.deployment_suspects(bigint, timestamptz) to service_role;
