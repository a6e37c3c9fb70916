import { MACHINES, MEMBERS, minute, ofIssue, type TableRules } from "./rules.ts";

export const TABLES_OF_REASONING: Record<string, TableRules> = {
  reasonings: {
    tenant: "project_id",
    select: MEMBERS,
    insert: MACHINES,
    row: (tenant, n) => ({
      ...ofIssue(tenant),
      fingerprint: `fingerprint-${n}`,
      model: "test-model",
      prompt_version: 1,
      status: "answered",
      content: {},
      fresh_until: minute(n),
    }),
    update: MACHINES,
    change: { status: "failed" },
    delete: MACHINES,
  },
  model_usage: {
    tenant: "project_id",
    select: MEMBERS,
    insert: MACHINES,
    row: (tenant, n) => ({ project_id: tenant.projectId, day: minute(n * 24 * 60).slice(0, 10) }),
    update: MACHINES,
    change: { token_count: 5 },
    delete: MACHINES,
  },
  issue_rates: {
    tenant: "project_id",
    select: MEMBERS,
    insert: MACHINES,
    row: (tenant) => ({ project_id: tenant.projectId, hourly_p95: 5, measured_at: minute(0) }),
    single: true,
    update: MACHINES,
    change: { hourly_p95: 7 },
    delete: MACHINES,
  },
};
