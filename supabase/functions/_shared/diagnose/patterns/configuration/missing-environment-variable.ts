import type { Pattern } from "../pattern.ts";

export const configurationMissingEnvironmentVariable: Pattern = {
  slug: "configuration-missing-environment-variable",
  category: "configuration",
  severity: "high",
  title: "A setting or environment variable is missing",
  explanation:
    "The code needs a setting that is empty or not there: not set in this environment, removed, or " +
    "renamed. Services that check at start do not start at all.",
  documentationUrl: "https://12factor.net/config",
  match: {
    anyOf: [{
      messages: [
        "Missing environment variable",
        "Missing required environment variable",
        "Environment variable * is not set",
        "Environment variable * is missing",
        "Environment variable * is required",
        "Environment variable * is not defined",
        "Environment variable not found",
        "missing required configuration",
        "missing required setting",
        "process.env.* is undefined",
        "configuration key * is missing",
        "Missing secret",
        "Missing required env",
        "Missing env",
        "env var * is",
        "*_KEY is not set",
        "*_URL is not set",
        "*_SECRET is not set",
        "*_TOKEN is not set",
        "*_KEY is required",
        "*_URL is required",
        "*_SECRET is required",
        "*_TOKEN is required",
        "*_KEY is missing",
        "*_URL is missing",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 9, beta: 1.5 },
      reason: "What was just removed or emptied can be put back.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise somebody has to enter the value.",
    },
  ],
  examples: {
    positive: [{ type: "Error", message: "Missing required environment variable: STRIPE_SECRET_KEY" }, {
      type: "Error",
      message: "Environment variable DATABASE_URL is not set",
    }],
    negative: [{ type: "ReferenceError", message: "window is not defined" }, {
      type: "PostgresError",
      message: 'null value in column "email" of relation "users" violates not-null constraint',
      extra: { code: "23502" },
    }],
  },
};
