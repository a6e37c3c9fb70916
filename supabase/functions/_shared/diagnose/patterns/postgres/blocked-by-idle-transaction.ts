import type { Pattern } from "../pattern.ts";

export const postgresBlockedByIdleTransaction: Pattern = {
  slug: "postgres-blocked-by-idle-transaction",
  category: "database",
  severity: "high",
  title: "A forgotten transaction blocks others",
  explanation:
    "A session began a transaction, took locks, and now does nothing, while others wait for its locks. A " +
    "crashed request, a missing commit on an error path, or a transaction held over a call to another " +
    "service does this.",
  documentationUrl:
    "https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-IDLE-IN-TRANSACTION-SESSION-TIMEOUT",
  match: {
    anyOf: [{
      findings: ["idle-in-transaction"],
      codes: ["55P03", "57014", "40P01", "ETIMEDOUT", "PGRST003", "53300"],
    }, {
      findings: ["idle-in-transaction"],
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
        "could not obtain lock",
        "timed out",
        "timeout",
      ],
    }, { findings: ["idle-in-transaction"], statuses: ["504"] }],
  },
  actions: [
    {
      action: "postgres.end-idle-session",
      prior: { alpha: 9, beta: 1 },
      reason:
        "Ending the session releases its locks at once, and it was not working; the code may leave another one behind.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "The path that forgets to commit has to be found.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: "canceling statement due to lock timeout",
      extra: { code: "55P03" },
      findings: { "idle-in-transaction": 0.9 },
    }, {
      type: "Error",
      message: "checkout failed: timeout after 5000 ms",
      findings: { "idle-in-transaction": 0.9 },
    }],
    negative: [{
      type: "PostgresError",
      message: "canceling statement due to lock timeout",
      extra: { code: "55P03" },
    }, { type: "TypeError", message: "x is not a function", findings: { "idle-in-transaction": 0.9 } }],
  },
};
