import type { Pattern } from "../pattern.ts";

export const postgresViewNotPopulated: Pattern = {
  slug: "postgres-view-not-populated",
  category: "database",
  severity: "high",
  title: "A materialized view was never filled",
  explanation:
    "The view was created or restored with no data, or a refresh with no data emptied it. Reading it is " +
    "an error until it is refreshed once.",
  documentationUrl: "https://www.postgresql.org/docs/current/sql-refreshmaterializedview.html",
  match: {
    anyOf: [{ codes: ["55000"], messages: ["materialized view * has not been populated"] }, {
      messages: ["materialized view * has not been populated"],
    }],
  },
  actions: [
    {
      action: "postgres.refresh-view",
      prior: { alpha: 9, beta: 1 },
      reason: "One refresh is exactly what is missing; only a broken or very slow query behind it can fail.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "The job that should refresh it needs a look.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: 'materialized view "sales_daily" has not been populated',
      extra: { code: "55000" },
    }, {
      message:
        'ERROR: materialized view "public.leaderboard" has not been populated HINT: Use the REFRESH MATERIALIZED VIEW command.',
    }],
    negative: [{
      type: "PostgresError",
      message: 'relation "sales_daily" does not exist',
      extra: { code: "42P01" },
    }, { type: "Error", message: "form view has not been populated" }],
  },
};
