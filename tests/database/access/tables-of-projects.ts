import { ADMINS, ADMINS_ADD, MACHINES, MEMBERS, minute, OPERATORS_ADD, type TableRules } from "./rules.ts";

export const TABLES_OF_PROJECTS: Record<string, TableRules> = {
  projects: {
    tenant: "id",
    seeded: true,
    select: MEMBERS,
    // People create projects as themselves alone: tested on its own.
    insert: MACHINES,
    row: (_, n) => ({ slug: `other-${n}-${crypto.randomUUID()}`, name: "Other" }),
    update: ADMINS,
    change: { mode: "auto" },
    delete: ADMINS,
    columns: {
      insert: ["created_by", "mode", "name", "slug", "time_zone"],
      update: ["dry_run", "healing_enabled", "mode", "name", "time_zone"],
    },
  },
  project_members: {
    tenant: "project_id",
    seeded: true,
    select: MEMBERS,
    insert: ADMINS_ADD,
    row: (tenant) => ({ project_id: tenant.projectId, user_id: tenant.outsiderId, role: "viewer" }),
    update: ADMINS,
    change: { role: "operator" },
    delete: ADMINS,
    columns: { update: ["role"] },
  },
  ingest_keys: {
    tenant: "project_id",
    select: MEMBERS,
    insert: ADMINS_ADD,
    row: (tenant, n) => ({ project_id: tenant.projectId, label: `key ${n}` }),
    update: ADMINS,
    change: { revoked_at: minute(0) },
    delete: MACHINES,
    columns: {
      insert: ["events_per_minute", "label", "project_id"],
      update: ["events_per_minute", "label", "revoked_at"],
    },
  },
  api_keys: {
    tenant: "project_id",
    select: ADMINS,
    insert: ADMINS_ADD,
    row: (tenant, n) => ({
      project_id: tenant.projectId,
      purpose: "sdk",
      key_hash: (tenant.projectId * 1000 + n).toString(16).padStart(64, "0"),
    }),
    update: ADMINS,
    change: { label: "other" },
    delete: MACHINES,
    columns: {
      select: ["created_at", "id", "label", "project_id", "purpose", "revoked_at"],
      insert: ["key_hash", "label", "project_id", "purpose"],
      update: ["label", "revoked_at"],
    },
  },
  system_config: {
    tenant: "project_id",
    select: MEMBERS,
    insert: OPERATORS_ADD,
    row: (tenant, n) => ({ project_id: tenant.projectId, key: `app.key_${n}`, value: 1 }),
    columns: { insert: ["key", "project_id", "reason", "reverts_version", "value", "version"] },
  },
  current_config: { tenant: "project_id", select: MEMBERS },
  integrations: {
    tenant: "project_id",
    select: MEMBERS,
    insert: ADMINS_ADD,
    row: (tenant, n) => ({
      project_id: tenant.projectId,
      kind: "webhook",
      name: `hook-${n}`,
      configuration: {},
    }),
    update: ADMINS,
    change: { enabled: false },
    delete: ADMINS,
    columns: {
      insert: ["configuration", "enabled", "kind", "name", "project_id"],
      update: ["configuration", "enabled"],
    },
  },
};
