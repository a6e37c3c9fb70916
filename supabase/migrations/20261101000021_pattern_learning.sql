-- The calls of learning: each is one short transaction of the engine or of the function pattern-learning.

create function public.observation_context(p_fix_id bigint) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'project_id', f.project_id, 'issue_id', f.issue_id, 'action', f.action, 'diagnosis', i.diagnosis,
    -- The error as it was when the fix was made: later events may be of another release.
    'event', (
      select e.payload from public.error_events as e
      where e.issue_id = f.issue_id and e.received_at <= coalesce(f.applied_at, f.created_at)
      order by e.received_at desc limit 1
    )
  )
  from public.auto_fixes as f
  join public.detected_errors as i on i.id = f.issue_id
  where f.id = p_fix_id
$$;
comment on function public.observation_context(bigint) is 'What a fix was made for: its issue''s diagnosis, and the last event before it.';

create function public.record_observation(p_fix_id bigint, p_observation jsonb, p_now timestamptz default now()) returns bigint
language plpgsql security invoker set search_path = ''
as $$
declare
  v_id bigint;
begin
  insert into public.pattern_observations (
    project_id, fix_id, issue_id, pattern_id, action, shareable, success, outcome, shape, tokens, created_at
  )
  select f.project_id, f.id, f.issue_id,
    (select p.id from public.universal_error_patterns as p where p.slug = p_observation ->> 'pattern_slug'),
    f.action, (p_observation ->> 'shareable')::boolean, (p_observation ->> 'success')::boolean, p_observation ->> 'outcome',
    p_observation -> 'shape', array(select jsonb_array_elements_text(p_observation -> 'tokens')), p_now
  from public.auto_fixes as f where f.id = p_fix_id
  on conflict (fix_id, outcome) do nothing;
  select o.id into v_id from public.pattern_observations as o where o.fix_id = p_fix_id and o.outcome = p_observation ->> 'outcome';
  return v_id;
end
$$;
comment on function public.record_observation(bigint, jsonb, timestamptz) is 'Keeps what a fix showed, once per fix and outcome. Returns its id.';

create function prunella.observation_json(p_row public.pattern_observations) returns jsonb
language sql immutable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'id', p_row.id, 'project_id', p_row.project_id, 'action', p_row.action, 'shareable', p_row.shareable,
    'success', p_row.success, 'shape', p_row.shape
  )
$$;
comment on function prunella.observation_json(public.pattern_observations) is 'An observation as learning takes it.';
revoke execute on function prunella.observation_json(public.pattern_observations) from public;
grant execute on function prunella.observation_json(public.pattern_observations) to service_role;

create function public.similar_observations(p_observation_id bigint, p_limit integer default 60, p_now timestamptz default now())
returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(prunella.observation_json(c.o) order by c.shared desc, (c.o).id), '[]')
  from (
    select o, (select count(*) from unnest(o.tokens) as t where t = any (mine.tokens)) as shared
    from public.pattern_observations as mine
    join public.pattern_observations as o on o.tokens && mine.tokens and o.pattern_id is null and o.id <> mine.id
      and o.created_at > p_now - interval '365 days'
    where mine.id = p_observation_id and mine.pattern_id is null
    order by 2 desc, o.id desc limit p_limit
  ) as c
$$;
comment on function public.similar_observations(bigint, integer, timestamptz) is
  'Candidates of any project that share most with this one, if it is a candidate still.';

create function public.pattern_evidence(p_slug text, p_limit integer default 300) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(prunella.observation_json(c.o) order by (c.o).id), '[]')
  from (
    select o from public.pattern_observations as o join public.universal_error_patterns as p on p.id = o.pattern_id
    where p.slug = p_slug order by o.created_at desc limit p_limit
  ) as c
$$;
comment on function public.pattern_evidence(text, integer) is 'The latest observations of a pattern.';

create function public.pattern_stats(p_slugs text[] default null, p_project_id bigint default null) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
    'slug', p.slug, 'source', p.source, 'status', p.status, 'held', p.held, 'success_weight', p.success_weight, 'failure_weight', p.failure_weight,
    'weighed_at', p.weighed_at, 'last_used_at', p.last_used_at, 'created_at', p.created_at, 'confidence', p.confidence,
    'success_count', p.success_count, 'failure_count', p.failure_count, 'actions', p.actions,
    -- With the project that has the next outcome, if it has had none.
    'project_count', greatest(p.project_count, (
      select count(distinct s.project_id) from (
        select o.project_id from public.pattern_observations as o where o.pattern_id = p.id
        union all select p_project_id where p_project_id is not null
      ) as s
    ))
  ) order by p.slug), '[]')
  from public.universal_error_patterns as p
  where case when p_slugs is null then p.source <> 'builtin' or p.success_weight + p.failure_weight > 0 else p.slug = any (p_slugs) end
