import type { Pattern } from "../pattern.ts";

export const poolerTenantNotFound: Pattern = {
  slug: "pooler-tenant-not-found",
  category: "configuration",
  severity: "high",
  title: "The pooler does not know this project or user",
  explanation:
    "The user name or host of the connection string does not name a project: the reference after the user " +
    "is missing, the region's host is wrong, or the project was paused or removed.",
  documentationUrl: "https://supabase.com/docs/guides/database/connecting-to-postgres",
  match: {
    anyOf: [{ codes: ["ENOTFOUND", "XX000"], messages: ["Tenant or user not found"] }, {
      messages: ["Tenant or user not found", "no tenant identifier provided"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 9, beta: 1.5 },
      reason: "The connection string is configuration; the former one was right.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "The project may be paused." },
  ],
  examples: {
    positive: [{ type: "PostgresError", message: "Tenant or user not found", extra: { code: "XX000" } }, {
      message: "FATAL: Tenant or user not found",
    }],
    negative: [{
      type: "PostgresError",
      message: 'password authentication failed for user "postgres"',
      extra: { code: "28P01" },
    }, { type: "AuthApiError", message: "User not found", extra: { code: "user_not_found" } }],
  },
};
