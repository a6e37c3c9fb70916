import type { Pattern } from "../pattern.ts";

export const openaiContextLength: Pattern = {
  slug: "openai-context-length",
  category: "ai",
  severity: "medium",
  title: "The prompt is longer than the model can read",
  explanation:
    "Prompt and requested answer together are more tokens than the model's context. Conversations that " +
    "are never cut, large documents, or a change to a smaller model.",
  documentationUrl: "https://platform.openai.com/docs/guides/error-codes",
  match: {
    anyOf: [{ codes: ["context_length_exceeded", "string_above_max_length"] }, {
      messages: ["maximum context length is", "prompt is too long", "exceeds the context window"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 8, beta: 2 },
      reason: "A changed model or a raised number of documents explains a sudden onset.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 6, beta: 4 },
      reason: "A tighter limit on history or documents fits.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Cut or summarise the history in code.",
    },
  ],
  examples: {
    positive: [{
      type: "BadRequestError",
      message:
        "400 This model's maximum context length is 8192 tokens. However, your messages resulted in 9031 tokens.",
      extra: { status: 400, code: "context_length_exceeded" },
    }, { type: "Error", message: "prompt is too long: 210000 tokens > 200000 maximum" }],
    negative: [{
      type: "BadRequestError",
      message: "400 Missing required parameter: 'messages'.",
      extra: { status: 400, code: "invalid_request_error" },
    }, { type: "Error", message: "value too long for type character varying(255)" }],
  },
};
