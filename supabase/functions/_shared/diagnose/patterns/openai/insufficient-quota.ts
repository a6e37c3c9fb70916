import type { Pattern } from "../pattern.ts";

export const openaiInsufficientQuota: Pattern = {
  slug: "openai-insufficient-quota",
  category: "ai",
  severity: "high",
  title: "The account at the model provider has no credit left",
  explanation:
    "The budget or prepaid credit is used up. Waiting does not help; somebody has to pay or raise the " +
    "budget, or another provider has to serve.",
  documentationUrl: "https://platform.openai.com/docs/guides/error-codes",
  match: {
    anyOf: [{ codes: ["insufficient_quota", "billing_hard_limit_reached", "billing_not_active"] }, {
      messages: ["exceeded your current quota", "credit balance is too low"],
    }],
  },
  actions: [
    {
      action: "configuration.enable-fallback",
      prior: { alpha: 6, beta: 4 },
      reason: "A fallback that the team has prepared serves people until the dependency is back.",
    },
    {
      action: "configuration.revert",
      prior: { alpha: 5, beta: 5 },
      reason: "Only if the key or project was just changed.",
    },
    {
      action: "configuration.set-flag",
      prior: { alpha: 4, beta: 5 },
      reason: "Switches off the feature, or over to the fallback.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 4, beta: 5 },
      reason: "Failing fast with a fallback until it is paid.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "Somebody has to add credit." },
  ],
  examples: {
    positive: [{
      type: "RateLimitError",
      message: "429 You exceeded your current quota, please check your plan and billing details.",
      extra: { status: 429, code: "insufficient_quota" },
    }, { type: "BadRequestError", message: "400 Your credit balance is too low to access the API." }],
    negative: [{
      type: "RateLimitError",
      message: "429 Rate limit reached for gpt-4o-mini",
      extra: { status: 429, code: "rate_limit_exceeded" },
    }, { type: "QuotaExceededError", message: "The quota has been exceeded.", platform: "javascript" }],
  },
};
