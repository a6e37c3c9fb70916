-- Source maps: kept per project, found by debug id or by release and file, and used where an issue is named, never while events come in.

create table public.source_maps (
  id bigint generated always as identity primary key,
  project_id bigint not null references public.projects (id) on delete cascade,
  debug_id uuid,
  release text,
  file text,
  content bytea not null,
  byte_count integer not null,
  content_hash text not null,
  uploaded_by text not null,
  created_at timestamptz not null default now(),
  constraint source_maps_debug_id_is_unique unique (project_id, debug_id),
  constraint source_maps_file_is_unique unique (project_id, release, file),
  constraint source_maps_can_be_found check (debug_id is not null or (release is not null and file is not null)),
  constraint source_maps_release_has_a_file check ((release is null) = (file is null)),
  constraint source_maps_names_are_short check (char_length(release) <= 250 and char_length(file) between 1 and 500),
  constraint source_maps_are_bounded check (octet_length(content) <= 10485760 and byte_count between 1 and 33554432),
  constraint source_maps_hash_is_sha256 check (content_hash ~ '^[0-9a-f]{64}$')
);
comment on table public.source_maps is 'Uploaded source maps, gzipped. They hold source code: people see that they exist, and symbolication reads them.';
comment on column public.source_maps.file is 'Path of the file that was built, below the origin: assets/index-4f2a.js.';
comment on column public.source_maps.byte_count is 'Size of the map before compression.';
-- Compressed already: pglz would only cost time.
alter table public.source_maps alter column content set storage external;
revoke all on public.source_maps from public, anon, authenticated;
grant select (id, project_id, debug_id, release, file, byte_count, content_hash, uploaded_by, created_at), delete
  on public.source_maps to authenticated;
grant all on public.source_maps to service_role;
alter table public.source_maps enable row level security;
create policy "members see which maps there are" on public.source_maps
  for select to authenticated using (project_id in (select prunella.projects_as('viewer')));
create policy "operators remove maps" on public.source_maps
  for delete to authenticated using (project_id in (select prunella.projects_as('operator')));
create index source_maps_age_idx on public.source_maps (project_id, created_at);

alter table public.detected_errors add column symbolicated_at timestamptz;
comment on column public.detected_errors.symbolicated_at is 'When a source map gave the issue its name; null: its frames are as they were sent.';

create function public.store_source_map(p_map jsonb, p_now timestamptz default now()) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  v_project_id bigint := (p_map ->> 'project_id')::bigint;
  v_debug_id uuid := (p_map ->> 'debug_id')::uuid;
  v_id bigint;
  v_dropped bigint;
  v_queued bigint := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('source_maps:' || v_project_id, 0));
  -- The same build, sent again, replaces what it sent before.
  delete from public.source_maps as m
  where m.project_id = v_project_id
    and (m.debug_id = v_debug_id or (m.release = p_map ->> 'release' and m.file = p_map ->> 'file'));
  insert into public.source_maps (project_id, debug_id, release, file, content, byte_count, content_hash, uploaded_by, created_at)
  values (
    v_project_id, v_debug_id, p_map ->> 'release', p_map ->> 'file', decode(p_map ->> 'content', 'base64'),
    (p_map ->> 'byte_count')::integer, p_map ->> 'content_hash', p_map ->> 'uploaded_by', p_now
  )
  returning id into v_id;
  -- At most 3,000 maps and 1 GB: the oldest builds make room. PostgREST's time-out bounds what one call may delete.
  with sized as (
    select m.id, row_number() over newest as place, sum(octet_length(m.content)) over newest as bytes
    from public.source_maps as m where m.project_id = v_project_id
    window newest as (order by m.created_at desc, m.id desc)
  ),
  dropped as (
    delete from public.source_maps as m using sized as s
    where m.id = s.id and m.id <> v_id and (s.place > 3000 or s.bytes > 1073741824)
    returning m.id
  )
  select count(*) into v_dropped from dropped;
  -- Maps often come after the first errors of a release: those get their names now.
  with queued as (
    select prunella.enqueue('diagnose', i.project_id, i.id, null, p_now + interval '5 seconds', '{}', 7::smallint)
    from (
      select d.project_id, d.id, d.last_release, d.last_seen_at from public.detected_errors as d
      where d.project_id = v_project_id and d.symbolicated_at is null and d.merged_into_id is null
        and d.platform in ('javascript', 'node') and d.status in ('new', 'ongoing', 'escalating', 'regressed')
        and (d.last_release = p_map ->> 'release' or v_debug_id is not null)
      order by d.last_seen_at desc limit 500
    ) as i
    where i.last_release = p_map ->> 'release' or exists (
      select from (
        select e.payload from public.error_events as e where e.issue_id = i.id order by e.received_at desc limit 1
      ) as latest
      where latest.payload -> 'debugImages'
        @> jsonb_build_array(jsonb_build_object('debugId', replace(v_debug_id::text, '-', '')))
    )
    order by i.last_seen_at desc limit 50
  )
  select count(*) into v_queued from queued;
  return jsonb_build_object('id', v_id, 'dropped_count', v_dropped, 'issue_count', v_queued);
end
$$;
comment on function public.store_source_map(jsonb, timestamptz) is
  'Keeps a map: { project_id, debug_id, release, file, content (gzip, base64), byte_count, content_hash, uploaded_by }. '
  'Returns { id, dropped_count, issue_count }: maps that made room, issues that are looked at again.';

