import type { Pattern } from "../pattern.ts";

export const postgresPreparedStatementMismatch: Pattern = {
  slug: "postgres-prepared-statement-mismatch",
  category: "configuration",
  severity: "high",
  title: "Prepared statements do not survive the pooler",
  explanation:
    "In transaction mode a pooler gives each transaction another server connection, so a statement " +
    "prepared on one is unknown, or already known, on the next. The driver has to be told not to prepare, " +
    "or to use session mode.",
  documentationUrl: "https://supabase.com/docs/guides/database/connecting-to-postgres",
  match: {
    anyOf: [{ codes: ["26000", "42P05"] }, {
      messages: ["prepared statement * does not exist", "prepared statement * already exists"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 9, beta: 2 },
      reason:
        "It begins when the connection string is moved to the transaction pooler, and ends when it is moved back.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The lasting cure is prepare: false in the driver.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: 'prepared statement "s0" already exists',
      extra: { code: "42P05" },
    }, { message: 'ERROR: prepared statement "lrupsc_1_0" does not exist' }],
    negative: [{
      type: "PostgresError",
      message: 'relation "statements" does not exist',
      extra: { code: "42P01" },
    }, { type: "Error", message: "Bank statement does not exist" }],
  },
};
