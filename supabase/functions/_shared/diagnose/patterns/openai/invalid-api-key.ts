import type { Pattern } from "../pattern.ts";

export const openaiInvalidApiKey: Pattern = {
  slug: "openai-invalid-api-key",
  category: "configuration",
  severity: "high",
  title: "The model provider refuses the key",
  explanation:
    "The key is wrong, revoked, or of another organisation or endpoint. It is always configuration: a " +
    "typing error, an empty variable, or a rotated key.",
  documentationUrl: "https://platform.openai.com/docs/guides/error-codes",
  match: {
    anyOf: [{ codes: ["invalid_api_key", "authentication_error"] }, {
      messages: [
        "Incorrect API key provided",
        "invalid x-api-key",
        "The OPENAI_API_KEY environment variable is missing or empty",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 9, beta: 1.5 },
      reason: "The former key usually still works.",
    },
    {
      action: "configuration.set-flag",
      prior: { alpha: 3, beta: 5 },
      reason: "Switches the feature off meanwhile.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "If it was revoked, a new one has to be entered.",
    },
  ],
  examples: {
    positive: [{
      type: "AuthenticationError",
      message: "401 Incorrect API key provided: sk-xx.",
      extra: { status: 401, code: "invalid_api_key" },
    }, {
      type: "Error",
      message: '{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}',
    }],
    negative: [{ type: "Error", message: "supabaseKey is required." }, {
      type: "AxiosError",
      message: "Request failed with status code 401",
      extra: { status: 401 },
    }],
  },
};
