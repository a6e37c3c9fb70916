-- Reasoning about an issue: what a language model was asked and said, what it cost, and which fixes of the past are alike.

create table public.reasonings (
  id bigint generated always as identity primary key,
  project_id bigint not null references public.projects (id) on delete cascade,
  issue_id bigint not null references public.detected_errors (id) on delete cascade,
  fingerprint text not null,
  model text not null,
  prompt_version integer not null,
  status text not null,
  reason text,
  content jsonb not null,
  prompt_tokens bigint not null default 0,
  completion_tokens bigint not null default 0,
  cost_micros bigint not null default 0,
  fresh_until timestamptz not null,
  created_at timestamptz not null default now(),
  constraint reasonings_are_cached_by_fingerprint unique (project_id, fingerprint, model, prompt_version),
  constraint reasonings_status_is_known check (status in ('answered', 'refused', 'invalid', 'failed', 'over_budget')),
  constraint reasonings_counts_are_not_negative check (prompt_tokens >= 0 and completion_tokens >= 0 and cost_micros >= 0)
);
comment on table public.reasonings is
  'What a language model thinks of an issue: data that was checked, never an instruction. Its proposals are candidates like any other.';
comment on column public.reasonings.cost_micros is 'Millionths of a US dollar, by the prices in the setting reasoning.budget.';
comment on column public.reasonings.fresh_until is 'Until then the model is not asked again about this fingerprint.';
revoke all on public.reasonings from public, anon, authenticated;
grant select on public.reasonings to authenticated;
grant all on public.reasonings to service_role;
alter table public.reasonings enable row level security;
create policy "members see reasonings" on public.reasonings
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create index reasonings_issue_id_idx on public.reasonings (issue_id);

create table public.model_usage (
  project_id bigint not null references public.projects (id) on delete cascade,
  day date not null,
  token_count bigint not null default 0,
  cost_micros bigint not null default 0,
  call_count integer not null default 0,
  refused_count integer not null default 0,
  primary key (project_id, day),
  constraint model_usage_is_not_negative check (token_count >= 0 and cost_micros >= 0 and call_count >= 0 and refused_count >= 0)
);
comment on table public.model_usage is 'Tokens and money that a project spent on language models, per day (UTC); what is reserved for a running call counts.';
comment on column public.model_usage.refused_count is 'Calls that were not made because the day''s budget would not have held them.';
revoke all on public.model_usage from public, anon, authenticated;
grant select on public.model_usage to authenticated;
grant all on public.model_usage to service_role;
alter table public.model_usage enable row level security;
create policy "members see what models cost" on public.model_usage
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));

create function public.reserve_model_budget(
  p_project_id bigint, p_tokens bigint, p_cost_micros bigint, p_now timestamptz default now()
) returns boolean
language plpgsql security invoker set search_path = ''
as $$
declare
  v_budget jsonb := coalesce(prunella.setting(p_project_id, 'reasoning.budget'), '{}');
  v_day date := (p_now at time zone 'utc')::date;
begin
  insert into public.model_usage (project_id, day) values (p_project_id, v_day) on conflict do nothing;
  -- Reserved before the call and in one statement, so that calls at the same moment cannot pass the limit together.
  update public.model_usage as u
  set token_count = u.token_count + p_tokens, cost_micros = u.cost_micros + p_cost_micros, call_count = u.call_count + 1
  where u.project_id = p_project_id and u.day = v_day
    and u.token_count + p_tokens <= coalesce((v_budget ->> 'tokens_per_day')::bigint, 200000)
    and u.cost_micros + p_cost_micros <= coalesce((v_budget ->> 'usd_per_day')::numeric, 1) * 1000000;
  if found then
    return true;
  end if;
  update public.model_usage set refused_count = refused_count + 1 where project_id = p_project_id and day = v_day;
  return false;
end
$$;
comment on function public.reserve_model_budget(bigint, bigint, bigint, timestamptz) is
  'Takes tokens and money for one call out of the day''s budget, the setting reasoning.budget (200,000 tokens and 1 US dollar unless set); false when it does not hold them.';

create function public.settle_model_budget(
  p_project_id bigint, p_token_change bigint, p_cost_change_micros bigint, p_now timestamptz default now()
) returns void
language sql security invoker set search_path = ''
as $$
  update public.model_usage
  set token_count = greatest(0, token_count + p_token_change), cost_micros = greatest(0, cost_micros + p_cost_change_micros)
  where project_id = p_project_id and day = (p_now at time zone 'utc')::date
