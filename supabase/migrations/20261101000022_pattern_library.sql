-- What people do with patterns: find them, judge them, take them from one installation to another.

create function public.search_patterns(
  p_text text, p_category text default null, p_status text default null, p_source text default null, p_after text default '',
  p_limit integer default 50
) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(to_jsonb(f) order by f.slug collate "C"), '[]')
  from (
    select p.slug, p.title, p.category, p.severity, p.source, p.status, p.confidence, p.success_count, p.failure_count,
      p.project_count, p.last_used_at
    from public.universal_error_patterns as p
    where (p_category is null or p.category = p_category) and (p_status is null or p.status = p_status)
      and (p_source is null or p.source = p_source) and p.slug collate "C" > p_after collate "C"
      -- Plain containment, so that what people type is text and no pattern language.
      and not exists (
        select from regexp_split_to_table(lower(p_text), '\s+') as word
        where position(word in lower(p.slug || ' ' || p.title || ' ' || p.explanation || ' ' || p.match::text)) = 0
      )
    order by p.slug collate "C" limit p_limit
  ) as f
$$;
comment on function public.search_patterns(text, text, text, text, text, integer) is 'Patterns that have every word of a text, by name, after a given one.';
revoke execute on function public.search_patterns(text, text, text, text, text, integer) from public, anon;
grant execute on function public.search_patterns(text, text, text, text, text, integer) to authenticated, service_role;

create function prunella.hear_feedback(p_slug text, p_issue_id bigint, p_is_right boolean, p_reason text) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  v_pattern_id bigint;
  v_project_id bigint;
begin
  select i.project_id into v_project_id from public.detected_errors as i where i.id = p_issue_id;
  if v_project_id is null
     or (coalesce((select auth.role()), '') <> 'service_role' and v_project_id not in (select prunella.projects_as('viewer'))) then
    raise exception 'there is no issue %, or you are no member of its project', p_issue_id using errcode = 'no_data_found';
  end if;
  perform prunella.require_role(v_project_id, 'operator');
  select p.id into v_pattern_id
  from public.universal_error_patterns as p join public.detected_errors as i on i.id = p_issue_id
  where p.slug = p_slug
    and (i.pattern_id = p.id or i.diagnosis -> 'patterns' @> jsonb_build_array(jsonb_build_object('slug', p.slug)));
  if v_pattern_id is null then
    raise exception 'the pattern % did not match issue %', p_slug, p_issue_id
      using errcode = 'no_data_found', hint = 'Feedback is about a match: name an issue that was diagnosed with the pattern.';
  end if;
  insert into public.pattern_feedback (pattern_id, project_id, issue_id, is_right, reason)
  values (v_pattern_id, v_project_id, p_issue_id, p_is_right, p_reason)
  on conflict (pattern_id, issue_id) do nothing;
  if not found then
    return false;
  end if;
  -- An opinion weighs 0.3 of an outcome; what was there decays with a half-life of 90 days, as everywhere (learn/track-record.ts).
  update public.universal_error_patterns as p
  set success_weight = p.success_weight * decay.factor + case when p_is_right then 0.3 else 0 end,
      failure_weight = p.failure_weight * decay.factor + case when p_is_right then 0 else 0.3 end,
      weighed_at = now()
  from (
    select power(0.5, greatest(0, extract(epoch from now() - w.weighed_at)) / (90 * 86400.0)) as factor
    from public.universal_error_patterns as w where w.id = v_pattern_id
  ) as decay
  where p.id = v_pattern_id;
  return true;
end
$$;
create function public.give_pattern_feedback(p_slug text, p_issue_id bigint, p_is_right boolean, p_reason text) returns boolean
language sql security invoker set search_path = ''
as $$ select prunella.hear_feedback(p_slug, p_issue_id, p_is_right, p_reason) $$;
comment on function public.give_pattern_feedback(text, bigint, boolean, text) is
  'An operator says whether a pattern was right about an issue. Once for each; false when it was said before.';
revoke execute on function prunella.hear_feedback(text, bigint, boolean, text) from public;
grant execute on function prunella.hear_feedback(text, bigint, boolean, text) to authenticated, service_role;
revoke execute on function public.give_pattern_feedback(text, bigint, boolean, text) from public, anon;
grant execute on function public.give_pattern_feedback(text, bigint, boolean, text) to authenticated, service_role;

create function public.import_patterns(p_patterns jsonb, p_reason text) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  v_result jsonb;
begin
  perform pg_advisory_xact_lock(hashtextextended('universal_error_patterns', 0));
  perform set_config('prunella.reason', p_reason, true);
  with imported as (
    insert into public.universal_error_patterns as p (
      slug, source, status, category, severity, title, explanation, documentation_url, match, actions
    )
    select r.slug, 'imported', 'candidate', r.category, r.severity, r.title, r.explanation, r.documentation_url, r.match, r.actions
    from jsonb_to_recordset(p_patterns) as r (
      slug text, category text, severity text, title text, explanation text, documentation_url text, match jsonb, actions jsonb
    )
    on conflict (slug) do update set
      status = 'candidate', category = excluded.category, severity = excluded.severity, title = excluded.title,
      explanation = excluded.explanation, documentation_url = excluded.documentation_url, match = excluded.match, actions = excluded.actions
    where p.source = 'imported' and (p.match, p.actions, p.title) is distinct from (excluded.match, excluded.actions, excluded.title)
    returning p.slug
  )
  select jsonb_build_object(
    'imported', coalesce((select jsonb_agg(i.slug order by i.slug) from imported as i), '[]'),
    'kept', coalesce((
      select jsonb_agg(r.slug order by r.slug) from jsonb_to_recordset(p_patterns) as r (slug text)
      where not exists (select from imported as i where i.slug = r.slug)
    ), '[]')
  ) into v_result;
  perform set_config('prunella.reason', '', true);
  return v_result;
end
$$;
comment on function public.import_patterns(jsonb, text) is
  'Takes patterns of another installation in, as candidates. Built-in and learnt ones of the same slug are kept: { imported, kept }.';

revoke execute on function public.import_patterns(jsonb, text) from public, anon, authenticated;
grant execute on function public.import_patterns(jsonb, text) to service_role;
