import type { Pattern } from "../pattern.ts";

export const postgrestJwtRejected: Pattern = {
  slug: "postgrest-jwt-rejected",
  category: "authentication",
  severity: "medium",
  title: "The REST API refuses the token",
  explanation:
    "The token has expired, is signed with another secret, or is not a token at all. If all users are " +
    "affected at once, the signing key or the key in the client's configuration was changed; if few, " +
    "sessions are not refreshed.",
  documentationUrl: "https://docs.postgrest.org/en/stable/references/errors.html#group-3-jwt",
  match: {
    anyOf: [{ codes: ["PGRST301", "PGRST303", "PGRST300"] }, {
      messages: [
        "JWT expired",
        "JWSError JWSInvalidSignature",
        "No suitable key or wrong key type",
        "Server lacks JWT secret",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 8, beta: 3 },
      reason: "A key that was just changed in configuration explains that all tokens fail at once.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "A rotated signing key has to reach every client.",
    },
  ],
  examples: {
    positive: [{ type: "PostgrestError", message: "JWT expired", extra: { code: "PGRST301" } }, {
      type: "PostgrestError",
      message: "JWSError JWSInvalidSignature",
      extra: { code: "PGRST301" },
    }],
    negative: [{
      type: "PostgrestError",
      message: "Anonymous access is disabled",
      extra: { code: "PGRST302" },
    }, {
      type: "AuthApiError",
      message: "Invalid Refresh Token: Refresh Token Not Found",
      extra: { code: "refresh_token_not_found", status: 400 },
    }],
  },
};
