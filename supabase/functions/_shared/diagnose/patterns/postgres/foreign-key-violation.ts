import type { Pattern } from "../pattern.ts";

export const postgresForeignKeyViolation: Pattern = {
  slug: "postgres-foreign-key-violation",
  category: "validation",
  severity: "low",
  title: "A row refers to one that is not there",
  explanation:
    "An insert or update points to a parent row that does not exist, or a delete would leave children " +
    "behind. Order of writes, a deleted parent, or data of another environment are the usual reasons.",
  documentationUrl: "https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK",
  match: {
    anyOf: [{ codes: ["23503", "P2003"] }, {
      messages: [
        "violates foreign key constraint",
        "Foreign key constraint failed on the",
        "Foreign key constraint violated",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.set-flag",
      prior: { alpha: 2, beta: 6 },
      reason: "Only where a new flow behind a flag writes in the wrong order.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The order of writes is a matter of code.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: 'insert or update on table "orders" violates foreign key constraint "orders_user_id_fkey"',
      extra: { code: "23503" },
    }, {
      message:
        'update or delete on table "users" violates foreign key constraint "orders_user_id_fkey" on table "orders"',
    }],
    negative: [{
      type: "PostgresError",
      message: 'duplicate key value violates unique constraint "users_email_key"',
      extra: { code: "23505" },
    }, { type: "Error", message: "foreign exchange rate missing" }],
  },
};
