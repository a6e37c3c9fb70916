import type { Pattern } from "../pattern.ts";

export const browserAborted: Pattern = {
  slug: "browser-aborted",
  category: "frontend",
  severity: "low",
  title: "A request was cancelled on purpose",
  explanation:
    "Somebody left the page or the code cancelled the request with an AbortController. It is normal and " +
    "becomes an error only because nothing catches it.",
  documentationUrl: "https://developer.mozilla.org/docs/Web/API/AbortController",
  match: {
    anyOf: [{ types: ["AbortError"] }, {
      messages: [
        "signal is aborted without reason",
        "The user aborted a request",
        "The operation was aborted.",
      ],
    }],
    noneOf: [{ messages: ["due to timeout", "timed out"] }, { types: ["TimeoutError"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 3, beta: 6 },
      reason: "A shortened time-out that cancels requests looks like this too.",
    },
    { action: "github.open-issue", prior: { alpha: 1, beta: 9 }, reason: "Catch the cancellation." },
  ],
  examples: {
    positive: [{ type: "AbortError", message: "signal is aborted without reason", platform: "javascript" }, {
      type: "AbortError",
      message: "The user aborted a request.",
      platform: "javascript",
    }],
    negative: [{ type: "TimeoutError", message: "The operation was aborted due to timeout" }, {
      type: "PostgresError",
      message: "current transaction is aborted, commands ignored until end of transaction block",
      extra: { code: "25P02" },
    }],
  },
};
