import type { TestDatabase } from "../../support/database.ts";
import { fixValues, type Tenant, type Values } from "./rules.ts";
import { TABLES } from "./tables.ts";

export interface World {
  a: Tenant;
  b: Tenant;
  strangerId: string;
  viewerId: string;
  operatorId: string;
  adminId: string;
}

/** Two projects, the people of the first, and in every table of the matrix a row of each. */
export async function buildWorld(db: TestDatabase): Promise<World> {
  const a = await tenant(db, "alpha");
  const b = await tenant(db, "beta");
  const [strangerId, viewerId, operatorId, adminId, otherAdminId] = await Promise.all(
    ["stranger", "viewer", "operator", "admin", "other"].map((name) => db.addUser(`${name}@example.com`)),
  ) as [string, string, string, string, string];
  for (const [userId, role] of [[viewerId, "viewer"], [operatorId, "operator"], [adminId, "admin"]]) {
    await insert(db, "project_members", { project_id: a.projectId, user_id: userId, role });
  }
  await insert(db, "project_members", { project_id: b.projectId, user_id: otherAdminId, role: "admin" });
  for (const [name, table] of Object.entries(TABLES)) {
    if (!table.row || table.seeded) continue;
    for (const each of [a, b]) {
      await insert(db, name, { ...table.row(each, 0), ...table.rowOfMachines?.(each, 0) });
    }
  }
  await db.query(
    `insert into cron.job_run_details (jobid, runid, status, start_time)
     select jobid, 1, 'succeeded', now() from cron.job where jobname = 'retention'`,
  );
  return { a, b, strangerId, viewerId, operatorId, adminId };
}

async function tenant(db: TestDatabase, slug: string): Promise<Tenant> {
  const project_id = await insert(db, "projects", { slug, name: slug });
  const pattern_id = await insert(db, "universal_error_patterns", {
    slug: `pattern-${slug}`,
    category: "database",
    title: "A pattern",
    explanation: "Why",
    match: {},
  });
  const issue_id = await insert(db, "detected_errors", { project_id, fingerprint: "f", title: "An issue" });
  const decision_id = await insert(db, "decisions", {
    project_id,
    issue_id,
    verdict: "review",
    threshold: 0.85,
    explanation: "Why",
    record: {},
  });
  const fix_id = await insert(db, "auto_fixes", fixValues({ project_id, issue_id, decision_id }));
  return {
    projectId: project_id,
    issueId: issue_id,
    decisionId: decision_id,
    fixId: fix_id,
    patternId: pattern_id,
    deploymentId: await insert(db, "deployment_logs", {
      project_id,
      target: "vercel",
      external_id: "dpl",
      service: "shop",
    }),
    outsiderId: await db.addUser(`outsider-${slug}@example.com`),
  };
}

async function insert(db: TestDatabase, table: string, values: Values): Promise<number> {
  const { text, params } = insertStatement(table, values);
  const [row] = await db.query(`${text} returning *`, params);
  return Number(row?.id);
}

export function insertStatement(table: string, values: Values): { text: string; params: unknown[] } {
  const names = Object.keys(values);
  const places = names.map((_, index) => `$${index + 1}`);
  return {
    text: `insert into public.${table} (${names.join(", ")}) values (${places.join(", ")})`,
    params: Object.values(values),
  };
}
