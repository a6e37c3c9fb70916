import type { Pattern } from "../pattern.ts";

export const authInvalidApiKey: Pattern = {
  slug: "auth-invalid-api-key",
  category: "configuration",
  severity: "high",
  title: "Supabase refuses the project's API key",
  explanation: "The apikey header is missing, belongs to another project, or was disabled. It is always " +
    "configuration: a wrong or empty environment variable, or keys that were rotated.",
  documentationUrl: "https://supabase.com/docs/guides/api/api-keys",
  match: {
    anyOf: [{ types: ["AuthApiError", "PostgrestError", "StorageApiError"], messages: ["Invalid API key"] }, {
      messages: ["Invalid API key"],
      hosts: ["*.supabase.co"],
    }, {
      messages: [
        "No API key found in request",
        "Double check your Supabase `anon` or `service_role` API key",
        "Legacy API keys are disabled",
        "supabaseKey is required",
      ],
    }, { codes: ["UNAUTHORIZED_INVALID_API_KEY"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 9, beta: 1.5 },
      reason: "The key lives in configuration; the former one usually still works.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "If keys were rotated on purpose, the new one has to be entered.",
    },
  ],
  examples: {
    positive: [
      {
        type: "AuthApiError",
        message: "Invalid API key",
        extra: { status: 401, hint: "Double check your Supabase `anon` or `service_role` API key." },
      },
      { type: "Error", message: "supabaseKey is required." },
      { message: "No API key found in request" },
    ],
    negative: [{
      type: "AuthenticationError",
      message: "401 Incorrect API key provided: sk-xx.",
      extra: { code: "invalid_api_key", status: 401 },
    }, { type: "Error", message: "No key found in cache" }],
  },
};
