import type { Pattern } from "../pattern.ts";

export const authSessionMissing: Pattern = {
  slug: "auth-session-missing",
  category: "authentication",
  severity: "low",
  title: "There is no session",
  explanation:
    "The code needs a signed-in user and finds no session: it asks before the session is restored, " +
    "cookies are not passed to the server, or the session was ended elsewhere.",
  documentationUrl: "https://supabase.com/docs/guides/auth/debugging/error-codes",
  match: {
    anyOf: [{ codes: ["session_not_found", "session_expired", "no_authorization"] }, {
      types: ["AuthSessionMissingError"],
    }, { messages: ["Auth session missing"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 3, beta: 6 },
      reason: "Cookie domain, site URL and session length are configuration.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The code must handle a missing session.",
    },
  ],
  examples: {
    positive: [{ type: "AuthSessionMissingError", message: "Auth session missing!" }, {
      type: "AuthApiError",
      message: "Session from session_id claim in JWT does not exist",
      extra: { code: "session_not_found", status: 403 },
    }],
    negative: [{
      type: "AuthApiError",
      message: "Invalid Refresh Token: Refresh Token Not Found",
      extra: { code: "refresh_token_not_found", status: 400 },
    }, { type: "Error", message: "Game session missing players" }],
  },
};
