import type { Pattern } from "../pattern.ts";

export const configurationInvalidValue: Pattern = {
  slug: "configuration-invalid-value",
  category: "configuration",
  severity: "high",
  title: "A setting has a value that the application cannot use",
  explanation:
    "The application checked its configuration and refused a value: wrong type, out of range, unknown " +
    "option, or broken JSON.",
  documentationUrl: "https://12factor.net/config",
  match: {
    anyOf: [
      {
        messages: [
          "Invalid configuration",
          "invalid config",
          "configuration error",
          "invalid value for setting",
          "invalid value for",
          "invalid value for parameter",
          "unrecognized configuration parameter",
          "is not a valid value for",
          "failed to parse configuration",
          "failed to load configuration",
          "misconfigured",
          "not configured",
        ],
      },
      { types: ["ConfigurationError", "ConfigError", "InvalidConfigurationError", "ImproperlyConfigured"] },
      { codes: ["22023", "42704"], messages: ["parameter"] },
    ],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 9, beta: 1 },
      reason: "The former value was accepted; going back is the cure.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise somebody has to enter a valid value.",
    },
  ],
  examples: {
    positive: [{ type: "ConfigurationError", message: "pool_size must be at least 1, got 0" }, {
      type: "Error",
      message: "Invalid configuration: app.tax_rate must be a number",
    }, {
      type: "PostgresError",
      message: 'invalid value for parameter "work_mem": "lots"',
      extra: { code: "22023" },
    }],
    negative: [{ type: "Error", message: "invalid confirmation code" }, {
      type: "TypeError",
      message: "Invalid URL",
      extra: { code: "ERR_INVALID_URL" },
    }],
  },
};
