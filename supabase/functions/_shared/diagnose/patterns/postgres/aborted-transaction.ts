import type { Pattern } from "../pattern.ts";

export const postgresAbortedTransaction: Pattern = {
  slug: "postgres-aborted-transaction",
  category: "database",
  severity: "low",
  title: "Statements are sent in a transaction that already failed",
  explanation:
    "An earlier statement of the transaction failed and the code went on without rolling back. Postgres " +
    "refuses everything until the transaction ends. The first error is the one to look at; with a pool, a " +
    "connection can be handed on in this state.",
  documentationUrl: "https://www.postgresql.org/docs/current/errcodes-appendix.html",
  match: {
    anyOf: [{ codes: ["25P02"] }, { messages: ["current transaction is aborted, commands ignored"] }],
  },
  actions: [
    {
      action: "postgres.end-idle-session",
      prior: { alpha: 4, beta: 5 },
      reason: "A pooled session stuck in an aborted transaction is freed by ending it.",
    },
    {
      action: "configuration.revert",
      prior: { alpha: 3, beta: 5 },
      reason: "The hidden first error may come from a changed setting.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The code has to roll back on error.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: "current transaction is aborted, commands ignored until end of transaction block",
      extra: { code: "25P02" },
    }, {
      type: "InFailedSqlTransaction",
      message: "current transaction is aborted, commands ignored until end of transaction block",
      module: "psycopg2.errors",
      platform: "python",
    }],
    negative: [{
      type: "AbortError",
      message: "The transaction was aborted, so the request cannot be fulfilled.",
    }, { type: "PostgresError", message: "deadlock detected", extra: { code: "40P01" } }],
  },
};
