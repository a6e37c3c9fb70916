import type { Pattern } from "../pattern.ts";

export const vercelPayloadTooLarge: Pattern = {
  slug: "vercel-payload-too-large",
  category: "validation",
  severity: "medium",
  title: "A request or response is too large for a Vercel function",
  explanation:
    "Functions accept and return only a few megabytes. Uploads have to go to storage directly, and large " +
    "results in pages or as a stream.",
  documentationUrl: "https://vercel.com/docs/errors/FUNCTION_PAYLOAD_TOO_LARGE",
  match: {
    anyOf: [{
      codes: ["FUNCTION_PAYLOAD_TOO_LARGE", "FUNCTION_RESPONSE_PAYLOAD_TOO_LARGE", "FALLBACK_BODY_TOO_LARGE"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 6, beta: 4 },
      reason: "A raised page or upload size explains a sudden onset.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 5, beta: 4 },
      reason: "A smaller page size fits.",
    },
    { action: "github.open-issue", prior: { alpha: 1, beta: 9 }, reason: "Upload directly to storage." },
  ],
  examples: {
    positive: [{
      type: "Error",
      message:
        "413: Request Entity Too Large Code: FUNCTION_PAYLOAD_TOO_LARGE ID: fra1::x8k2l-1700000000000-4f3a",
      status: 413,
    }, {
      type: "Error",
      message:
        "500: INTERNAL_SERVER_ERROR Code: FUNCTION_RESPONSE_PAYLOAD_TOO_LARGE ID: fra1::x8k2l-1700000000000-4f3a",
      status: 500,
    }],
    negative: [{
      type: "StorageApiError",
      message: "The object exceeded the maximum allowed size",
      extra: { code: "EntityTooLarge", statusCode: "413" },
    }, {
      type: "Error",
      message: "503: Code: FUNCTION_THROTTLED ID: fra1::x8k2l-1700000000000-4f3a",
      status: 503,
    }],
  },
};
