import type { Pattern } from "../pattern.ts";

export const httpPayloadTooLarge: Pattern = {
  slug: "http-payload-too-large",
  category: "validation",
  severity: "low",
  title: "A service refuses the size of the request (413)",
  explanation:
    "The body is larger than the server or a proxy allows: a batch that grew, an upload, or a limit that " +
    "was lowered.",
  documentationUrl: "https://developer.mozilla.org/docs/Web/HTTP/Reference/Status/413",
  match: {
    anyOf: [{ statuses: ["413"] }, { types: ["PayloadTooLargeError"] }, {
      messages: ["request entity too large"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 7, beta: 3 },
      reason: "The limit or the batch size is a setting.",
    },
    { action: "configuration.tighten-limit", prior: { alpha: 5, beta: 4 }, reason: "Smaller batches fit." },
    { action: "github.open-issue", prior: { alpha: 1, beta: 9 }, reason: "Check the size before sending." },
  ],
  examples: {
    positive: [
      { type: "AxiosError", message: "Request failed with status code 413", extra: { status: 413 } },
      { type: "PayloadTooLargeError", message: "request entity too large" },
    ],
    negative: [{ type: "Error", message: "URI Too Long", extra: { status: 414 } }, {
      type: "Error",
      message: "entity too large for its bounding box",
    }],
  },
};
