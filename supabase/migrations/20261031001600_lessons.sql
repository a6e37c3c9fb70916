-- What is learnt from outcomes: records of actions, patterns, and the forecasts that calibration is judged by.

create function public.store_lesson(p_fix_id bigint, p_lesson jsonb, p_now timestamptz default now()) returns boolean
language plpgsql security invoker set search_path = ''
as $$
declare
  v_fix public.auto_fixes;
  v_update jsonb;
  v_count integer;
begin
  select * into v_fix from public.auto_fixes where id = p_fix_id;
  insert into public.lessons (project_id, fix_id, outcome, confidence, counts_for_calibration, success, explanation, record)
  values (
    v_fix.project_id, p_fix_id, p_lesson ->> 'outcome', coalesce((p_lesson -> 'forecast' ->> 'confidence')::double precision, v_fix.confidence),
    coalesce(p_lesson -> 'forecast' ? 'success', false), (p_lesson -> 'forecast' ->> 'success')::boolean, p_lesson ->> 'explanation', p_lesson
  )
  on conflict (fix_id, outcome) do nothing;
  if not found then
    return false;
  end if;

  for v_update in select u from jsonb_array_elements(p_lesson -> 'updates') as u order by u ->> 'cause_key', u ->> 'action', u ->> 'scope' loop
    insert into public.action_records as r (
      project_id, cause_key, action, success_weight, failure_weight, project_count, updated_at
    ) values (
      case when v_update ->> 'scope' = 'project' then v_fix.project_id end, v_update ->> 'cause_key', v_update ->> 'action',
      (v_update ->> 'successes')::double precision, (v_update ->> 'failures')::double precision,
      coalesce((v_update ->> 'projects')::integer, 1), (v_update ->> 'updated_at')::timestamptz
    )
    on conflict (project_id, cause_key, action) do update set
      success_weight = excluded.success_weight, failure_weight = excluded.failure_weight, project_count = excluded.project_count,
      updated_at = excluded.updated_at, version = r.version + 1
    where r.version = (v_update ->> 'expected_version')::integer;
    get diagnostics v_count = row_count;
    if v_count = 0 then
      raise exception 'another outcome was learnt meanwhile' using errcode = 'serialization_failure', hint = 'Read the records again.';
    end if;
  end loop;

  update public.universal_error_patterns as p
  set success_count = p.success_count + case when (u ->> 'success')::boolean then 1 else 0 end,
      failure_count = p.failure_count + case when (u ->> 'success')::boolean then 0 else 1 end,
      confidence = (u ->> 'confidence')::double precision,
      project_count = greatest(p.project_count, (u ->> 'project_count')::integer),
      status = coalesce(u ->> 'status', p.status),
      last_used_at = p_now
  from jsonb_array_elements(coalesce(p_lesson -> 'patterns', '[]')) as u
  where p.slug = u ->> 'slug';
  return true;
end
$$;
comment on function public.store_lesson(bigint, jsonb, timestamptz) is
  'Stores what an outcome taught, once per fix and outcome, with compare-and-set on every record it changes. False if it was stored before.';

-- Patterns: those of the code are written here to be read by people; those that were learnt live here.
create function public.active_patterns() returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'deprecated', coalesce(jsonb_agg(p.slug) filter (where p.source = 'builtin' and p.status = 'deprecated'), '[]'),
    'learnt', coalesce(
      jsonb_agg(jsonb_build_object(
        'slug', p.slug, 'title', p.title, 'category', p.category, 'severity', p.severity, 'match', p.match, 'actions', p.actions
      ) order by p.slug) filter (where p.source <> 'builtin'), '[]'
    )
  )
  from public.universal_error_patterns as p
  where (p.source = 'builtin' and p.status = 'deprecated') or (p.source <> 'builtin' and p.status = 'active')
$$;
comment on function public.active_patterns() is 'What the code does not know: learnt patterns in force, and built-in ones that proved wrong.';

create function public.publish_patterns(p_patterns jsonb) returns integer
language sql security invoker set search_path = ''
as $$
  with published as (
    insert into public.universal_error_patterns as p (
      slug, source, category, severity, title, explanation, documentation_url, match, actions
    )
    select r.slug, 'builtin', r.category, r.severity, r.title, r.explanation, r.documentation_url, r.match, r.actions
    from jsonb_to_recordset(p_patterns) as r (
      slug text, category text, severity text, title text, explanation text, documentation_url text, match jsonb, actions jsonb
    )
    on conflict (slug) do update set
      category = excluded.category, severity = excluded.severity, title = excluded.title, explanation = excluded.explanation,
      documentation_url = excluded.documentation_url, match = excluded.match, actions = excluded.actions, version = p.version + 1
    where p.source = 'builtin'
      and (p.category, p.severity, p.title, p.explanation, p.documentation_url, p.match, p.actions) is distinct from
        (excluded.category, excluded.severity, excluded.title, excluded.explanation, excluded.documentation_url, excluded.match, excluded.actions)
    returning p.slug
  )
  select count(*)::integer from published
$$;
comment on function public.publish_patterns(jsonb) is 'Writes the built-in patterns; returns how many were new or changed.';

create function public.calibration_forecasts() returns table (confidence double precision, success boolean)
language sql stable security invoker set search_path = ''
as $$
  select f.confidence, f.success from (
    select l.confidence, l.success, l.created_at from public.lessons as l
    where l.counts_for_calibration
      -- A relapse corrects the success that it followed.
      and not exists (
        select from public.lessons as correction
        where correction.fix_id = l.fix_id and correction.counts_for_calibration and correction.id > l.id
      )
    order by l.created_at desc limit 2000
  ) as f order by f.created_at
$$;
comment on function public.calibration_forecasts() is 'The last 2000 stated confidences with their outcomes, one per fix, oldest first.';

revoke execute on function
  public.store_lesson(bigint, jsonb, timestamptz), public.active_patterns(), public.publish_patterns(jsonb), public.calibration_forecasts()
from public, anon, authenticated;
grant execute on function
  public.store_lesson(bigint, jsonb, timestamptz), public.active_patterns(), public.publish_patterns(jsonb), public.calibration_forecasts()
to service_role;
