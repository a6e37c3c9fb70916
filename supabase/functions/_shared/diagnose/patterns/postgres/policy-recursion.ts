import type { Pattern } from "../pattern.ts";

export const postgresPolicyRecursion: Pattern = {
  slug: "postgres-policy-recursion",
  category: "database",
  severity: "high",
  title: "A row-level security policy calls itself",
  explanation:
    "A policy on a table selects from the same table, directly or through another policy, so evaluating " +
    "it never ends. Every read and write of the table fails until the policy is changed, commonly to call " +
    "a security definer function.",
  documentationUrl: "https://supabase.com/docs/guides/database/postgres/row-level-security",
  match: { anyOf: [{ codes: ["42P17"] }, { messages: ["infinite recursion detected in policy"] }] },
  actions: [
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "A policy has to be rewritten by hand.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: 'infinite recursion detected in policy for relation "members"',
      extra: { code: "42P17" },
    }, { message: 'infinite recursion detected in policy for relation "teams"' }],
    negative: [{ type: "RangeError", message: "Maximum call stack size exceeded" }, {
      type: "PostgresError",
      message: 'new row violates row-level security policy for table "invoices"',
      extra: { code: "42501" },
    }],
  },
};
