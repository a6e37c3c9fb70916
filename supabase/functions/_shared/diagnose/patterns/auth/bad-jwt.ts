import type { Pattern } from "../pattern.ts";

export const authBadJwt: Pattern = {
  slug: "auth-bad-jwt",
  category: "authentication",
  severity: "medium",
  title: "Supabase Auth cannot accept the token",
  explanation:
    "The token is malformed, has expired, or was signed with another key. A clock that is wrong, a key " +
    "rotated in one place only, or the anon key sent where a user's token belongs are the usual reasons.",
  documentationUrl: "https://supabase.com/docs/guides/auth/debugging/error-codes",
  match: {
    anyOf: [{ codes: ["bad_jwt", "invalid_jwt"] }, {
      messages: [
        "invalid JWT: unable to parse or verify signature",
        "token is expired by",
        "jwt malformed",
        "JsonWebTokenError: invalid signature",
        "JWSSignatureVerificationFailed",
        "signature verification failed",
      ],
    }, {
      types: ["JsonWebTokenError", "TokenExpiredError", "JWTExpired"],
      messages: [
        "jwt expired",
        "jwt malformed",
        "invalid signature",
        "invalid token",
        "jwt signature is required",
        "exp claim timestamp check failed",
      ],
    }, { types: ["JsonWebTokenError", "TokenExpiredError", "JWTExpired"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 8, beta: 3 },
      reason: "If all users are hit at once, a signing key in configuration was changed.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "A rotated key has to reach every service.",
    },
  ],
  examples: {
    positive: [{
      type: "AuthApiError",
      message: "invalid JWT: unable to parse or verify signature, token is malformed",
      extra: { code: "bad_jwt", status: 403 },
    }, { type: "TokenExpiredError", message: "jwt expired" }],
    negative: [{ type: "PostgrestError", message: "JWT expired", extra: { code: "PGRST301" } }, {
      type: "Error",
      message: "invalid token in JSON at position 4",
    }],
  },
};
