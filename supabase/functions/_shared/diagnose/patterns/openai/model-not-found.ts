import type { Pattern } from "../pattern.ts";

export const openaiModelNotFound: Pattern = {
  slug: "openai-model-not-found",
  category: "configuration",
  severity: "high",
  title: "The model does not exist or may not be used",
  explanation:
    "The name of the model is wrong, was retired by the provider, or the account has no access to it.",
  documentationUrl: "https://platform.openai.com/docs/deprecations",
  match: {
    anyOf: [{ codes: ["model_not_found"] }, {
      messages: [
        "The model * does not exist",
        "does not have access to model",
        "model * has been deprecated",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 9, beta: 1.5 },
      reason: "The name is a setting; the former one worked.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "If it was retired, somebody has to choose another.",
    },
  ],
  examples: {
    positive: [{
      type: "NotFoundError",
      message: "404 The model `gpt-5-turbo` does not exist or you do not have access to it.",
      extra: { status: 404, code: "model_not_found" },
    }, { type: "Error", message: "Project does not have access to model `gpt-4o`" }],
    negative: [{ type: "Error", message: "Prediction model does nothing" }, {
      type: "RateLimitError",
      message: "429 You exceeded your current quota",
      extra: { status: 429, code: "insufficient_quota" },
    }],
  },
};
