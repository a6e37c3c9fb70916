import type { Pattern } from "../pattern.ts";

export const postgresTooManyConnections: Pattern = {
  slug: "postgres-too-many-connections",
  category: "resource",
  severity: "high",
  title: "The database has no connection slots left",
  explanation:
    "Every slot of max_connections is taken, or only those reserved for administrators are left. Usually " +
    "each instance of the application opens its own pool, a pool was enlarged, or sessions leak. New work " +
    "fails until connections are given back.",
  documentationUrl:
    "https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-MAX-CONNECTIONS",
  match: {
    anyOf: [{ codes: ["53300", "P2037"] }, {
      messages: [
        "too many clients already",
        "remaining connection slots are reserved",
        "too many connections for role",
        "too many connections for database",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 9, beta: 2 },
      reason:
        "A pool size or instance count that was just raised is the usual reason, and lowering it again frees the slots.",
    },
    {
      action: "postgres.end-idle-session",
      prior: { alpha: 5, beta: 3 },
      reason: "Idle transactions keep slots; ending them frees some at once.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 5, beta: 4 },
      reason: "Smaller pools fit, though requests then queue.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "Somebody has to choose a pooler or a larger instance.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: "sorry, too many clients already",
      extra: { code: "53300" },
    }, {
      message: "FATAL: remaining connection slots are reserved for non-replication superuser connections",
    }],
    negative: [{ type: "Error", message: "MaxClientsInSessionMode: max clients reached" }, {
      type: "Error",
      message: "Too many open files",
    }],
  },
};
