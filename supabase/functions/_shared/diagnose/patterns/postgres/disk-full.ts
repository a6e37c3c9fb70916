import type { Pattern } from "../pattern.ts";

export const postgresDiskFull: Pattern = {
  slug: "postgres-disk-full",
  category: "resource",
  severity: "high",
  title: "The database's disk is full",
  explanation:
    "Postgres cannot extend a file. Writes fail, and if the write-ahead log cannot grow the server stops. " +
    "Growth, a replication slot that nobody reads, or huge temporary files are the usual reasons.",
  documentationUrl: "https://supabase.com/docs/guides/platform/database-size",
  match: {
    anyOf: [{ codes: ["53100"] }, {
      messages: [
        "could not extend file * No space left on device",
        "could not write to file * No space left on device",
      ],
    }],
  },
  actions: [
    {
      action: "postgres.cancel-query",
      prior: { alpha: 3, beta: 5 },
      reason: "Frees temporary files when one statement's spill is the reason.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "The disk has to be enlarged or data removed by somebody who knows it.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: 'could not extend file "base/16384/24601": No space left on device',
      extra: { code: "53100" },
    }, {
      message: 'ERROR: could not write to file "pg_wal/xlogtemp.1": No space left on device (SQLSTATE 53100)',
    }],
    negative: [{
      type: "Error",
      message: "ENOSPC: no space left on device, write",
      extra: { code: "ENOSPC" },
    }, { type: "Error", message: "Disk image not found" }],
  },
};