$$;
comment on function public.settle_model_budget(bigint, bigint, bigint, timestamptz) is 'Corrects a reservation by what the call really took.';

create function prunella.title_words(p_title text) returns text[]
language sql immutable security invoker set search_path = ''
as $$
  select coalesce(array_agg(distinct word), '{}')
  from regexp_split_to_table(lower(p_title), '[^a-z]+') as word where length(word) > 3
$$;
comment on function prunella.title_words(text) is 'The telling words of an issue''s title.';

create function public.similar_fixes(p_issue_id bigint, p_limit integer default 10) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  with about as (
    select i.*, prunella.title_words(i.title) as words from public.detected_errors as i where i.id = p_issue_id
  ),
  ended as (
    select f.id, f.issue_id, f.action, f.parameters, f.outcome, f.finished_at
    from about as a
    join public.auto_fixes as f on f.project_id = a.project_id and not f.informational
      and f.outcome in ('succeeded', 'not_resolved', 'inconclusive') and f.created_at > now() - interval '365 days'
  ),
  -- Issues have many fixes: each is compared once.
  fixed as (
    select i.id, i.title,
      case
        when i.id = a.id then 1.0
        when i.pattern_id is not null and i.pattern_id = a.pattern_id then 0.9
        else (
          select case when count(*) = 0 then 0 else 0.8 * count(*) filter (where w.word = any (a.words) and w.word = any (o.words)) / count(*) end
          from (select distinct word from unnest(a.words || o.words) as word) as w
        ) * case when i.type is not distinct from a.type then 1.0 else 0.7 end
          + case when i.culprit is not null and i.culprit = a.culprit then 0.15 else 0 end
          + case when i.category = a.category and i.category <> 'unknown' then 0.05 else 0 end
      end as similarity
    from about as a
    join public.detected_errors as i on i.project_id = a.project_id and i.id in (select e.issue_id from ended as e)
    cross join lateral (select prunella.title_words(i.title) as words) as o
  ),
  past as (
    select e.*, i.title, i.similarity from ended as e join fixed as i on i.id = e.issue_id
  )
  select jsonb_build_object(
    'own', coalesce((
      select jsonb_agg(jsonb_build_object(
        'fix_id', p.id, 'issue_id', p.issue_id, 'title', p.title, 'action', p.action, 'parameters', p.parameters,
        'outcome', p.outcome, 'finished_at', p.finished_at, 'similarity', round(p.similarity::numeric, 3)
      ) order by p.similarity desc, p.id desc)
      from (select * from past where similarity >= 0.35 order by similarity desc, id desc limit p_limit) as p
    ), '[]'),
    -- Of other projects only what the pool knows: which actions work on this cause, and how often.
    'pool', coalesce((
      select jsonb_agg(jsonb_build_object(
        'action', r.action, 'cause', r.cause_key, 'successes', round(r.success_weight::numeric, 1),
        'failures', round(r.failure_weight::numeric, 1), 'project_count', r.project_count
      ) order by r.success_weight desc, r.action)
      from (
        select r.* from about as a
        join public.action_records as r on r.project_id is null and r.cause_key = any (array[
          'pattern:' || (select p.slug from public.universal_error_patterns as p where p.id = a.pattern_id), 'category:' || a.category
        ])
        where r.success_weight + r.failure_weight >= 0.5
        order by r.success_weight desc limit p_limit
      ) as r
    ), '[]')
  )
$$;
comment on function public.similar_fixes(bigint, integer) is
  'Fixes of the project''s similar issues with their outcomes, most similar first, and what all projects together know: { own, pool }.';
create index auto_fixes_ended_idx on public.auto_fixes (project_id, created_at desc) where outcome is not null and not informational;

create function public.reasoning_context(p_issue_id bigint) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select jsonb_build_object(
    'issue', jsonb_build_object(
      'id', i.id, 'project_id', i.project_id, 'fingerprint', i.fingerprint, 'title', i.title, 'status', i.status, 'type', i.type,
      'event_count', i.event_count, 'first_seen_at', i.first_seen_at
    ),
    'diagnosis', i.diagnosis,
    'event', (select e.payload from public.error_events as e where e.issue_id = i.id order by e.received_at desc limit 1),
    'similar', public.similar_fixes(i.id, 8),
    'enabled', coalesce(prunella.setting(i.project_id, 'reasoning.enabled'), 'true'),
    'budget', coalesce(prunella.setting(i.project_id, 'reasoning.budget'), '{}'),
    'declarations', coalesce(prunella.setting(i.project_id, 'declarations'), '{}'),
    'integrations', coalesce((
      select jsonb_agg(jsonb_build_object('kind', n.kind, 'name', n.name, 'configuration', n.configuration) order by n.kind, n.name)
      from public.integrations as n where n.project_id = i.project_id and n.enabled
    ), '[]')
  )
  from public.detected_errors as i where i.id = p_issue_id
