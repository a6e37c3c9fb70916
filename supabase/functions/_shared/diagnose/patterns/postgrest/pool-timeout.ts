import type { Pattern } from "../pattern.ts";

export const postgrestPoolTimeout: Pattern = {
  slug: "postgrest-pool-timeout",
  category: "resource",
  severity: "high",
  title: "The REST API waits too long for a database connection",
  explanation:
    "All connections of PostgREST's pool are busy for longer than its acquisition time-out. Slow or " +
    "blocked statements keep them, or traffic is more than the pool can carry.",
  documentationUrl: "https://docs.postgrest.org/en/stable/references/errors.html#group-0-connection",
  match: {
    anyOf: [{ codes: ["PGRST003"] }, { messages: ["Timed out acquiring connection from connection pool"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 6, beta: 3 },
      reason: "A smaller pool or a new heavy job explains a sudden onset.",
    },
    {
      action: "postgres.end-idle-session",
      prior: { alpha: 6, beta: 4 },
      reason: "Blocked requests keep their connection; ending the idle blocker frees them all.",
    },
    {
      action: "postgres.cancel-query",
      prior: { alpha: 5, beta: 4 },
      reason: "A few runaway statements can hold the whole pool.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 4, beta: 4 },
      reason: "Less concurrency leaves connections for the rest.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "Somebody has to look at the slow statements.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgrestError",
      message: "Timed out acquiring connection from connection pool.",
      extra: { code: "PGRST003" },
    }, { message: "504: Timed out acquiring connection from connection pool" }],
    negative: [{
      type: "PostgrestError",
      message: "Could not query the database for the schema cache. Retrying.",
      extra: { code: "PGRST002" },
    }, { type: "Error", message: "timeout exceeded when trying to connect" }],
  },
};
