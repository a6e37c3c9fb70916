import type { Pattern } from "../pattern.ts";

export const postgresStaleStatistics: Pattern = {
  slug: "postgres-stale-statistics",
  category: "database",
  severity: "medium",
  title: "The planner works with outdated statistics",
  explanation:
    "Much of a table has changed since it was last analyzed. The planner underestimates rows and picks a " +
    "nested loop or a wrong index, and a statement that was fast becomes slow from one moment to the " +
    "next.",
  documentationUrl: "https://www.postgresql.org/docs/current/routine-vacuuming.html#VACUUM-FOR-STATISTICS",
  match: {
    anyOf: [{
      findings: ["stale-statistics"],
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
    }, { findings: ["stale-statistics"], codes: ["57014"] }],
  },
  actions: [
    {
      action: "postgres.analyze",
      prior: { alpha: 8, beta: 3 },
      reason: "Analyzing is cheap and exactly what is missing; the plan may be bad for other reasons.",
    },
    {
      action: "postgres.create-index",
      prior: { alpha: 2, beta: 5 },
      reason: "The table may also have outgrown its indexes.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Autovacuum may need other settings for this table.",
    },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "slow query: took too long (9 s)",
      findings: { "stale-statistics": 0.85 },
    }, {
      type: "PostgresError",
      message: "canceling statement due to statement timeout",
      extra: { code: "57014" },
      findings: { "stale-statistics": 0.85 },
    }],
    negative: [{ type: "Error", message: "slow query: 4200 ms" }, {
      type: "Error",
      message: "statistics page failed to load",
      findings: { "stale-statistics": 0.85 },
    }],
  },
};
