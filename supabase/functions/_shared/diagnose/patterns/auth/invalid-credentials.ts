import type { Pattern } from "../pattern.ts";

export const authInvalidCredentials: Pattern = {
  slug: "auth-invalid-credentials",
  category: "authentication",
  severity: "low",
  title: "Sign-in with a wrong password or unknown user",
  explanation:
    "E-mail and password do not fit. Single cases are people; a wave from few addresses is somebody " +
    "trying lists of passwords, and a wave from everybody means that users live in another project.",
  documentationUrl: "https://supabase.com/docs/guides/auth/debugging/error-codes",
  match: {
    anyOf: [{ codes: ["invalid_credentials", "user_not_found"] }, {
      messages: ["Invalid login credentials"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 4, beta: 6 },
      reason: "Only if everybody fails since the project's URL or key was changed.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "A wave can be an attack: somebody should look.",
    },
  ],
  examples: {
    positive: [{
      type: "AuthApiError",
      message: "Invalid login credentials",
      extra: { code: "invalid_credentials", status: 400 },
    }, { type: "AuthApiError", message: "Invalid login credentials" }],
    negative: [{
      type: "PostgresError",
      message: 'password authentication failed for user "postgres"',
      extra: { code: "28P01" },
    }, { type: "AuthApiError", message: "invalid JWT", extra: { code: "bad_jwt", status: 403 } }],
  },
};
