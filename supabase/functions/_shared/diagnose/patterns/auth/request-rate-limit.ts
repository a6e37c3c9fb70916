import type { Pattern } from "../pattern.ts";

export const authRequestRateLimit: Pattern = {
  slug: "auth-request-rate-limit",
  category: "rate_limit",
  severity: "medium",
  title: "Supabase Auth refuses requests that come too often",
  explanation:
    "Too many sign-ins, refreshes or verifications came from one address in a short time. Server-side " +
    "code shares one address among all users, and a client that refreshes in a loop uses up the allowance " +
    "alone.",
  documentationUrl: "https://supabase.com/docs/guides/auth/rate-limits",
  match: {
    anyOf: [{ codes: ["over_request_rate_limit"] }, { types: ["AuthApiError"], statuses: ["429"] }, {
      types: ["AuthApiError"],
      messages: ["Request rate limit reached"],
    }],
    noneOf: [{ codes: ["over_email_send_rate_limit", "over_sms_send_rate_limit"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 5, beta: 4 },
      reason: "A refresh interval or polling rate that was just changed explains a sudden onset.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 5, beta: 4 },
      reason: "Asking less often stays below the limit.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "A refresh loop has to be found in the client.",
    },
  ],
  examples: {
    positive: [{
      type: "AuthApiError",
      message: "Request rate limit reached",
      extra: { code: "over_request_rate_limit", status: 429 },
    }, { type: "AuthApiError", message: "Request rate limit reached", status: 429 }],
    negative: [{
      type: "AuthApiError",
      message: "email rate limit exceeded",
      extra: { code: "over_email_send_rate_limit", status: 429 },
    }, {
      type: "RateLimitError",
      message: "429 Rate limit reached for gpt-4o-mini",
      extra: { status: 429, code: "rate_limit_exceeded" },
    }],
  },
};
