import type { Pattern } from "../pattern.ts";

export const authRefreshTokenRejected: Pattern = {
  slug: "auth-refresh-token-rejected",
  category: "authentication",
  severity: "low",
  title: "A refresh token is unknown or was used before",
  explanation:
    "The session was ended elsewhere, the browser kept an old token, or two tabs or servers refreshed " +
    "with the same one at once. The user has to sign in again; many at once mean that the project or its " +
    "keys were swapped.",
  documentationUrl: "https://supabase.com/docs/guides/auth/debugging/error-codes",
  match: {
    anyOf: [{ codes: ["refresh_token_not_found", "refresh_token_already_used"] }, {
      messages: ["Invalid Refresh Token"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 5, beta: 5 },
      reason:
        "If many users are hit at once, a changed project URL or key is likely; single cases are normal.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The client should sign the user out and not retry.",
    },
  ],
  examples: {
    positive: [{
      type: "AuthApiError",
      message: "Invalid Refresh Token: Refresh Token Not Found",
      extra: { code: "refresh_token_not_found", status: 400 },
    }, {
      type: "AuthApiError",
      message: "Invalid Refresh Token: Already Used",
      extra: { code: "refresh_token_already_used", status: 400 },
    }],
    negative: [{
      type: "AuthApiError",
      message: "Session from session_id claim in JWT does not exist",
      extra: { code: "session_not_found", status: 403 },
    }, { type: "PostgrestError", message: "JWT expired", extra: { code: "PGRST301" } }],
  },
};
