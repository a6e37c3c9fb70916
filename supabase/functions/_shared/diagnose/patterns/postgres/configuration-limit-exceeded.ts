import type { Pattern } from "../pattern.ts";

export const postgresConfigurationLimitExceeded: Pattern = {
  slug: "postgres-configuration-limit-exceeded",
  category: "configuration",
  severity: "high",
  title: "A configured limit of the database was reached",
  explanation: "Postgres refused work because it would pass a limit that somebody configured, such as " +
    "temp_file_limit. The statement asked for more than the setting allows.",
  documentationUrl: "https://www.postgresql.org/docs/current/errcodes-appendix.html",
  match: { anyOf: [{ codes: ["53400"] }, { messages: ["temporary file size exceeds temp_file_limit"] }] },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 9, beta: 2 },
      reason: "The limit is a setting: when it was just lowered, putting it back is the cure.",
    },
    {
      action: "postgres.cancel-query",
      prior: { alpha: 3, beta: 4 },
      reason: "Stops the one statement that spills, if it is still running.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "The limit may be right and the statement wrong.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgresError",
      message: "temporary file size exceeds temp_file_limit (1048576kB)",
      extra: { code: "53400" },
    }, { message: "ERROR: temporary file size exceeds temp_file_limit (51200kB)" }],
    negative: [{ type: "Error", message: "request size exceeds limit" }, {
      type: "PostgresError",
      message: "out of memory",
      extra: { code: "53200" },
    }],
  },
};
