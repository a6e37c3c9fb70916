import type { Pattern } from "../pattern.ts";

export const postgresReadOnlyTransaction: Pattern = {
  slug: "postgres-read-only-transaction",
  category: "database",
  severity: "high",
  title: "Writes reach a read-only database",
  explanation:
    "The session is read-only: it is connected to a replica, or the platform switched the database to " +
    "read-only because its disk is nearly full, or default_transaction_read_only is on.",
  documentationUrl: "https://supabase.com/docs/guides/platform/database-size",
  match: { anyOf: [{ codes: ["25006"] }, { messages: ["cannot execute * in a read-only transaction"] }] },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 7, beta: 3 },
      reason: "A connection string that now points to a replica, or the read-only setting, is configuration.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "If the disk is full, somebody has to free or enlarge it.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: "cannot execute INSERT in a read-only transaction",
      extra: { code: "25006" },
    }, { message: "ERROR: cannot execute UPDATE in a read-only transaction" }],
    negative: [{ type: "TypeError", message: "Cannot assign to read only property 'name' of object" }, {
      type: "Error",
      message: "EROFS: read-only file system, open '/app/cache'",
      extra: { code: "EROFS" },
    }],
  },
};
