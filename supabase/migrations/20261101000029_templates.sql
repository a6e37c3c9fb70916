-- Templates of messages and logs, mined off the way of events; and two small calls for rules.

create table public.template_states (
  project_id bigint primary key references public.projects (id) on delete cascade,
  version bigint not null default 1,
  state jsonb,
  mined_until timestamptz not null default '-infinity',
  mined_event_id uuid,
  updated_at timestamptz not null default now(),
  constraint template_states_are_bounded check (pg_column_size(state) <= 8388608)
);
comment on table public.template_states is
  'What the miner of a project''s message templates knows, and up to which event it has read. Changed by compare-and-set.';
comment on column public.template_states.state is 'The MinerState of supabase/functions/_shared/signals/templates/miner.ts.';
revoke all on public.template_states from public, anon, authenticated;
grant all on public.template_states to service_role;
alter table public.template_states enable row level security;
create policy "service mines templates" on public.template_states for select to service_role using (true);

create table public.message_templates (
  id bigint generated always as identity primary key,
  project_id bigint not null references public.projects (id) on delete cascade,
  number integer not null,
  template text not null,
  line_count bigint not null default 0,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  constraint message_templates_number_is_unique unique (project_id, number),
  constraint message_templates_text_is_bounded check (char_length(template) <= 4000)
);
comment on table public.message_templates is 'Templates of messages and logs, <*> for what varies. The rarest are forgotten.';
comment on column public.message_templates.number is 'The miner''s id of the template.';
revoke all on public.message_templates from public, anon, authenticated;
grant select on public.message_templates to authenticated;
grant all on public.message_templates to service_role;
alter table public.message_templates enable row level security;
create policy "members see templates" on public.message_templates
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create index message_templates_count_idx on public.message_templates (project_id, line_count desc);

alter table public.detected_errors
  add column message_template_id bigint references public.message_templates (id) on delete set null;
comment on column public.detected_errors.message_template_id is 'Of an issue of messages without exceptions: the template that they follow.';
create index detected_errors_message_template_idx on public.detected_errors (message_template_id) where message_template_id is not null;

create function public.lines_to_mine(p_project_id bigint, p_limit integer, p_now timestamptz default now()) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  with known as (
    select coalesce(max(s.version), 0) as version, coalesce(max(s.mined_until), '-infinity') as mined_until,
      (array_agg(s.mined_event_id))[1] as mined_event_id, (array_agg(s.state))[1] as state
    from public.template_states as s where s.project_id = p_project_id
  ),
  lines as (
    select e.received_at, e.event_id, coalesce(e.origin_issue_id, e.issue_id) as issue_id,
      left(coalesce(e.payload ->> 'message', e.payload ->> 'messageTemplate'), 2000) as line
    from known as k
    join public.error_events as e on e.project_id = p_project_id
      -- In a storm what is older than an hour is left out: the templates are known by then.
      and e.received_at >= greatest(k.mined_until, p_now - interval '1 hour')
      and (e.received_at > k.mined_until or e.event_id > k.mined_event_id)
      -- What was written a moment ago may not be all that was written at that time.
      and e.received_at < p_now - interval '5 seconds'
    join public.detected_errors as d on d.id = coalesce(e.origin_issue_id, e.issue_id) and d.type is null
    order by e.received_at, e.event_id limit p_limit
  )
  select jsonb_build_object(
    'version', k.version, 'state', k.state,
    'lines', coalesce((
      select jsonb_agg(jsonb_build_object(
        'received_at', l.received_at, 'event_id', l.event_id, 'issue_id', l.issue_id, 'line', coalesce(l.line, '')
      ) order by l.received_at, l.event_id)
      from lines as l
    ), '[]')
  )
  from known as k
$$;
comment on function public.lines_to_mine(bigint, integer, timestamptz) is
  'Messages without exceptions that the miner has not read, oldest first, with its state: { version, state, lines: [{ received_at, event_id, '
  'issue_id, line }] }.';

create function public.save_templates(
  p_project_id bigint, p_expected_version bigint, p_state jsonb, p_mined_until timestamptz, p_mined_event_id uuid, p_templates jsonb,
  p_issues jsonb
) returns boolean
language plpgsql security invoker set search_path = ''
as $$
begin
  insert into public.template_states (project_id, version) values (p_project_id, 0) on conflict (project_id) do nothing;
  update public.template_states
  set state = p_state, version = version + 1, mined_until = p_mined_until, mined_event_id = p_mined_event_id, updated_at = now()
  where project_id = p_project_id and version = p_expected_version;
  if not found then
    return false;
  end if;
  insert into public.message_templates as t (project_id, number, template, line_count, first_seen_at, last_seen_at)
  select p_project_id, r.number, r.template, r.line_count, coalesce(r.seen_at, p_mined_until), coalesce(r.seen_at, p_mined_until)
  from jsonb_to_recordset(p_templates) as r (number integer, template text, line_count bigint, seen_at timestamptz)
  order by r.number
  on conflict (project_id, number) do update
  set template = excluded.template, line_count = excluded.line_count, last_seen_at = coalesce(
    (select max((c ->> 'seen_at')::timestamptz) from jsonb_array_elements(p_templates) as c where (c ->> 'number')::integer = t.number),
    t.last_seen_at
  )
  where (t.template, t.line_count) is distinct from (excluded.template, excluded.line_count);
  delete from public.message_templates as t
  where t.project_id = p_project_id and not exists (
    select from jsonb_to_recordset(p_templates) as r (number integer) where r.number = t.number
  );
  -- An issue is named by what its messages have in common, unless a rule of the project named it.
  update public.detected_errors as d
  set message_template_id = t.id,
      title = case
        when t.template like '%<*>%' and not d.grouping_components @> '[{"kind": "rule", "contributes": true}]' then left(t.template, 200)
        else d.title end
  from jsonb_to_recordset(p_issues) as r (issue_id bigint, number integer)
  join public.message_templates as t on t.project_id = p_project_id and t.number = r.number
  where d.id = r.issue_id and d.project_id = p_project_id and d.type is null
    and (d.message_template_id is distinct from t.id or (t.template like '%<*>%' and d.title is distinct from left(t.template, 200)));
  return true;