$$;
comment on function public.reasoning_context(bigint) is 'All that reasoning needs to know about an issue, in one call.';

create function public.queue_reasoning(p_issue_id bigint, p_model text, p_prompt_version integer, p_now timestamptz default now())
returns boolean
language sql security invoker set search_path = ''
as $$
  with asked as (
    select i.project_id, i.id from public.detected_errors as i
    where i.id = p_issue_id and not exists (
      select from public.reasonings as r
      where r.project_id = i.project_id and r.fingerprint = i.fingerprint and r.model = p_model and r.prompt_version = p_prompt_version
        and r.fresh_until > p_now
    )
  ),
  queued as (
    -- Last in the queue: whatever heals goes first.
    select prunella.enqueue('reason', a.project_id, a.id, null, p_now, '{}', 9::smallint) from asked as a
  )
  select exists (select from queued)
$$;
comment on function public.queue_reasoning(bigint, text, integer, timestamptz) is
  'Asks for reasoning about an issue, unless there is some that is still fresh. Returns whether it was queued.';

create function public.store_reasoning(p_reasoning jsonb, p_now timestamptz default now()) returns bigint
language sql security invoker set search_path = ''
as $$
  insert into public.reasonings as r (
    project_id, issue_id, fingerprint, model, prompt_version, status, reason, content, prompt_tokens, completion_tokens, cost_micros,
    fresh_until, created_at
  )
  select i.project_id, i.id, i.fingerprint, p_reasoning ->> 'model', (p_reasoning ->> 'prompt_version')::integer,
    p_reasoning ->> 'status', p_reasoning ->> 'reason', p_reasoning -> 'content', (p_reasoning ->> 'prompt_tokens')::bigint,
    (p_reasoning ->> 'completion_tokens')::bigint, (p_reasoning ->> 'cost_micros')::bigint,
    (p_reasoning ->> 'fresh_until')::timestamptz, p_now
  from public.detected_errors as i where i.id = (p_reasoning ->> 'issue_id')::bigint
  on conflict (project_id, fingerprint, model, prompt_version) do update set
    issue_id = excluded.issue_id, status = excluded.status, reason = excluded.reason, content = excluded.content,
    prompt_tokens = excluded.prompt_tokens, completion_tokens = excluded.completion_tokens, cost_micros = excluded.cost_micros,
    fresh_until = excluded.fresh_until, created_at = excluded.created_at
  -- A good answer is not replaced by a failed attempt to get another.
  where excluded.status = 'answered' or r.status <> 'answered'
  returning r.id
$$;
comment on function public.store_reasoning(jsonb, timestamptz) is 'Keeps what a model said about an issue, in place of what it had said before.';

create function public.model_proposals(p_issue_id bigint, p_model text, p_prompt_version integer) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select r.content -> 'proposals'
  from public.detected_errors as i
  join public.reasonings as r on r.project_id = i.project_id and r.fingerprint = i.fingerprint
  where i.id = p_issue_id and r.model = p_model and r.prompt_version = p_prompt_version and r.status = 'answered'
$$;
comment on function public.model_proposals(bigint, text, integer) is 'What a model proposed to do about an issue, if it was asked.';

revoke execute on function prunella.title_words(text) from public;
grant execute on function prunella.title_words(text) to authenticated, service_role;
revoke execute on function public.similar_fixes(bigint, integer) from public, anon;
grant execute on function public.similar_fixes(bigint, integer) to authenticated, service_role;
revoke execute on function
  public.reserve_model_budget(bigint, bigint, bigint, timestamptz), public.settle_model_budget(bigint, bigint, bigint, timestamptz),
  public.reasoning_context(bigint), public.queue_reasoning(bigint, text, integer, timestamptz), public.store_reasoning(jsonb, timestamptz),
  public.model_proposals(bigint, text, integer)
from public, anon, authenticated;
grant execute on function
  public.reserve_model_budget(bigint, bigint, bigint, timestamptz), public.settle_model_budget(bigint, bigint, bigint, timestamptz),
  public.reasoning_context(bigint), public.queue_reasoning(bigint, text, integer, timestamptz), public.store_reasoning(jsonb, timestamptz),
  public.model_proposals(bigint, text, integer)
to service_role;
