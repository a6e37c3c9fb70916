import type { Pattern } from "../pattern.ts";

export const openaiRateLimit: Pattern = {
  slug: "openai-rate-limit",
  category: "rate_limit",
  severity: "medium",
  title: "The model provider limits requests or tokens",
  explanation:
    "More requests or tokens per minute were sent than the account may. The message says which limit and " +
    "how long to wait. Larger prompts reach the token limit at the same number of requests.",
  documentationUrl: "https://platform.openai.com/docs/guides/rate-limits",
  match: {
    anyOf: [{ codes: ["rate_limit_exceeded", "rate_limit_error"] }, {
      messages: ["Rate limit reached for", "exceeded your current rate limit"],
    }, { types: ["RateLimitError"], statuses: ["429"] }],
    noneOf: [{ codes: ["insufficient_quota"] }, { messages: ["exceeded your current quota"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 7, beta: 3 },
      reason: "A raised concurrency, larger prompt or changed model explains a sudden onset.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 6, beta: 3 },
      reason: "Fewer calls at once stay below the limit.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 5, beta: 4 },
      reason: "Waiting until the allowance is back.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "The limit may have to be raised." },
  ],
  examples: {
    positive: [{
      type: "RateLimitError",
      message:
        "429 Rate limit reached for gpt-4o-mini in organization org-x on tokens per min (TPM): Limit 200000, Used 199800. Please try again in 1.2s.",
      extra: { status: 429, code: "rate_limit_exceeded" },
    }, {
      type: "Error",
      message:
        '{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your organization\'s rate limit"}}',
    }],
    negative: [{
      type: "RateLimitError",
      message: "429 You exceeded your current quota, please check your plan and billing details.",
      extra: { status: 429, code: "insufficient_quota" },
    }, {
      type: "AuthApiError",
      message: "Request rate limit reached",
      extra: { code: "over_request_rate_limit", status: 429 },
    }],
  },
};
