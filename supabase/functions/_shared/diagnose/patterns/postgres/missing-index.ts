import type { Pattern } from "../pattern.ts";

export const postgresMissingIndex: Pattern = {
  slug: "postgres-missing-index",
  category: "database",
  severity: "medium",
  title: "A filter without an index reads the whole table",
  explanation:
    "The inspection shows statements that filter a large table by columns that no index begins with, so " +
    "each call reads every row. It grows worse with the table until time-outs begin.",
  documentationUrl: "https://www.postgresql.org/docs/current/indexes-intro.html",
  match: {
    anyOf: [
      {
        findings: ["missing-index"],
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
        ],
      },
      { findings: ["missing-index"], codes: ["57014", "PGRST003", "ETIMEDOUT"] },
      { findings: ["missing-index"], statuses: ["504"] },
    ],
  },
  actions: [
    {
      action: "postgres.create-index",
      prior: { alpha: 9, beta: 1.5 },
      reason:
        "An index on exactly the filtered columns of a proven scan ends it in most cases; low selectivity is the exception.",
    },
    {
      action: "postgres.analyze",
      prior: { alpha: 2, beta: 6 },
      reason: "Possible that the planner ignores a good index for stale statistics.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The index belongs into the migrations as well.",
    },
  ],
  examples: {
    positive: [{ type: "Error", message: "slow query: 4200 ms", findings: { "missing-index": 0.9 } }, {
      type: "PostgresError",
      message: "canceling statement due to statement timeout",
      extra: { code: "57014" },
      findings: { "missing-index": 0.9 },
    }],
    negative: [{ type: "Error", message: "slow query: 4200 ms" }, {
      type: "TypeError",
      message: "x is not a function",
      findings: { "missing-index": 0.9 },
    }],
  },
};
