import type { Pattern } from "../pattern.ts";

export const postgresRowLevelSecurity: Pattern = {
  slug: "postgres-row-level-security",
  category: "authorization",
  severity: "medium",
  title: "A row-level security policy refuses the write",
  explanation:
    "The policies of the table do not allow this user to write this row. The check compares the row with " +
    "the user's token: usually the owner column is missing or another user's, or the table has no policy " +
    "for this command.",
  documentationUrl: "https://supabase.com/docs/guides/database/postgres/row-level-security",
  match: {
    anyOf: [{ codes: ["42501"], messages: ["violates row-level security policy"] }, {
      messages: ["violates row-level security policy"],
    }],
  },
  actions: [
    {
      action: "configuration.set-flag",
      prior: { alpha: 2, beta: 6 },
      reason: "Switches off a new flow that writes without an owner.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Policies are never loosened by a machine.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgrestError",
      message: 'new row violates row-level security policy for table "invoices"',
      extra: { code: "42501" },
    }, { message: 'new row violates row-level security policy (USING expression) for table "documents"' }],
    negative: [{
      type: "PostgresError",
      message: "permission denied for table invoices",
      extra: { code: "42501" },
    }, { type: "Error", message: "Content Security Policy violation" }],
  },
};
