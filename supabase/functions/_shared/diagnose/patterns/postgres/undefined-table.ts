import type { Pattern } from "../pattern.ts";

export const postgresUndefinedTable: Pattern = {
  slug: "postgres-undefined-table",
  category: "deployment",
  severity: "high",
  title: "A table does not exist where the code looks for it",
  explanation:
    "The statement names a table or view that is not in the search path. A migration has not run, the " +
    "code is newer or older than the schema, or it is connected to another database or schema.",
  documentationUrl: "https://www.postgresql.org/docs/current/ddl-schemas.html#DDL-SCHEMAS-PATH",
  match: {
    anyOf: [{ codes: ["42P01", "P2021"] }, { messages: ["relation * does not exist"] }],
    noneOf: [{ messages: ["column * of relation * does not exist"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 7, beta: 3 },
      reason: "A changed database URL, schema or search path points the code to the wrong place.",
    },
    {
      action: "configuration.set-flag",
      prior: { alpha: 4, beta: 4 },
      reason: "Switches off the feature whose table is missing.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the migration has to be deployed.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: 'relation "orders" does not exist',
      extra: { code: "42P01" },
    }, {
      type: "UndefinedTable",
      message: 'relation "public.invoices" does not exist',
      module: "psycopg2.errors",
      platform: "python",
    }],
    negative: [{
      type: "PostgresError",
      message: 'column "nickname" of relation "users" does not exist',
      extra: { code: "42703" },
    }, {
      type: "Error",
      message: "ENOENT: no such file or directory, open 'orders.json'",
      extra: { code: "ENOENT" },
    }],
  },
};
