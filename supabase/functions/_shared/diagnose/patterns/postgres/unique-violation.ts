import type { Pattern } from "../pattern.ts";

export const postgresUniqueViolation: Pattern = {
  slug: "postgres-unique-violation",
  category: "validation",
  severity: "low",
  title: "A row with this key exists already",
  explanation:
    "An insert or update would give a unique key a second time. Either the same request was sent twice (a " +
    "retry, a double click), two requests raced, or a sequence lags behind rows that were imported with " +
    "their own ids.",
  documentationUrl:
    "https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-UNIQUE-CONSTRAINTS",
  match: {
    anyOf: [{ codes: ["23505", "P2002"] }, {
      messages: ["duplicate key value violates unique constraint", "Unique constraint failed on the"],
    }],
  },
  actions: [
    {
      action: "configuration.set-flag",
      prior: { alpha: 2, beta: 6 },
      reason: "Switching off a new writer helps only where a flag began it.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Upsert, an idempotency key, or setting the sequence is a change of code or data.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: 'duplicate key value violates unique constraint "users_email_key"',
      extra: { code: "23505" },
    }, {
      type: "UniqueViolation",
      message:
        'duplicate key value violates unique constraint "orders_pkey" DETAIL: Key (id)=(7) already exists.',
      module: "psycopg2.errors",
      platform: "python",
    }],
    negative: [{
      type: "PostgresError",
      message: 'insert or update on table "orders" violates foreign key constraint "orders_user_id_fkey"',
      extra: { code: "23503" },
    }, { type: "Error", message: "Encountered two children with the same key" }],
  },
};
