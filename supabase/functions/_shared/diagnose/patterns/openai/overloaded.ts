import type { Pattern } from "../pattern.ts";

export const openaiOverloaded: Pattern = {
  slug: "openai-overloaded",
  category: "dependency",
  severity: "medium",
  title: "The model provider is overloaded",
  explanation:
    "The provider has more work than it can do or an outage. Calls answer with 5xx, 529 or an overloaded " +
    "error; it mostly passes within minutes.",
  documentationUrl: "https://platform.openai.com/docs/guides/error-codes",
  match: {
    anyOf: [{ codes: ["overloaded_error", "server_overloaded", "engine_overloaded", "slow_down"] }, {
      statuses: ["529"],
    }, {
      messages: [
        "The engine is currently overloaded",
        "The model is currently overloaded",
        "That model is currently overloaded",
        "The server had an error while processing your request",
        "Overloaded_error",
      ],
    }, {
      types: ["InternalServerError", "APIConnectionTimeoutError"],
      hosts: ["api.openai.com", "api.anthropic.com", "*.openai.azure.com"],
    }],
  },
  actions: [
    {
      action: "configuration.enable-fallback",
      prior: { alpha: 6, beta: 4 },
      reason: "A fallback that the team has prepared serves people until the dependency is back.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 6, beta: 4 },
      reason: "Failing fast with a fallback until the provider recovers.",
    },
    {
      action: "configuration.set-flag",
      prior: { alpha: 4, beta: 5 },
      reason: "Switches over to another model or provider.",
    },
    {
      action: "configuration.revert",
      prior: { alpha: 4, beta: 5 },
      reason: "Only if the model was just changed.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 3, beta: 5 },
      reason: "Fewer calls at once get through more easily.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "The provider's status page tells more.",
    },
  ],
  examples: {
    positive: [{
      type: "InternalServerError",
      message: "503 The engine is currently overloaded, please try again later",
      extra: { status: 503 },
    }, {
      type: "InternalServerError",
      message: '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
      extra: { status: 529 },
    }],
    negative: [{
      type: "RateLimitError",
      message: "429 Rate limit reached for gpt-4o-mini",
      extra: { status: 429, code: "rate_limit_exceeded" },
    }, { type: "Error", message: "Service Unavailable", extra: { status: 503 } }],
  },
};
