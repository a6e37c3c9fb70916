import type { Pattern } from "../pattern.ts";

export const postgresStartingUp: Pattern = {
  slug: "postgres-starting-up",
  category: "database",
  severity: "high",
  title: "The database does not accept connections yet",
  explanation:
    "The server is starting, shutting down or replaying its log after a crash. It refuses sessions until " +
    "it is consistent; that takes from seconds to many minutes after heavy writes.",
  documentationUrl: "https://www.postgresql.org/docs/current/server-start.html",
  match: {
    anyOf: [{ codes: ["57P03"] }, {
      messages: [
        "the database system is starting up",
        "the database system is shutting down",
        "the database system is in recovery mode",
        "the database system is not yet accepting connections",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.open-breaker",
      prior: { alpha: 4, beta: 5 },
      reason: "Failing fast protects the starting server from a herd of reconnects.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "If recovery does not end, an operator has to look.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: "the database system is starting up",
      extra: { code: "57P03" },
    }, { message: "FATAL: the database system is in recovery mode" }],
    negative: [{
      type: "PostgresError",
      message: "terminating connection due to administrator command",
      extra: { code: "57P01" },
    }, { type: "Error", message: "the system is starting the export" }],
  },
};
