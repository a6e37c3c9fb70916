import type { Pattern } from "../pattern.ts";

export const httpTooManyRequests: Pattern = {
  slug: "http-too-many-requests",
  category: "rate_limit",
  severity: "medium",
  title: "A service refuses more requests (429)",
  explanation:
    "This side asks more often than the other allows. The answer commonly says in Retry-After how long to " +
    "wait. Retrying at once uses up the allowance again.",
  documentationUrl: "https://developer.mozilla.org/docs/Web/HTTP/Reference/Status/429",
  match: { anyOf: [{ statuses: ["429"] }] },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 7, beta: 3 },
      reason: "A shortened interval or raised concurrency explains a sudden onset.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 6, beta: 3 },
      reason: "Asking less often stays below the limit.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 5, beta: 4 },
      reason: "Waiting until the allowance is back.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "The allowance may have to be raised.",
    },
  ],
  examples: {
    positive: [
      { type: "AxiosError", message: "Request failed with status code 429", extra: { status: 429 } },
      { message: "shipping api responded with 429 Too Many Requests" },
    ],
    negative: [{ type: "Error", message: "429 rows were skipped" }, {
      type: "Error",
      message: "Service Unavailable",
      extra: { status: 503 },
    }],
  },
};
