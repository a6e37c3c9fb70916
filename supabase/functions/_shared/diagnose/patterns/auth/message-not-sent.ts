import type { Pattern } from "../pattern.ts";

export const authMessageNotSent: Pattern = {
  slug: "auth-message-not-sent",
  category: "dependency",
  severity: "high",
  title: "Supabase Auth cannot send its e-mail or message",
  explanation:
    "The SMTP server or SMS provider refused or did not answer: wrong credentials, a blocked sender, or " +
    "an outage. New users cannot confirm, and nobody can reset a password.",
  documentationUrl: "https://supabase.com/docs/guides/auth/auth-smtp",
  match: {
    anyOf: [{ codes: ["sms_send_failed"] }, {
      messages: [
        "Error sending confirmation email",
        "Error sending recovery email",
        "Error sending magic link email",
        "Error sending invite email",
        "Error sending confirmation sms",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 7, beta: 3 },
      reason: "SMTP settings are configuration; a change just before is the usual reason.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "The provider's account may need attention.",
    },
  ],
  examples: {
    positive: [{
      type: "AuthApiError",
      message: "Error sending confirmation email",
      extra: { code: "unexpected_failure", status: 500 },
    }, {
      type: "AuthApiError",
      message: "Error sending confirmation sms: authenticate",
      extra: { code: "sms_send_failed", status: 422 },
    }],
    negative: [{
      type: "AuthApiError",
      message: "email rate limit exceeded",
      extra: { code: "over_email_send_rate_limit", status: 429 },
    }, { type: "Error", message: "Error sending request for url" }],
  },
};
