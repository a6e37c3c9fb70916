import type { Pattern } from "../pattern.ts";

export const postgresLockTimeout: Pattern = {
  slug: "postgres-lock-timeout",
  category: "database",
  severity: "medium",
  title: "Statements wait too long for a lock",
  explanation:
    "Another session holds a lock that this statement needs, and lock_timeout (or NOWAIT) ended the wait. " +
    "Typical holders are transactions left open by the application, long reports, and schema changes.",
  documentationUrl: "https://www.postgresql.org/docs/current/explicit-locking.html",
  match: {
    anyOf: [{ codes: ["55P03"] }, {
      messages: ["canceling statement due to lock timeout", "could not obtain lock on"],
    }],
  },
  actions: [
    {
      action: "postgres.end-idle-session",
      prior: { alpha: 9, beta: 2 },
      reason:
        "A transaction that holds the lock and does nothing can be ended without harm to anybody but itself.",
    },
    {
      action: "postgres.cancel-query",
      prior: { alpha: 5, beta: 4 },
      reason: "An active holder can be cancelled; it loses its work.",
    },
    {
      action: "configuration.revert",
      prior: { alpha: 5, beta: 4 },
      reason: "A lock timeout that was just shortened explains a sudden onset.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "A schema change may be running on purpose.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: "canceling statement due to lock timeout",
      extra: { code: "55P03" },
    }, { message: 'ERROR: could not obtain lock on row in relation "orders"' }],
    negative: [{
      type: "PostgresError",
      message: "canceling statement due to statement timeout",
      extra: { code: "57014" },
    }, { type: "Error", message: "Unable to acquire lock file /tmp/app.lock" }],
  },
};
