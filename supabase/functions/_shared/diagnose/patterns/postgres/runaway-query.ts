import type { Pattern } from "../pattern.ts";

export const postgresRunawayQuery: Pattern = {
  slug: "postgres-runaway-query",
  category: "database",
  severity: "high",
  title: "One statement runs far too long and slows the others",
  explanation:
    "A single active statement has been running for very long, takes a connection, processor and perhaps " +
    "locks, and others fail with time-outs. Reports on the production database, missing join conditions " +
    "and forgotten limits are typical.",
  documentationUrl: "https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SIGNAL",
  match: {
    anyOf: [{
      findings: ["long-running-query"],
      codes: ["57014", "55P03", "PGRST003", "53300", "53200", "ETIMEDOUT"],
    }, {
      findings: ["long-running-query"],
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
        "timeout exceeded when trying to connect",
        "pool * exhausted",
        "timed out",
        "timeout",
      ],
    }, { findings: ["long-running-query"], statuses: ["504"] }],
  },
  actions: [
    {
      action: "postgres.cancel-query",
      prior: { alpha: 8, beta: 2 },
      reason: "Cancelling it gives everything back at once; whoever started it may start it again.",
    },
    {
      action: "postgres.create-index",
      prior: { alpha: 3, beta: 5 },
      reason: "If it comes from the application, an index may make it short.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "Its owner should know." },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: "canceling statement due to lock timeout",
      extra: { code: "55P03" },
      findings: { "long-running-query": 0.85 },
    }, {
      type: "Error",
      message: "timeout exceeded when trying to connect",
      findings: { "long-running-query": 0.85 },
    }],
    negative: [{ type: "Error", message: "timeout exceeded when trying to connect" }, {
      type: "TypeError",
      message: "x is not a function",
      findings: { "long-running-query": 0.85 },
    }],
  },
};
