import type { Pattern } from "../pattern.ts";

export const postgresUndefinedColumn: Pattern = {
  slug: "postgres-undefined-column",
  category: "deployment",
  severity: "high",
  title: "A column does not exist",
  explanation:
    "Code and schema disagree: the column was renamed, dropped or not yet added where this code runs. " +
    "Typical minutes after a deployment in which migration and code go live in the wrong order.",
  documentationUrl: "https://www.postgresql.org/docs/current/errcodes-appendix.html",
  match: { anyOf: [{ codes: ["42703", "P2022"] }, { messages: ["column * does not exist"] }] },
  actions: [
    {
      action: "configuration.set-flag",
      prior: { alpha: 5, beta: 4 },
      reason: "Switches off the feature that needs the column.",
    },
    {
      action: "configuration.revert",
      prior: { alpha: 3, beta: 5 },
      reason: "Only where a setting names the column or the database.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise migration and code have to be brought together.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: "column users.nickname does not exist",
      extra: { code: "42703" },
    }, {
      type: "UndefinedColumn",
      message: 'column "total_cents" of relation "orders" does not exist',
      module: "psycopg2.errors",
      platform: "python",
    }],
    negative: [{
      type: "PostgresError",
      message: 'relation "orders" does not exist',
      extra: { code: "42P01" },
    }, { type: "TypeError", message: "row.nickname is not a function" }],
  },
};