create function public.find_source_maps(p_project_id bigint, p_release text, p_files jsonb) returns jsonb
language sql stable security invoker set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('place', f.place - 1, 'id', m.id, 'byte_count', m.byte_count) order by f.place), '[]')
  from jsonb_array_elements(p_files) with ordinality as f (file, place)
  cross join lateral (
    select found.id, found.byte_count
    from (
      select m.id, m.byte_count, 1000 as weight from public.source_maps as m
      where m.project_id = p_project_id and m.debug_id = (f.file ->> 'debug_id')::uuid
      union all
      -- A map for assets/a.js serves https://shop.example/shop/assets/a.js; of several the longest path knows best.
      select m.id, m.byte_count, char_length(m.file) from public.source_maps as m
      where m.project_id = p_project_id and m.release = p_release
        and (m.file = f.file ->> 'path' or right(f.file ->> 'path', char_length(m.file) + 1) = '/' || m.file)
    ) as found
    order by found.weight desc, found.id desc limit 1
  ) as m
$$;
comment on function public.find_source_maps(bigint, text, jsonb) is
  'The maps of built files, [{ path, debug_id }]: [{ place (in the list, from 0), id, byte_count }].';

create function public.read_source_map(p_id bigint) returns text
language sql stable security invoker set search_path = ''
as $$ select translate(encode(m.content, 'base64'), E'\n', '') from public.source_maps as m where m.id = p_id $$;
comment on function public.read_source_map(bigint) is 'A map, gzipped, as base64.';

create function public.name_issue(p_issue_id bigint, p_name jsonb, p_now timestamptz default now()) returns jsonb
language plpgsql security invoker set search_path = ''
as $$
declare
  v_issue public.detected_errors;
  v_known public.detected_errors;
  v_into public.detected_errors;
begin
  select * into v_issue from public.detected_errors where id = p_issue_id;
  perform pg_advisory_xact_lock(prunella.grouping_lock(v_issue.project_id));
  select * into v_issue from public.detected_errors where id = p_issue_id for update;
  if v_issue.id is null or v_issue.merged_into_id is not null then
    return jsonb_build_object('issue', coalesce(v_issue.merged_into_id, p_issue_id), 'merged', v_issue.merged_into_id is not null);
  end if;
  select * into v_known from public.detected_errors
  where project_id = v_issue.project_id and fingerprint = p_name ->> 'fingerprint';
  select * into v_into from public.detected_errors where id = coalesce(v_known.merged_into_id, v_known.id) for update;

  if v_into.id is null then
    -- The first build in which this error is seen: what the sources say leads here from now on.
    insert into public.detected_errors (
      project_id, fingerprint, fingerprint_version, type, title, culprit, platform, level, severity, environment, first_release,
      last_release, first_seen_at, last_seen_at, episode_started_at, grouping_components, merged_into_id, merged_at, symbolicated_at, status
    ) values (
      v_issue.project_id, p_name ->> 'fingerprint', (p_name ->> 'version')::smallint, p_name ->> 'type', p_name ->> 'title',
      p_name ->> 'culprit', v_issue.platform, v_issue.level, v_issue.severity, v_issue.environment, v_issue.first_release,
      v_issue.last_release, v_issue.first_seen_at, v_issue.last_seen_at, p_now, p_name -> 'components', v_issue.id, p_now, p_now, 'ongoing'
    );
  elsif v_into.id <> v_issue.id then
    -- What people took apart stays apart.
    if exists (
      select from public.grouping_learning as g
      where g.project_id = v_issue.project_id and g.learning -> 'separate' ? v_issue.fingerprint
    ) then
      return jsonb_build_object('issue', v_issue.id, 'merged', false);
    end if;
    begin
      perform prunella.refuse_during_fixes(array[v_issue.id, v_into.id]);
    exception when object_not_in_prerequisite_state then
      return jsonb_build_object('issue', v_issue.id, 'merged', false);
    end;
    perform prunella.merge_one(v_issue, v_into, 'their source maps show the same error', p_now);
    if v_into.status in ('new', 'ongoing', 'escalating', 'regressed') then
      perform prunella.enqueue('diagnose', v_into.project_id, v_into.id, null, p_now);
    end if;
    perform prunella.note_regrouping(
      v_issue.project_id, 'issue_merged',
      'Issue ' || v_issue.id || ' became part of issue ' || v_into.id || ': their source maps show the same error',
      jsonb_build_object('from', v_issue.id, 'into', v_into.id, 'event_count', v_issue.event_count), s.id, 'engine'
    ) from unnest(array[v_issue.id, v_into.id]) as s (id);
    return jsonb_build_object('issue', v_into.id, 'merged', true);
  end if;
  update public.detected_errors as i
  set symbolicated_at = p_now, culprit = p_name ->> 'culprit', type = p_name ->> 'type', title = p_name ->> 'title',
      grouping_components = p_name -> 'components'
  where i.id = v_issue.id and i.symbolicated_at is null;
  return jsonb_build_object('issue', v_issue.id, 'merged', false);
end
$$;
comment on function public.name_issue(bigint, jsonb, timestamptz) is
  'Tells what the sources say of an issue of minified code: { fingerprint, version, type, title, culprit, components }. The same error of '
  'another build is merged into the one that is known. Returns { issue, merged }.';

revoke execute on function
  public.store_source_map(jsonb, timestamptz), public.find_source_maps(bigint, text, jsonb), public.read_source_map(bigint),
  public.name_issue(bigint, jsonb, timestamptz)
from public, anon, authenticated;
grant execute on function
  public.store_source_map(jsonb, timestamptz), public.find_source_maps(bigint, text, jsonb), public.read_source_map(bigint),
  public.name_issue(bigint, jsonb, timestamptz)
to service_role;
