import type { Pattern } from "../pattern.ts";

export const postgresSerializationFailure: Pattern = {
  slug: "postgres-serialization-failure",
  category: "database",
  severity: "low",
  title: "Transactions conflict under serializable isolation",
  explanation:
    "Two transactions at repeatable-read or serializable isolation read and wrote overlapping rows, and " +
    "Postgres rolled one back so that the result stays as if they had run one after the other. It is " +
    "expected under contention: the whole transaction has to be run again.",
  documentationUrl: "https://www.postgresql.org/docs/current/transaction-iso.html#XACT-SERIALIZABLE",
  match: { anyOf: [{ codes: ["40001", "P2034"] }, { messages: ["could not serialize access"] }] },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 4, beta: 4 },
      reason: "When a changed isolation level or worker count began it, putting it back ends it.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 3, beta: 4 },
      reason: "Less concurrency on the contended rows means fewer conflicts, at the price of throughput.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The lasting cure is a retry loop in the code.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: "could not serialize access due to concurrent update",
      extra: { code: "40001" },
    }, {
      message:
        "ERROR: could not serialize access due to read/write dependencies among transactions (SQLSTATE 40001)",
    }],
    negative: [{ type: "PostgresError", message: "deadlock detected", extra: { code: "40P01" } }, {
      type: "TypeError",
      message: "Could not serialize value to JSON",
    }],
  },
};
