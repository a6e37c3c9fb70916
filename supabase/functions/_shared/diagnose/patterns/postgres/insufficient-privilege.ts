import type { Pattern } from "../pattern.ts";

export const postgresInsufficientPrivilege: Pattern = {
  slug: "postgres-insufficient-privilege",
  category: "authorization",
  severity: "medium",
  title: "The role may not do this in the database",
  explanation:
    "The role that the request runs as lacks a grant on the table, function or schema. New tables are " +
    "granted to nobody by default; a request without a token runs as anon.",
  documentationUrl: "https://supabase.com/docs/guides/api/securing-your-api",
  match: {
    anyOf: [{ codes: ["42501"] }, {
      messages: [
        "permission denied for table",
        "permission denied for schema",
        "permission denied for function",
        "permission denied for sequence",
        "must be owner of",
      ],
    }],
    noneOf: [{ messages: ["row-level security"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 5, beta: 4 },
      reason: "A changed database user or key in configuration explains a sudden onset.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Grants are a migration, and never widened by a machine.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: "permission denied for table invoices",
      extra: { code: "42501" },
    }, { message: "permission denied for schema private" }],
    negative: [{
      type: "PostgresError",
      message: 'new row violates row-level security policy for table "invoices"',
      extra: { code: "42501" },
    }, {
      type: "Error",
      message: "EACCES: permission denied, open '/etc/app.key'",
      extra: { code: "EACCES" },
    }],
  },
};
