import { MACHINES, MEMBERS, minute, OPERATORS, OPERATORS_ADD, type TableRules } from "./rules.ts";

export const TABLES_OF_GROUPING: Record<string, TableRules> = {
  fingerprint_rules: {
    tenant: "project_id",
    select: MEMBERS,
    insert: OPERATORS_ADD,
    row: (tenant, n) => ({
      project_id: tenant.projectId,
      matchers: JSON.stringify([{ field: "type", pattern: `Error${n}` }]),
      fingerprint: ["one"],
    }),
    update: OPERATORS,
    change: { note: "changed" },
    delete: OPERATORS,
    columns: {
      insert: ["enabled", "fingerprint", "matchers", "note", "position", "project_id", "title"],
      update: ["enabled", "fingerprint", "matchers", "note", "position", "title"],
    },
  },
  grouping_learning: {
    tenant: "project_id",
    select: MEMBERS,
    insert: MACHINES,
    row: (tenant) => ({ project_id: tenant.projectId }),
    // Rules of the world have made one already.
    seeded: true,
    single: true,
    update: MACHINES,
    change: { version: 7 },
    delete: MACHINES,
  },
  merged_minutes: {
    tenant: "project_id",
    select: MEMBERS,
    insert: MACHINES,
    row: (tenant, n) => ({
      project_id: tenant.projectId,
      origin_issue_id: tenant.issueId,
      minute_at: minute(n),
      event_count: 1,
    }),
    update: MACHINES,
    change: { event_count: 2 },
    delete: MACHINES,
  },
};
