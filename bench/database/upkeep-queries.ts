import { MEMBER_PROJECT, type Sizes } from "./fill.ts";
import type { HotQuery } from "./queries.ts";

/** What the schedules run, and what the deployment monitor and the triage of issues ask for. */
export function upkeepQueries(size: Sizes): HotQuery[] {
  const upTo = (random: () => number, most: number) => 1 + Math.floor(random() * most);
  const ofProject = (name: string, text: string): HotQuery => ({
    name,
    as: "machine",
    statement: (random) => ({ text, params: [upTo(random, size.projects)] }),
  });
  const ofIssue = (name: string, text: string): HotQuery => ({
    name,
    as: "machine",
    statement: (random) => ({ text, params: [upTo(random, size.issues)] }),
  });
  const schedule = (name: string, call: string): HotQuery => ({
    name,
    as: "machine",
    readsAll: true,
    statement: () => ({ text: `select ${call}`, params: [] }),
  });
  const issues = (where: string) =>
    `select id, title, status, severity, event_count, last_seen_at from public.detected_errors
     where project_id = $1 and merged_into_id is null and ${where}
     order by last_seen_at desc, id desc limit 26`;
  return [
    {
      name: "open issues of a project",
      as: "member",
      statement: () => ({
        text: issues("status in ('new', 'ongoing', 'escalating', 'regressed')"),
        params: [MEMBER_PROJECT],
      }),
    },
    {
      name: "issues of a project by a text",
      as: "member",
      statement: () => ({ text: issues("title ilike '%case 4242%'"), params: [MEMBER_PROJECT] }),
    },
    ofIssue("reasoning_context", "select public.reasoning_context($1)"),
    ofProject("lines_to_mine", "select public.lines_to_mine($1, 1000)"),
    ofProject(
      "blame_observation of two minutes",
      "select public.blame_observation($1, now() - interval '2 minutes', now())",
    ),
    ofProject("edge_function_logs_from", "select public.edge_function_logs_from($1)"),
    ofIssue("deployment_suspects", "select public.deployment_suspects($1)"),
    ofProject("deployment_lines", "select public.deployment_lines($1)"),
    ofProject("deployment_metrics", "select * from public.deployment_metrics($1)"),
    ofProject("deployment_history", "select public.deployment_history($1)"),
    {
      name: "deployment_monitor_projects",
      as: "machine",
      statement: () => ({ text: "select public.deployment_monitor_projects()", params: [] }),
    },
    {
      name: "deployments of a project",
      as: "member",
      statement: () => ({
        text: `select id, service, status, release, health_score, created_at from public.deployment_logs
          where project_id = $1 order by created_at desc limit 20`,
        params: [MEMBER_PROJECT],
      }),
    },
    {
      name: "next_job_at",
      as: "machine",
      statement: () => ({ text: "select public.next_job_at()", params: [] }),
    },
    { ...schedule("self_health", "public.self_health()"), readsAll: false },
    schedule("age_issues", "prunella.age_issues()"),
    schedule("archived_issues", "public.archived_issues()"),
    schedule("queue_template_mining", "public.queue_template_mining()"),
    schedule("partition upkeep", "prunella.ensure_event_partitions()"),
    // The warm-up has deleted what was old: what is measured is how long it takes to find that nothing is.
    schedule("apply_retention", "prunella.apply_retention()"),
    schedule("apply_deployment_retention", "prunella.apply_deployment_retention()"),
    schedule("drop_merged_minutes", "prunella.drop_merged_minutes()"),
  ];
}
