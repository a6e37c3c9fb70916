import type { Pattern } from "../pattern.ts";

export const postgresIndexCorrupted: Pattern = {
  slug: "postgres-index-corrupted",
  category: "database",
  severity: "critical",
  title: "An index is damaged",
  explanation:
    "Postgres read an index page that cannot be right. Queries through it may return wrong or missing " +
    "rows. Faulty storage, an operating system's changed text sorting, or a crash on unsafe settings are " +
    "the usual reasons. The table may be intact: rebuild the index, then check the data.",
  documentationUrl: "https://www.postgresql.org/docs/current/sql-reindex.html",
  match: {
    anyOf: [{ codes: ["XX002"] }, {
      messages: [
        "index * contains unexpected zero page",
        "index * contains corrupted page",
        "could not find tuple * in index",
        "right sibling's left-link doesn't match",
      ],
    }],
  },
  actions: [
    {
      action: "postgres.reindex",
      prior: { alpha: 8, beta: 3 },
      reason: "Rebuilding is the documented cure; the reason of the damage may strike again.",
    },
    {
      action: "notify.message",
      prior: { alpha: 2, beta: 8 },
      reason: "Damage can be wider than one index: people must know.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: 'index "orders_pkey" contains unexpected zero page at block 0',
      extra: { code: "XX002" },
    }, { message: 'ERROR: index "users_email_idx" contains corrupted page at block 12 (SQLSTATE XX002)' }],
    negative: [{
      type: "PostgresError",
      message: "invalid page in block 4 of relation base/16384/2619",
      extra: { code: "XX001" },
    }, { type: "Error", message: "index.html contains unexpected token" }],
  },
};
