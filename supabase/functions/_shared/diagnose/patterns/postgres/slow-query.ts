import type { Pattern } from "../pattern.ts";

export const postgresSlowQuery: Pattern = {
  slug: "postgres-slow-query",
  category: "database",
  severity: "low",
  title: "Queries are slower than the application accepts",
  explanation:
    "The application reports or gives up on a query that took too long, before Postgres itself did. The " +
    "reasons are those of a statement time-out: missing index, waiting, stale statistics, more data.",
  documentationUrl: "https://www.postgresql.org/docs/current/using-explain.html",
  match: { anyOf: [{ messages: ["slow query", "query timeout", "query read timeout", "query took"] }] },
  actions: [
    {
      action: "postgres.create-index",
      prior: { alpha: 5, beta: 4 },
      reason: "If the inspection proves a scan.",
    },
    {
      action: "configuration.revert",
      prior: { alpha: 4, beta: 4 },
      reason: "A shortened time-out or a larger page size explains a sudden onset.",
    },
    { action: "postgres.analyze", prior: { alpha: 3, beta: 5 }, reason: "Cheap, and sometimes the reason." },
    {
      action: "postgres.cancel-query",
      prior: { alpha: 3, beta: 5 },
      reason: "If another statement takes the resources.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the query has to be rewritten.",
    },
  ],
  examples: {
    positive: [{ type: "Error", message: "Query read timeout" }, {
      message: "slow query detected: 5321 ms: select * from orders where user_id = $1",
    }],
    negative: [{ type: "Error", message: "slow network detected" }, {
      type: "PostgresError",
      message: "canceling statement due to statement timeout",
      extra: { code: "57014" },
    }],
  },
};
