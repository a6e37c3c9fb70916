import type { Pattern } from "../pattern.ts";

export const postgresDataCorrupted: Pattern = {
  slug: "postgres-data-corrupted",
  category: "database",
  severity: "critical",
  title: "Data of a table is damaged",
  explanation:
    "A page or value of a table could not be read: a checksum or header does not fit. Writing on can make " +
    "it worse. Nothing automatic is safe here: stop, keep a copy, restore from a backup.",
  documentationUrl: "https://www.postgresql.org/docs/current/checksums.html",
  match: {
    anyOf: [{ codes: ["XX001"] }, {
      messages: [
        "invalid page in block",
        "missing chunk number * for toast value",
        "could not read block * read only * of * bytes",
      ],
    }],
  },
  actions: [
    {
      action: "notify.message",
      prior: { alpha: 2, beta: 8 },
      reason: "Only people may decide what to do with damaged data.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: "invalid page in block 4 of relation base/16384/2619",
      extra: { code: "XX001" },
    }, { message: "ERROR: missing chunk number 0 for toast value 123456 in pg_toast_2619" }],
    negative: [{
      type: "PostgresError",
      message: 'index "orders_pkey" contains unexpected zero page at block 0',
      extra: { code: "XX002" },
    }, { type: "Error", message: "invalid page number: 0" }],
  },
};
