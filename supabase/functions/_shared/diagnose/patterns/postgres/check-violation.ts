import type { Pattern } from "../pattern.ts";

export const postgresCheckViolation: Pattern = {
  slug: "postgres-check-violation",
  category: "validation",
  severity: "low",
  title: "A value breaks a rule of the table",
  explanation:
    "A check constraint refused the row: the value is outside what the schema allows. The application " +
    "validates less strictly than the database, or computes something wrong.",
  documentationUrl:
    "https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-CHECK-CONSTRAINTS",
  match: { anyOf: [{ codes: ["23514"] }, { messages: ["violates check constraint"] }] },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 4, beta: 5 },
      reason: "A price, rate or limit from configuration that became negative or zero ends up here.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the computation has to be corrected.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: 'new row for relation "orders" violates check constraint "orders_total_positive"',
      extra: { code: "23514" },
    }, {
      message:
        'check constraint failed: new row for relation "carts" violates check constraint "carts_quantity_check"',
    }],
    negative: [{
      type: "PostgresError",
      message: 'null value in column "email" of relation "users" violates not-null constraint',
      extra: { code: "23502" },
    }, { type: "Error", message: "health check failed" }],
  },
};
