/** A sentence of the design, and the rows that would break it. */
export interface Invariant {
  number: number;
  sentence: string;
  /**
   * A query for one project (`p_project`) whose rows are violations. `p_effects` holds what reached the outside and the configuration:
   * `[{ key, project_id, fix_id, phase, switched_off, dry_run }]`; the last two: since before the worker began its run.
   */
  violations: string;
}

/** The secret that every runbook of the tests is signed with; it must appear nowhere. */
export const SECRET = "whsec_" + btoa("k".repeat(32));

const EFFECTS =
  "jsonb_to_recordset(p_effects) as e (key text, project_id bigint, fix_id bigint, phase text, switched_off boolean, dry_run boolean)";

export const INVARIANTS: readonly Invariant[] = [
  {
    number: 1,
    sentence: "No side effect without a stored decision.",
    violations: `select e.key from ${EFFECTS}
      where not exists (
        select from public.auto_fixes as f join public.decisions as d on d.id = f.decision_id
        where f.id = e.fix_id and d.created_at <= f.applying_at and f.approved_by is not null
      )`,
  },
  {
    number: 2,
    sentence: "One active fix per target.",
    violations: `select f.target_key from public.auto_fixes as f
      where f.project_id = p_project and f.state in ('applying', 'verifying', 'rolling_back') and not f.informational
      group by f.target_key having count(*) > 1`,
  },
  {
    number: 3,
    sentence: "Each side effect happens at most once.",
    violations: `select e.key from ${EFFECTS} group by e.key having count(*) > 1`,
  },
  {
    number: 4,
    sentence: "Irreversible or dangerous actions, and severity critical (P0), are never automatic.",
    violations: `select f.id::text from public.auto_fixes as f
      where f.project_id = p_project and not f.informational and (f.automatic or f.approved_by = 'engine')
        and (f.risk = 'dangerous' or not f.reversible or f.severity = 'critical')`,
  },
  {
    number: 5,
    sentence: "The kill switch is read before every side effect.",
    violations: `select e.key from ${EFFECTS} join public.auto_fixes as f on f.id = e.fix_id
      where (e.phase = 'apply' and (e.switched_off or e.dry_run))
        or (e.phase = 'rollback' and e.switched_off and f.outcome is distinct from 'overridden')`,
  },
  {
    number: 6,
    sentence: "3 automatic fixes per target and hour.",
    violations: `select f.target_key from public.auto_fixes as f
      join public.auto_fixes as g on g.project_id = f.project_id and g.target_key = f.target_key and g.automatic and not g.informational
        and g.applied_at <= f.applied_at and g.applied_at > f.applied_at - interval '1 hour'
      where f.project_id = p_project and f.automatic and not f.informational
      group by f.id, f.target_key having count(*) > 3`,
  },
  {
    number: 6,
    sentence: "5 min cool-down.",
    violations: `select f.id || ' after ' || g.id from public.auto_fixes as f
      join public.auto_fixes as g on g.project_id = f.project_id and g.target_key = f.target_key and g.id <> f.id and not g.informational
      where f.project_id = p_project and f.automatic and not f.informational and g.applied_at is not null
        and ((g.applied_at < f.applying_at and g.applied_at > f.applying_at - interval '5 minutes')
          or (g.finished_at < f.applying_at and g.finished_at > f.applying_at - interval '5 minutes'))`,
  },
  {
    number: 6,
    sentence: "3 failures in a row open a 1 h block that falls back to review.",
    violations: `select f.id::text from public.auto_fixes as f
      join public.auto_fixes as g on g.project_id = f.project_id and g.target_key = f.target_key and not g.informational
        and g.applied_at is not null and g.state in ('failed', 'rolled_back') and g.finished_at < f.applying_at and g.id <> f.id
        and not exists (
          select from public.auto_fixes as s where s.project_id = f.project_id and s.target_key = f.target_key and s.state = 'succeeded'
            and s.finished_at > g.finished_at and s.finished_at < f.applying_at
        )
      where f.project_id = p_project and f.automatic and not f.informational
      group by f.id, f.applying_at having count(*) >= 3 and max(g.finished_at) > f.applying_at - interval '1 hour'`,
  },
  {
    number: 6,
    // What a person orders by hand is no proposal.
    sentence: "At most 3 proposals per issue.",
    violations: `select i.id::text from public.detected_errors as i
      join public.auto_fixes as f on f.issue_id = i.id and not f.informational and f.created_at >= i.episode_started_at
      join public.decisions as d on d.id = f.decision_id and d.decided_by = 'engine'
      where i.project_id = p_project group by i.id having count(*) > 3`,
  },
  {
    number: 6,
    sentence: "A dismissed proposal is not made again.",
    violations: `select f.id || ' after ' || d.id from public.auto_fixes as d
      join public.auto_fixes as f on f.issue_id = d.issue_id and f.action = d.action and f.parameters = d.parameters and f.id > d.id
      join public.decisions as e on e.id = f.decision_id and e.decided_by = 'engine'
      where d.project_id = p_project and d.state = 'dismissed' and f.created_at > d.finished_at`,
  },
  {
    number: 7,
    sentence: "A fix is verified or rolled back within its window; nothing stays half-done.",
    violations: `select f.id || ' is ' || f.state || ' and nobody works on it' from public.auto_fixes as f
      where f.project_id = p_project and f.state in ('approved', 'applying', 'verifying', 'rolling_back')
        and f.updated_at < p_now - interval '2 minutes'
        and not exists (select from public.jobs as j where j.fix_id = f.id and j.state in ('queued', 'running'))`,
  },
  {
    number: 8,
    sentence: "What the system cannot prove, it says: inconclusive is an outcome, and teaches little.",
    violations: `select f.id || ' has no proof' from public.auto_fixes as f
      where f.project_id = p_project and f.outcome = 'succeeded' and f.verification #>> '{state,verdict}' is distinct from 'resolved'
      union all
      select l.fix_id || ' taught too much' from public.lessons as l
      where l.project_id = p_project and l.outcome = 'inconclusive' and l.counts_for_calibration`,
  },
  {
    number: 9,
    sentence: "Secrets are scrubbed before anything is stored, shared or sent to a model.",
    violations: `select w.place from (
        select 'decision' as place, d.record::text as content from public.decisions as d where d.project_id = p_project
        union all select 'fix', to_jsonb(f)::text from public.auto_fixes as f where f.project_id = p_project
        union all select 'job', to_jsonb(j)::text from public.jobs as j where j.project_id = p_project
        union all select 'execution', to_jsonb(h)::text from public.execution_history as h where h.project_id = p_project
        union all select 'turning point', t.summary || t.data::text from public.turning_points as t where t.project_id = p_project
      ) as w where position('${SECRET}' in w.content) > 0`,
  },
  {
    number: 10,
    sentence: "A tenant never affects another.",
    violations: `select 'fix ' || f.id from public.auto_fixes as f
      join public.detected_errors as i on i.id = f.issue_id join public.decisions as d on d.id = f.decision_id
      where (i.project_id <> f.project_id or d.project_id <> f.project_id) and f.project_id = p_project
      union all
      select 'effect ' || e.key from ${EFFECTS} left join public.auto_fixes as f on f.id = e.fix_id
      where f.project_id is distinct from e.project_id
      union all
      select 'bystander ' || c.key from public.system_config as c join public.projects as p on p.id = c.project_id
      where p.slug = 'bystander' and c.idempotency_key is not null
      union all
      select 'bystander fix' from public.auto_fixes as f join public.projects as p on p.id = f.project_id where p.slug = 'bystander'`,
  },
];

/** All of them as one database function, so that they can be asked after every step of a test. */
export const VIOLATIONS_SQL =
  `create function test_clock.violations(p_project bigint, p_effects jsonb, p_now timestamptz)
returns table (broken integer, sentence text, what text) language plpgsql as $check$
begin
${
    INVARIANTS.map(({ number, sentence, violations }) =>
      `  return query select ${number}, '${
        sentence.replaceAll("'", "''")
      }', v.what::text from (${violations}) as v (what);`
    ).join("\n")
  }
end
$check$`;
