-- Which run of the engine waits for work, and how it is asked to look at an issue.

create table public.engine_watch (
  name text primary key,
  holder text not null,
  held_until timestamptz not null
);
comment on table public.engine_watch is
  'Which run of the engine stays up to wait for work that is due soon. The others end when they find nothing to do.';
revoke all on public.engine_watch from public, anon, authenticated;
grant all on public.engine_watch to service_role;
alter table public.engine_watch enable row level security;
create policy "service holds the watch" on public.engine_watch for select to service_role using (true);

create function public.hold_watch(p_holder text, p_seconds integer, p_now timestamptz default now()) returns boolean
language sql security invoker set search_path = ''
as $$
  with held as (
    insert into public.engine_watch as w (name, holder, held_until)
    values ('healing-engine', p_holder, p_now + make_interval(secs => p_seconds))
    on conflict (name) do update set holder = excluded.holder, held_until = excluded.held_until
    where w.holder = excluded.holder or w.held_until < p_now
    returning w.holder
  )
  select exists (select from held)
$$;
comment on function public.hold_watch(text, integer, timestamptz) is 'Takes or keeps the watch; false while another run holds it. Zero seconds lets it go.';
revoke execute on function public.hold_watch(text, integer, timestamptz) from public, anon, authenticated;
grant execute on function public.hold_watch(text, integer, timestamptz) to service_role;

create function public.queue_diagnosis(p_issue_id bigint, p_run_at timestamptz default now()) returns void
language sql security invoker set search_path = ''
as $$
  select prunella.enqueue('diagnose', i.project_id, i.id, null, p_run_at) from public.detected_errors as i where i.id = p_issue_id
$$;
comment on function public.queue_diagnosis(bigint, timestamptz) is 'Asks the engine to look at an issue (again).';
revoke execute on function public.queue_diagnosis(bigint, timestamptz) from public, anon, authenticated;
grant execute on function public.queue_diagnosis(bigint, timestamptz) to service_role;
