import type { Pattern } from "../pattern.ts";

export const postgresCrashShutdown: Pattern = {
  slug: "postgres-crash-shutdown",
  category: "database",
  severity: "high",
  title: "A backend crashed and took all sessions with it",
  explanation:
    "One server process died (killed for memory, or a bug in an extension) and Postgres ended all others " +
    "because shared memory may be damaged. It restarts by itself; the statement that crashed it will do " +
    "so again.",
  documentationUrl: "https://www.postgresql.org/docs/current/server-shutdown.html",
  match: {
    anyOf: [{ codes: ["57P02"] }, {
      messages: ["terminating connection because of crash of another server process"],
    }],
  },
  actions: [
    {
      action: "postgres.cancel-query",
      prior: { alpha: 3, beta: 6 },
      reason: "Only if the culprit is running again and can be told apart.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "The server's log names the process that died.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: "terminating connection because of crash of another server process",
      extra: { code: "57P02" },
    }, { message: "WARNING: terminating connection because of crash of another server process" }],
    negative: [{
      type: "PostgresError",
      message: "terminating connection due to administrator command",
      extra: { code: "57P01" },
    }, { type: "Error", message: "Renderer process crashed" }],
  },
};
