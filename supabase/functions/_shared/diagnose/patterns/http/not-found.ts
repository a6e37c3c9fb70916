import type { Pattern } from "../pattern.ts";

export const httpNotFound: Pattern = {
  slug: "http-not-found",
  category: "validation",
  severity: "low",
  title: "A service knows no such address (404)",
  explanation:
    "The path or record does not exist: a wrong base address, a route that was renamed, or data that is " +
    "gone.",
  documentationUrl: "https://developer.mozilla.org/docs/Web/HTTP/Reference/Status/404",
  match: { anyOf: [{ statuses: ["404"] }] },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 6, beta: 4 },
      reason: "A changed base address or version in it explains a sudden onset.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the caller has to follow the renamed route.",
    },
  ],
  examples: {
    positive: [
      { type: "AxiosError", message: "Request failed with status code 404", extra: { status: 404 } },
      { message: "inventory responded with 404 Not Found" },
    ],
    negative: [{ type: "Error", message: "order 404 was shipped" }, {
      type: "Error",
      message: "Gone",
      extra: { status: 410 },
    }],
  },
};
