-- Stand-in for pg_cron: the same tables and functions; scripts/platform/cron.ts runs what is due.
create schema cron;

create sequence cron.jobid_seq;
create sequence cron.runid_seq;

create table cron.job (
  jobid bigint primary key default nextval('cron.jobid_seq'),
  schedule text not null,
  command text not null,
  nodename text not null default 'localhost',
  nodeport int not null default 5432,
  database text not null default current_database(),
  username text not null default current_user,
  active boolean not null default true,
  jobname text,
  constraint jobname_username_uniq unique (jobname, username)
);
comment on table cron.job is 'Scheduled commands, as in pg_cron.';

create table cron.job_run_details (
  jobid bigint,
  runid bigint primary key default nextval('cron.runid_seq'),
  job_pid int,
  database text,
  username text,
  command text,
  status text,
  return_message text,
  start_time timestamptz,
  end_time timestamptz
);
comment on table cron.job_run_details is 'Runs of scheduled commands, as in pg_cron.';
create index job_run_details_jobid_idx on cron.job_run_details (jobid);

alter table cron.job enable row level security;
create policy cron_job_policy on cron.job using (username = current_user);
alter table cron.job_run_details enable row level security;
create policy cron_job_run_details_policy on cron.job_run_details using (username = current_user);

-- pg_cron refuses a schedule that it cannot read; the same schedules are refused here.
create function cron.schedule_is_valid(p_schedule text) returns boolean
language plpgsql immutable set search_path = '' as $$
declare
  v_fields text[] := regexp_split_to_array(btrim(lower(p_schedule)), '\s+');
  v_lowest int[] := array[0, 0, 1, 1, 0];
  v_highest int[] := array[59, 23, 31, 12, 7];
  v_names text[] := array['', '', '', 'jan feb mar apr may jun jul aug sep oct nov dec', 'sun mon tue wed thu fri sat'];
  v_part text;
  v_bounds text[];
  v_bound text;
begin
  if btrim(lower(p_schedule)) ~ '^([1-9]|[1-5][0-9]) seconds?$' then
    return true;
  end if;
  if array_length(v_fields, 1) is distinct from 5 then
    return false;
  end if;
  for i in 1..5 loop
    if i = 3 and v_fields[i] = '$' then
      continue; -- pg_cron's last day of the month
    end if;
    foreach v_part in array string_to_array(v_fields[i], ',') loop
      v_bounds := regexp_match(v_part, '^(?:\*|([0-9a-z]+)(?:-([0-9a-z]+))?)(?:/0*([1-9][0-9]{0,3}))?$');
      if v_bounds is null then
        return false;
      end if;
      foreach v_bound in array v_bounds[1:2] loop
        if v_bound is null or v_bound = any (string_to_array(nullif(v_names[i], ''), ' ')) then
          continue;
        end if;
        if v_bound !~ '^[0-9]{1,4}$' or v_bound::int not between v_lowest[i] and v_highest[i] then
          return false;
        end if;
      end loop;
      if v_bounds[1] ~ '^[0-9]+$' and v_bounds[2] ~ '^[0-9]+$' and v_bounds[1]::int > v_bounds[2]::int then
        return false;
      end if;
    end loop;
  end loop;
  return true;
end
$$;

create function cron.check_schedule(p_schedule text) returns void
language plpgsql immutable set search_path = '' as $$
begin
  if p_schedule is null or not cron.schedule_is_valid(p_schedule) then
    raise exception 'invalid schedule: %', p_schedule
      using errcode = 'invalid_parameter_value',
        hint = 'Use cron format (e.g. 5 4 * * *), or interval format ''[1-59] seconds''';
  end if;
end
$$;

create function cron.schedule(job_name text, schedule text, command text) returns bigint
language plpgsql security invoker set search_path = '' as $$
#variable_conflict use_variable
declare
  v_jobid bigint;
begin
  perform cron.check_schedule(schedule);
  insert into cron.job as job (jobname, schedule, command)
  values (job_name, schedule, command)
  on conflict on constraint jobname_username_uniq do update
    set schedule = excluded.schedule, command = excluded.command
  returning job.jobid into v_jobid;
  return v_jobid;
end
$$;

create function cron.schedule(schedule text, command text) returns bigint
language plpgsql security invoker set search_path = '' as $$
#variable_conflict use_variable
declare
  v_jobid bigint;
begin
  perform cron.check_schedule(schedule);
  insert into cron.job as job (schedule, command)
  values (schedule, command)
  returning job.jobid into v_jobid;
  return v_jobid;
end
$$;

create function cron.schedule_in_database(
  job_name text, schedule text, command text, database text, username text default null, active boolean default true
) returns bigint
language plpgsql security invoker set search_path = '' as $$
#variable_conflict use_variable
declare
  v_jobid bigint;
begin
  if database <> current_database() then
    raise exception 'this platform schedules in its own database alone: %', current_database()
      using errcode = 'feature_not_supported';
  end if;
  perform cron.check_schedule(schedule);
  insert into cron.job as job (jobname, schedule, command, username, active)
  values (job_name, schedule, command, coalesce(username, current_user), active)
  on conflict on constraint jobname_username_uniq do update
    set schedule = excluded.schedule, command = excluded.command, active = excluded.active
  returning job.jobid into v_jobid;
  return v_jobid;
end
$$;

create function cron.unschedule(job_id bigint) returns boolean
language plpgsql security invoker set search_path = '' as $$
begin
  delete from cron.job as job where job.jobid = unschedule.job_id and job.username = current_user;
  if not found then
    raise exception 'could not find valid entry for job ''%''', job_id using errcode = 'internal_error';
  end if;
  return true;
end
$$;

create function cron.unschedule(job_name text) returns boolean
language plpgsql security invoker set search_path = '' as $$
begin
  delete from cron.job as job where job.jobname = unschedule.job_name and job.username = current_user;
  if not found then
    raise exception 'could not find valid entry for job ''%''', job_name using errcode = 'internal_error';
  end if;
  return true;
end
$$;

create function cron.alter_job(
  job_id bigint, schedule text default null, command text default null, database text default null,
  username text default null, active boolean default null
) returns void
language plpgsql security invoker set search_path = '' as $$
#variable_conflict use_variable
begin
  if schedule is not null then
    perform cron.check_schedule(schedule);
  end if;
  update cron.job as job
  set
    schedule = coalesce(schedule, job.schedule),
    command = coalesce(command, job.command),
    database = coalesce(database, job.database),
    username = coalesce(username, job.username),
    active = coalesce(active, job.active)
  where job.jobid = job_id;
  if not found then
    raise exception 'Job % does not exist or you don''t own it', job_id using errcode = 'internal_error';
  end if;
end
$$;

-- As pg_cron: whoever may use the schema reads the jobs that run as him; scheduling goes through the functions.
grant select on cron.job, cron.job_run_details to public;
revoke execute on all functions in schema cron from public;
