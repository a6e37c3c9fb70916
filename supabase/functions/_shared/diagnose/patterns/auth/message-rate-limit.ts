import type { Pattern } from "../pattern.ts";

export const authMessageRateLimit: Pattern = {
  slug: "auth-message-rate-limit",
  category: "rate_limit",
  severity: "medium",
  title: "Supabase Auth sends no more e-mails or messages for now",
  explanation:
    "The allowance of e-mails or text messages per hour is used up. The built-in mail server allows only " +
    "a handful; production needs its own SMTP server and fitting limits.",
  documentationUrl: "https://supabase.com/docs/guides/auth/rate-limits",
  match: {
    anyOf: [{ codes: ["over_email_send_rate_limit", "over_sms_send_rate_limit"] }, {
      messages: [
        "email rate limit exceeded",
        "sms rate limit exceeded",
        "For security purposes, you can only request this",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 5, beta: 4 },
      reason: "A lowered limit or a removed SMTP server is configuration.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "Somebody has to set up SMTP or raise the limit.",
    },
  ],
  examples: {
    positive: [{
      type: "AuthApiError",
      message: "email rate limit exceeded",
      extra: { code: "over_email_send_rate_limit", status: 429 },
    }, { message: "For security purposes, you can only request this after 43 seconds." }],
    negative: [{
      type: "AuthApiError",
      message: "Request rate limit reached",
      extra: { code: "over_request_rate_limit", status: 429 },
    }, { type: "Error", message: "email address missing" }],
  },
};
