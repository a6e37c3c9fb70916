import type { Pattern } from "../pattern.ts";

export const postgresIdleInTransactionTimeout: Pattern = {
  slug: "postgres-idle-in-transaction-timeout",
  category: "database",
  severity: "medium",
  title: "Sessions are ended for idling inside a transaction",
  explanation:
    "The application opened a transaction and then did something else, such as calling another service, " +
    "for longer than idle_in_transaction_session_timeout. Postgres closed the session to release its " +
    "locks, so the next statement on it fails.",
  documentationUrl:
    "https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-IDLE-IN-TRANSACTION-SESSION-TIMEOUT",
  match: {
    anyOf: [{ codes: ["25P03"] }, {
      messages: ["terminating connection due to idle-in-transaction timeout"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 7, beta: 3 },
      reason:
        "A timeout that was just shortened, or a dependency made slower by a setting, explains a sudden onset.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The transaction has to be closed before waiting for others.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: "terminating connection due to idle-in-transaction timeout",
      extra: { code: "25P03" },
    }, { message: "FATAL: terminating connection due to idle-in-transaction timeout" }],
    negative: [{
      type: "PostgresError",
      message: "terminating connection due to administrator command",
      extra: { code: "57P01" },
    }, { type: "Error", message: "Connection idle timeout reached" }],
  },
};