end
$$;
comment on function public.save_templates(bigint, bigint, jsonb, timestamptz, uuid, jsonb, jsonb) is
  'Keeps what the miner learnt, if nobody else did meanwhile: all templates, [{ number, template, line_count, seen_at }], and those of '
  'issues, [{ issue_id, number }]. False when its version was not the expected one.';

create function public.queue_template_mining(p_now timestamptz default now()) returns integer
language sql security invoker set search_path = ''
as $$
  -- Its result is void, which count() would not count.
  with queued as (
    select prunella.enqueue('mine_templates', p.id, null, null, p_now, '{}', 8::smallint)
    from public.projects as p
    left join public.template_states as s on s.project_id = p.id
    -- Not `exists`, which Postgres answers for all projects at once by reading all issues.
    cross join lateral (
      select from public.detected_errors as d
      where d.project_id = p.id and d.type is null
        and d.last_seen_at > greatest(coalesce(s.mined_until, '-infinity'), p_now - interval '1 hour')
        and d.last_seen_at > coalesce(s.mined_until, '-infinity') + interval '1 second'
      limit 1
    ) as message
  )
  select count(*)::integer from queued
$$;
comment on function public.queue_template_mining(timestamptz) is 'Queues mining for projects that sent messages since. Returns how many.';

revoke execute on function
  public.lines_to_mine(bigint, integer, timestamptz), public.queue_template_mining(timestamptz),
  public.save_templates(bigint, bigint, jsonb, timestamptz, uuid, jsonb, jsonb)
from public, anon, authenticated;
grant execute on function
  public.lines_to_mine(bigint, integer, timestamptz), public.queue_template_mining(timestamptz),
  public.save_templates(bigint, bigint, jsonb, timestamptz, uuid, jsonb, jsonb)
to service_role;

create function public.may_operate(p_project_id bigint) returns void
language sql stable security invoker set search_path = ''
as $$ select prunella.require_role(p_project_id, 'operator') $$;
comment on function public.may_operate(bigint) is 'Refuses callers who are no operators of the project: P0002 to strangers, 42501 to members.';

create function public.replace_fingerprint_rules(p_project_id bigint, p_rules jsonb, p_note text) returns integer
language plpgsql security invoker set search_path = ''
as $$
begin
  perform prunella.require_role(p_project_id, 'operator');
  -- Two replacements at once: the later one stands, whole.
  perform pg_advisory_xact_lock(hashtextextended('fingerprint_rules:' || p_project_id, 0));
  delete from public.fingerprint_rules where project_id = p_project_id;
  insert into public.fingerprint_rules (project_id, position, enabled, matchers, fingerprint, title, note)
  select p_project_id, r.place, coalesce((r.rule ->> 'enabled')::boolean, true), r.rule -> 'matchers',
    array(select jsonb_array_elements_text(r.rule -> 'fingerprint')), r.rule ->> 'title', p_note
  from jsonb_array_elements(p_rules) with ordinality as r (rule, place);
  return jsonb_array_length(p_rules);
end
$$;
comment on function public.replace_fingerprint_rules(bigint, jsonb, text) is
  'Replaces the rules of a project by [{ enabled, matchers, fingerprint, title }], as the caller. Returns how many there are.';
revoke execute on function public.may_operate(bigint), public.replace_fingerprint_rules(bigint, jsonb, text) from public, anon;
grant execute on function public.may_operate(bigint), public.replace_fingerprint_rules(bigint, jsonb, text) to authenticated, service_role;

select cron.schedule('prunella-mine-templates', '* * * * *', 'select public.queue_template_mining()');

-- Counts of merged issues are kept as long as the counts that they are part of.
create function prunella.drop_merged_minutes(p_now timestamptz default now()) returns bigint
language sql security invoker set search_path = ''
as $$
  with gone as (
    delete from public.merged_minutes
    where minute_at < p_now - make_interval(days => coalesce((prunella.setting(null, 'retention.days') ->> 'counts')::integer, 90))
    returning 1
  )
  select count(*) from gone
$$;
comment on function prunella.drop_merged_minutes(timestamptz) is 'Deletes counts of merged issues that are older than the retention of counts.';
revoke execute on function prunella.drop_merged_minutes(timestamptz) from public;
select cron.schedule('prunella-merged-minutes', '23 3 * * *', 'select prunella.drop_merged_minutes()');
