import type { Pattern } from "../pattern.ts";

export const postgresInvalidPassword: Pattern = {
  slug: "postgres-invalid-password",
  category: "authentication",
  severity: "high",
  title: "The database refuses the password",
  explanation:
    "User or password in the connection string is not what the database expects. Typical after a password " +
    "was rotated in one place only, or special characters in it were not URL-encoded.",
  documentationUrl: "https://supabase.com/docs/guides/database/connecting-to-postgres",
  match: {
    anyOf: [{ codes: ["28P01", "28000", "P1000"] }, {
      messages: ["password authentication failed for user", "SASL authentication failed"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 9, beta: 2 },
      reason:
        "Credentials live in configuration; when they were just changed, the former ones usually still work.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise somebody has to enter the rotated secret.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: 'password authentication failed for user "postgres"',
      extra: { code: "28P01" },
    }, { message: 'FATAL: password authentication failed for user "shop"' }],
    negative: [{
      type: "AuthApiError",
      message: "Invalid login credentials",
      extra: { code: "invalid_credentials", status: 400 },
    }, { type: "Error", message: "Tenant or user not found" }],
  },
};
