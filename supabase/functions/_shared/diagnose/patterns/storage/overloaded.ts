import type { Pattern } from "../pattern.ts";

export const storageOverloaded: Pattern = {
  slug: "storage-overloaded",
  category: "storage",
  severity: "medium",
  title: "Storage is overloaded or waits for its database",
  explanation:
    "Storage answers slow down, or could not get its metadata from the database in time. Many small " +
    "uploads at once, or a database that is busy with something else.",
  documentationUrl: "https://supabase.com/docs/guides/storage/debugging/error-codes",
  match: {
    anyOf: [{ codes: ["SlowDown", "DatabaseTimeout", "LockTimeout", "ResourceLocked"] }, {
      types: ["StorageApiError"],
      statuses: ["503", "544"],
    }],
  },
  actions: [
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 5, beta: 4 },
      reason: "Fewer uploads at once fit.",
    },
    {
      action: "postgres.cancel-query",
      prior: { alpha: 3, beta: 5 },
      reason: "If a runaway statement occupies the database.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "If it lasts, the instance is too small.",
    },
  ],
  examples: {
    positive: [{
      type: "StorageApiError",
      message: "Please reduce your request rate",
      extra: { code: "SlowDown", statusCode: "503" },
    }, {
      type: "StorageApiError",
      message: "The connection to the database timed out",
      extra: { code: "DatabaseTimeout", statusCode: "544" },
    }],
    negative: [{
      type: "PostgrestError",
      message: "Timed out acquiring connection from connection pool.",
      extra: { code: "PGRST003" },
    }, { type: "Error", message: "animation slowdown detected" }],
  },
};