$$;
comment on function public.pattern_stats(text[], bigint) is 'What is known of the named patterns, or of all that time may change.';

-- In the transaction of the lesson: store_lesson counts the outcome, this weighs it.
create function prunella.weigh_patterns() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  v_update jsonb;
begin
  for v_update in select u from jsonb_array_elements(new.record -> 'pattern_weights') as u order by u ->> 'slug' loop
    perform set_config('prunella.reason', v_update ->> 'reason', true);
    update public.universal_error_patterns
    set success_weight = (v_update ->> 'success_weight')::double precision,
        failure_weight = (v_update ->> 'failure_weight')::double precision,
        weighed_at = new.created_at,
        confidence = (v_update ->> 'confidence')::double precision,
        status = v_update ->> 'status'
    where slug = v_update ->> 'slug' and weighed_at = (v_update ->> 'expected_weighed_at')::timestamptz;
    if not found and exists (select from public.universal_error_patterns where slug = v_update ->> 'slug') then
      raise exception 'another outcome of the pattern % was learnt meanwhile', v_update ->> 'slug'
        using errcode = 'serialization_failure', hint = 'Read the patterns again.';
    end if;
  end loop;
  perform set_config('prunella.reason', '', true);
  return null;
end
$$;
comment on function prunella.weigh_patterns() is 'Row trigger of lessons: moves the confidence and standing of the patterns that a fix rested on.';
revoke execute on function prunella.weigh_patterns() from public;
create trigger lessons_weigh_patterns after insert on public.lessons
  for each row when (new.record ? 'pattern_weights') execute function prunella.weigh_patterns();

create function prunella.correct_observation() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.pattern_observations set success = false where fix_id = new.fix_id;
  return null;
end
$$;
comment on function prunella.correct_observation() is 'Row trigger of lessons: a fix whose issue came back had only hidden it.';
revoke execute on function prunella.correct_observation() from public;
create trigger lessons_correct_observation after insert on public.lessons
  for each row when (new.outcome = 'relapsed') execute function prunella.correct_observation();

create function public.store_pattern(p_pattern jsonb, p_reason text, p_now timestamptz default now()) returns text
language plpgsql security invoker set search_path = ''
as $$
declare
  v_observations bigint[] := array(select jsonb_array_elements_text(p_pattern -> 'observation_ids')::bigint);
  v_id bigint;
begin
  -- Two fixes that end at once may find the same agreement: the second finds its observations taken.
  perform pg_advisory_xact_lock(hashtextextended('universal_error_patterns', 0));
  if (
    select count(*) from public.pattern_observations as o
    left join public.universal_error_patterns as p on p.id = o.pattern_id
    where o.id = any (v_observations) and coalesce(p.slug, '') = coalesce(p_pattern ->> 'split_from', '')
  ) <> cardinality(v_observations) then
    return null;
  end if;
  perform set_config('prunella.reason', p_reason, true);
  insert into public.universal_error_patterns as p (
    slug, source, status, category, severity, title, explanation, match, actions, confidence, success_count, failure_count,
    project_count, success_weight, failure_weight, weighed_at, last_used_at, split_from_id, created_at
  ) values (
    p_pattern ->> 'slug', 'learnt', p_pattern ->> 'status', p_pattern ->> 'category', p_pattern ->> 'severity', p_pattern ->> 'title',
    p_pattern ->> 'explanation', p_pattern -> 'match', p_pattern -> 'actions', (p_pattern ->> 'confidence')::double precision,
    (p_pattern ->> 'success_count')::bigint, (p_pattern ->> 'failure_count')::bigint, (p_pattern ->> 'project_count')::integer,
    (p_pattern ->> 'success_count')::double precision, (p_pattern ->> 'failure_count')::double precision, p_now, p_now,
    (select s.id from public.universal_error_patterns as s where s.slug = p_pattern ->> 'split_from'), p_now
  )
  -- The same conditions again: the pattern had been given up and is seen to work after all.
  on conflict (slug) do update set
    status = excluded.status, confidence = excluded.confidence, actions = excluded.actions,
    success_count = p.success_count + excluded.success_count, failure_count = p.failure_count + excluded.failure_count,
    project_count = greatest(p.project_count, excluded.project_count), success_weight = excluded.success_weight,
    failure_weight = excluded.failure_weight, weighed_at = p_now, last_used_at = p_now
  where p.source = 'learnt'
  returning p.id into v_id;
  if v_id is null then
    perform set_config('prunella.reason', '', true);
    return null;
  end if;
  update public.pattern_observations set pattern_id = v_id where id = any (v_observations);
  perform prunella.replace_pattern_examples(v_id, p_pattern -> 'examples');
  perform set_config('prunella.reason', '', true);
  return p_pattern ->> 'slug';
