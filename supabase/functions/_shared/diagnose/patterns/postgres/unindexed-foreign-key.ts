import type { Pattern } from "../pattern.ts";

export const postgresUnindexedForeignKey: Pattern = {
  slug: "postgres-unindexed-foreign-key",
  category: "database",
  severity: "medium",
  title: "Deletes and joins scan for lack of an index on a foreign key",
  explanation:
    "Postgres indexes the referenced side of a foreign key but not the referring one. Deleting or " +
    "updating a parent then reads the whole child table for each row, holding locks meanwhile.",
  documentationUrl:
    "https://supabase.com/docs/guides/database/database-advisors?lint=0001_unindexed_foreign_keys",
  match: {
    anyOf: [{
      findings: ["unindexed-foreign-key"],
      messages: [
        "slow query",
        "query timeout",
        "query read timeout",
        "timed out * query",
        "query took",
        "statement timeout",
        "canceling statement due to statement timeout",
        "request timed out",
        "response time exceeded",
        "took too long",
        "lock timeout",
        "deadlock detected",
      ],
    }, { findings: ["unindexed-foreign-key"], codes: ["57014", "55P03", "40P01"] }],
  },
  actions: [
    {
      action: "postgres.create-index",
      prior: { alpha: 7, beta: 3 },
      reason:
        "Indexing the referring columns makes the check an index look-up; the slow statement may be another one.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The index belongs into the migrations as well.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: "canceling statement due to statement timeout",
      extra: { code: "57014" },
      findings: { "unindexed-foreign-key": 0.8 },
    }, {
      type: "Error",
      message: "delete failed: query timeout after 8000 ms",
      findings: { "unindexed-foreign-key": 0.8 },
    }],
    negative: [{
      type: "PostgresError",
      message: "canceling statement due to statement timeout",
      extra: { code: "57014" },
    }, {
      type: "PostgresError",
      message: 'insert or update on table "orders" violates foreign key constraint "orders_user_id_fkey"',
      extra: { code: "23503" },
      findings: { "unindexed-foreign-key": 0.8 },
    }],
  },
};
