import type { Pattern } from "../pattern.ts";

export const postgresNotNullViolation: Pattern = {
  slug: "postgres-not-null-violation",
  category: "validation",
  severity: "low",
  title: "A required column was left empty",
  explanation:
    "The application wrote null into a column that forbids it. Often a client of an older or newer " +
    "version does not send the field, or a default was removed from the schema.",
  documentationUrl: "https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-NOT-NULL",
  match: {
    anyOf: [{ codes: ["23502", "P2011"] }, {
      messages: ["null value in column * violates not-null constraint"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 2, beta: 6 },
      reason: "Only where a setting supplies the missing value.",
    },
    {
      action: "configuration.set-flag",
      prior: { alpha: 2, beta: 6 },
      reason: "Only where a new form or flow is behind a flag.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Client and schema have to agree again.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: 'null value in column "email" of relation "users" violates not-null constraint',
      extra: { code: "23502" },
    }, {
      type: "Error",
      message:
        '{"code":"23502","details":"Failing row contains (null, foo).","hint":null,"message":"null value in column \\"id\\" of relation \\"projects\\" violates not-null constraint"}',
    }],
    negative: [{ type: "TypeError", message: "Cannot read properties of null (reading 'email')" }, {
      type: "PostgresError",
      message: 'new row for relation "orders" violates check constraint "total_positive"',
      extra: { code: "23514" },
    }],
  },
};
