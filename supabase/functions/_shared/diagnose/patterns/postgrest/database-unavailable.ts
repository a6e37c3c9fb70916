import type { Pattern } from "../pattern.ts";

export const postgrestDatabaseUnavailable: Pattern = {
  slug: "postgrest-database-unavailable",
  category: "database",
  severity: "high",
  title: "The REST API cannot reach the database",
  explanation:
    "PostgREST has no usable connection: the database is down, restarting, refuses the credentials, or " +
    "the schema cache could not be built because queries on the catalog fail or time out.",
  documentationUrl: "https://docs.postgrest.org/en/stable/references/errors.html#group-0-connection",
  match: {
    anyOf: [{ codes: ["PGRST000", "PGRST001", "PGRST002"] }, {
      messages: [
        "Could not query the database for the schema cache",
        "Database connection error. Retrying the connection",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 5, beta: 4 },
      reason: "A changed connection or exposed schema explains a sudden onset.",
    },
    {
      action: "postgres.end-idle-session",
      prior: { alpha: 4, beta: 5 },
      reason: "A lock held by an idle transaction can keep the schema cache from being read.",
    },
    {
      action: "postgres.cancel-query",
      prior: { alpha: 3, beta: 5 },
      reason: "So can a long statement that uses up the server.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "The database may be paused or down." },
  ],
  examples: {
    positive: [{
      type: "PostgrestError",
      message: "Could not query the database for the schema cache. Retrying.",
      extra: { code: "PGRST002" },
    }, {
      type: "PostgrestError",
      message: "Database connection error. Retrying the connection.",
      extra: { code: "PGRST000" },
    }],
    negative: [{
      type: "PostgrestError",
      message: "Timed out acquiring connection from connection pool.",
      extra: { code: "PGRST003" },
    }, { type: "Error", message: "Could not query the weather service" }],
  },
};