end
$$;
comment on function public.store_pattern(jsonb, text, timestamptz) is
  'Makes a learnt pattern of observations that are still free (or still the parent''s, for a split). Null when somebody was faster.';

create function prunella.replace_pattern_examples(p_pattern_id bigint, p_examples jsonb) returns void
language sql security invoker set search_path = ''
as $$
  delete from public.pattern_examples where pattern_id = p_pattern_id;
  insert into public.pattern_examples (pattern_id, position, shape, action, success_count, failure_count)
  select p_pattern_id, e.position, e.example -> 'shape', e.example ->> 'action',
    (e.example ->> 'success_count')::integer, (e.example ->> 'failure_count')::integer
  from jsonb_array_elements(coalesce(p_examples, '[]')) with ordinality as e (example, position)
$$;
comment on function prunella.replace_pattern_examples(bigint, jsonb) is 'The anonymous examples of a pattern, in place of those before.';
create function public.store_pattern_examples(p_slug text, p_examples jsonb) returns void
language sql security invoker set search_path = ''
as $$
  select prunella.replace_pattern_examples(p.id, p_examples) from public.universal_error_patterns as p where p.slug = p_slug
$$;
comment on function public.store_pattern_examples(text, jsonb) is 'The anonymous examples of a pattern, in place of those before.';

create function public.change_pattern(p_slug text, p_changes jsonb, p_reason text) returns boolean
language plpgsql security invoker set search_path = ''
as $$
declare
  v_found boolean;
begin
  perform set_config('prunella.reason', p_reason, true);
  update public.universal_error_patterns as p
  set status = coalesce(p_changes ->> 'status', p.status),
      confidence = coalesce((p_changes ->> 'confidence')::double precision, p.confidence),
      actions = coalesce(p_changes -> 'actions', p.actions),
      held = coalesce((p_changes ->> 'held')::boolean, p.held)
  where p.slug = p_slug and (p_changes ->> 'expected_status' is null or p.status = p_changes ->> 'expected_status');
  v_found := found;
  perform set_config('prunella.reason', '', true);
  return v_found;
end
$$;
comment on function public.change_pattern(text, jsonb, text) is 'Changes standing, confidence or actions of a pattern, with the reason. False if there is none, or its standing is another by now.';

create function public.split_pattern(p_slug text, p_patterns jsonb, p_reason text) returns boolean
language plpgsql security invoker set search_path = ''
as $$
declare
  v_pattern jsonb;
  v_slugs text[] := array[]::text[];
begin
  for v_pattern in select p from jsonb_array_elements(p_patterns) as p loop
    v_slugs := v_slugs || public.store_pattern(
      v_pattern || jsonb_build_object('split_from', p_slug), 'It was part of ' || p_slug || '. ' || p_reason
    );
  end loop;
  if array_position(v_slugs, null) is not null then
    raise exception 'the pattern % got another outcome meanwhile', p_slug
      using errcode = 'serialization_failure', hint = 'Look at its outcomes again.';
  end if;
  return public.change_pattern(
    p_slug, '{"status": "deprecated", "held": true}', 'It was split into ' || array_to_string(v_slugs, ' and ') || '. ' || p_reason
  );
end
$$;
comment on function public.split_pattern(text, jsonb, text) is
  'Makes patterns of the parts of one that lumped causes together, and retires it; all in one transaction.';

revoke execute on function prunella.replace_pattern_examples(bigint, jsonb) from public;
grant execute on function prunella.replace_pattern_examples(bigint, jsonb) to service_role;
revoke execute on function
  public.observation_context(bigint), public.record_observation(bigint, jsonb, timestamptz),
  public.similar_observations(bigint, integer, timestamptz), public.pattern_evidence(text, integer), public.pattern_stats(text[], bigint),
  public.store_pattern(jsonb, text, timestamptz), public.store_pattern_examples(text, jsonb), public.change_pattern(text, jsonb, text),
  public.split_pattern(text, jsonb, text)
from public, anon, authenticated;
grant execute on function
  public.observation_context(bigint), public.record_observation(bigint, jsonb, timestamptz),
  public.similar_observations(bigint, integer, timestamptz), public.pattern_evidence(text, integer), public.pattern_stats(text[], bigint),
  public.store_pattern(jsonb, text, timestamptz), public.store_pattern_examples(text, jsonb), public.change_pattern(text, jsonb, text),
  public.split_pattern(text, jsonb, text)
to service_role;

-- Patterns change by themselves: outcomes fade, and what nothing matches any more is deprecated.
select cron.schedule(
  'prunella-pattern-review', '41 3 * * *',
  'select prunella.enqueue(''review_patterns'', null, null, null, now(), ''{}'', 8::smallint)'
);
