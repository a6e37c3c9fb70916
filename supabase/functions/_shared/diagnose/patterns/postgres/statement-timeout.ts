import type { Pattern } from "../pattern.ts";

export const postgresStatementTimeout: Pattern = {
  slug: "postgres-statement-timeout",
  category: "database",
  severity: "medium",
  title: "Statements run past the statement timeout",
  explanation:
    "A statement was cancelled because it ran longer than statement_timeout, or by request. The timeout " +
    "is not the fault: a missing index, stale statistics, waiting for a lock, or a data set that has " +
    "grown makes the statement slow; or the timeout itself was set too short.",
  documentationUrl: "https://supabase.com/docs/guides/database/postgres/timeouts",
  match: {
    anyOf: [{ codes: ["57014"] }, {
      messages: ["canceling statement due to statement timeout", "canceling statement due to user request"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 8, beta: 3 },
      reason: "A timeout that was just shortened, or a raised batch size, explains a sudden onset.",
    },
    {
      action: "postgres.create-index",
      prior: { alpha: 7, beta: 4 },
      reason: "Where the inspection shows full scans by the failing statement, an index usually ends them.",
    },
    {
      action: "postgres.end-idle-session",
      prior: { alpha: 6, beta: 4 },
      reason: "If the statement only waits for an idle transaction, ending that one frees it.",
    },
    {
      action: "postgres.cancel-query",
      prior: { alpha: 5, beta: 5 },
      reason: "A runaway statement beside it takes the resources; it may return.",
    },
    {
      action: "postgres.analyze",
      prior: { alpha: 3, beta: 5 },
      reason: "A plan from stale statistics is possible, and cheap to rule out.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the statement has to be rewritten.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: "canceling statement due to statement timeout",
      extra: { code: "57014" },
    }, {
      type: "Error",
      message:
        '{"code":"57014","details":null,"hint":null,"message":"canceling statement due to statement timeout"}',
    }],
    negative: [{
      type: "PostgresError",
      message: "canceling statement due to lock timeout",
      extra: { code: "55P03" },
    }, { type: "TimeoutError", message: "The operation was aborted due to timeout" }],
  },
};
