import type { Pattern } from "../pattern.ts";

export const httpRequestTimeout: Pattern = {
  slug: "http-request-timeout",
  category: "dependency",
  severity: "high",
  title: "A call took longer than this side waits",
  explanation:
    "The application itself gave up: the other side is slower than the time-out, or the time-out is too " +
    "short for what is asked. Requests pile up while they wait.",
  documentationUrl: "https://developer.mozilla.org/docs/Web/API/AbortSignal/timeout_static",
  match: {
    anyOf: [
      { types: ["TimeoutError"] },
      { codes: ["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT", "ECONNABORTED"] },
      { statuses: ["408"] },
      {
        messages: [
          "aborted due to timeout",
          "Headers Timeout Error",
          "Body Timeout Error",
          "Read timed out",
          "request timed out",
          "Signal timed out",
          "timed out after",
          "timeout after",
          "did not respond within",
          "The operation timed out",
          "call timed out",
        ],
      },
      { types: ["AxiosError"], messages: ["timeout of * exceeded"] },
    ],
    noneOf: [{ codes: ["ETIMEDOUT"] }, { types: ["APIConnectionTimeoutError"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 8, beta: 3 },
      reason: "A time-out that was just shortened, or an address moved farther away, is the usual reason.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 5, beta: 4 },
      reason: "Failing fast frees the requests that only wait.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 3, beta: 5 },
      reason: "Less concurrency lets a slow dependency catch up.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "The dependency's owner should know." },
  ],
  examples: {
    positive: [{ type: "TimeoutError", message: "The operation was aborted due to timeout" }, {
      type: "HeadersTimeoutError",
      message: "Headers Timeout Error",
      extra: { code: "UND_ERR_HEADERS_TIMEOUT" },
    }, { type: "AxiosError", message: "timeout of 3000ms exceeded", extra: { code: "ECONNABORTED" } }],
    negative: [
      { type: "Error", message: "connect ETIMEDOUT 203.0.113.9:443", extra: { code: "ETIMEDOUT" } },
      { type: "AbortError", message: "signal is aborted without reason", platform: "javascript" },
    ],
  },
};
