import type { Pattern } from "../pattern.ts";

export const openaiContentFilter: Pattern = {
  slug: "openai-content-filter",
  category: "ai",
  severity: "low",
  title: "The model provider refuses the content",
  explanation:
    "The prompt or answer was stopped by the provider's safety filter. Users' input, or documents in the " +
    "prompt, triggered it.",
  documentationUrl: "https://platform.openai.com/docs/guides/safety-best-practices",
  match: {
    anyOf: [{ codes: ["content_filter", "content_policy_violation", "moderation_blocked"] }, {
      messages: [
        "content management policy",
        "rejected by the safety system",
        "flagged as potentially violating",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 4, beta: 5 },
      reason: "Only if the prompt's text in configuration was just changed.",
    },
    { action: "github.open-issue", prior: { alpha: 1, beta: 9 }, reason: "Handle the refusal in code." },
  ],
  examples: {
    positive: [{
      type: "BadRequestError",
      message:
        "400 The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
      extra: { status: 400, code: "content_filter" },
    }, {
      type: "BadRequestError",
      message: "400 Your request was rejected by the safety system",
      extra: { status: 400, code: "content_policy_violation" },
    }],
    negative: [{ type: "Error", message: "Content Security Policy violation" }, {
      type: "BadRequestError",
      message: "400 This model's maximum context length is 8192 tokens.",
      extra: { status: 400, code: "context_length_exceeded" },
    }],
  },
};
