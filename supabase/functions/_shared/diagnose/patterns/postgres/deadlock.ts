import type { Pattern } from "../pattern.ts";

export const postgresDeadlock: Pattern = {
  slug: "postgres-deadlock",
  category: "database",
  severity: "medium",
  title: "Transactions wait for each other in a circle",
  explanation:
    "Two or more transactions took locks in different orders and each waits for the other. Postgres " +
    "notices after deadlock_timeout and cancels one of them. Work that locks rows in one fixed order " +
    "cannot deadlock.",
  documentationUrl: "https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-DEADLOCKS",
  match: { anyOf: [{ codes: ["40P01"] }, { messages: ["deadlock detected"] }] },
  actions: [
    {
      action: "postgres.end-idle-session",
      prior: { alpha: 3, beta: 4 },
      reason:
        "Where an idle session holds one of the locks, ending it breaks the circle; most deadlocks are between active ones.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 3, beta: 4 },
      reason: "Fewer workers on the same rows meet less often.",
    },
    {
      action: "postgres.create-index",
      prior: { alpha: 2, beta: 4 },
      reason:
        "Without an index an update locks and checks more than it needs, and cascades hold locks longer.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The lasting cure is one lock order in the code.",
    },
  ],
  examples: {
    positive: [{ type: "DatabaseError", message: "deadlock detected", extra: { code: "40P01" } }, {
      message: "Process 2231 waits for ShareLock on transaction 991; deadlock detected",
    }],
    negative: [{ type: "Error", message: "deadlocked worker thread was restarted" }, {
      type: "PostgresError",
      message: "canceling statement due to lock timeout",
      extra: { code: "55P03" },
    }],
  },
};
