import type { Pattern } from "../pattern.ts";

export const postgresAdminShutdown: Pattern = {
  slug: "postgres-admin-shutdown",
  category: "database",
  severity: "medium",
  title: "Sessions were ended by an administrator or a restart",
  explanation:
    "Somebody or something called pg_terminate_backend, or the server is shutting down for a restart or " +
    "upgrade. Connections in pools die together; a pool that reconnects recovers within seconds.",
  documentationUrl: "https://www.postgresql.org/docs/current/server-shutdown.html",
  match: {
    anyOf: [{ codes: ["57P01"] }, { messages: ["terminating connection due to administrator command"] }],
  },
  actions: [
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "It passes by itself when the restart is over; if it repeats, somebody terminates sessions.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: "terminating connection due to administrator command",
      extra: { code: "57P01" },
    }, {
      type: "AdminShutdown",
      message: "terminating connection due to administrator command",
      module: "psycopg2.errors",
      platform: "python",
    }],
    negative: [{
      type: "PostgresError",
      message: "the database system is starting up",
      extra: { code: "57P03" },
    }, { type: "Error", message: "Connection terminated unexpectedly" }],
  },
};
