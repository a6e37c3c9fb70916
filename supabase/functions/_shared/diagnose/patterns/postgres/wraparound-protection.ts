import type { Pattern } from "../pattern.ts";

export const postgresWraparoundProtection: Pattern = {
  slug: "postgres-wraparound-protection",
  category: "database",
  severity: "critical",
  title: "The database refuses writes to avoid losing old rows",
  explanation:
    "Transaction numbers are nearly used up because vacuum could not freeze old rows, held back by a " +
    "forgotten transaction, prepared transaction or replication slot. Postgres stops assigning new ones. " +
    "It has to be vacuumed by an administrator.",
  documentationUrl: "https://www.postgresql.org/docs/current/routine-vacuuming.html#VACUUM-FOR-WRAPAROUND",
  match: {
    anyOf: [
      { codes: ["54000", "55000"], messages: ["not accepting commands*to avoid wraparound data loss"] },
      {
        messages: [
          "not accepting commands*to avoid wraparound data loss",
          "must be vacuumed within * transactions",
        ],
      },
    ],
  },
  actions: [
    {
      action: "postgres.end-idle-session",
      prior: { alpha: 3, beta: 6 },
      reason:
        "An old idle transaction is one of the things that hold vacuum back, but then vacuum must still run.",
    },
    { action: "notify.message", prior: { alpha: 2, beta: 8 }, reason: "An administrator has to vacuum." },
  ],
  examples: {
    positive: [{
      message:
        'ERROR: database is not accepting commands to avoid wraparound data loss in database "postgres"',
    }, {
      type: "PostgresError",
      message:
        'database is not accepting commands that assign new transaction IDs to avoid wraparound data loss in database "app"',
      extra: { code: "54000" },
    }],
    negative: [{
      type: "PostgresError",
      message: 'index row size 2888 exceeds btree version 4 maximum 2704 for index "pages_body_idx"',
      extra: { code: "54000" },
    }, { type: "Error", message: "server is not accepting commands" }],
  },
};
