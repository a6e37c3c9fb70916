import type { Pattern } from "../pattern.ts";

export const configurationInvalidUrl: Pattern = {
  slug: "configuration-invalid-url",
  category: "configuration",
  severity: "high",
  title: "A configured URL is not valid",
  explanation:
    "A URL that the code builds or reads cannot be parsed: a missing scheme, a stray space or quotation " +
    "mark, or an empty base.",
  documentationUrl: "https://developer.mozilla.org/docs/Web/API/URL/URL#exceptions",
  match: {
    anyOf: [{ codes: ["ERR_INVALID_URL"] }, {
      types: ["TypeError"],
      messages: [
        "Invalid URL",
        "Failed to parse URL from",
        "Failed to construct 'URL'",
        "Only absolute URLs are supported",
      ],
    }, { messages: ["Invalid supabaseUrl"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 9, beta: 1.5 },
      reason: "URLs come from configuration; the former one could be parsed.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the code builds it wrongly.",
    },
  ],
  examples: {
    positive: [{ type: "TypeError", message: "Invalid URL", extra: { code: "ERR_INVALID_URL" } }, {
      type: "TypeError",
      message: "Failed to parse URL from api.example.com/v1",
    }, { type: "Error", message: "Invalid supabaseUrl: Must be a valid HTTP or HTTPS URL." }],
    negative: [
      { type: "Error", message: "getaddrinfo ENOTFOUND db.internal", extra: { code: "ENOTFOUND" } },
      { type: "Error", message: "Invalid shipping address" },
    ],
  },
};
