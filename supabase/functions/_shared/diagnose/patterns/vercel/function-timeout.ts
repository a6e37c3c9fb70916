import type { Pattern } from "../pattern.ts";

export const vercelFunctionTimeout: Pattern = {
  slug: "vercel-function-timeout",
  category: "resource",
  severity: "high",
  title: "A Vercel function runs longer than allowed",
  explanation:
    "The function did not answer within its maximum duration. It waits for a slow database, model or " +
    "other service, or does too much in one request.",
  documentationUrl: "https://vercel.com/docs/errors/FUNCTION_INVOCATION_TIMEOUT",
  match: {
    anyOf: [{
      codes: [
        "FUNCTION_INVOCATION_TIMEOUT",
        "EDGE_FUNCTION_INVOCATION_TIMEOUT",
        "MIDDLEWARE_INVOCATION_TIMEOUT",
      ],
    }, { messages: ["Task timed out after", "Vercel Runtime Timeout Error"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 6, beta: 4 },
      reason: "A raised time-out, batch or page size, or a slower upstream, explains a sudden onset.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 5, beta: 4 },
      reason: "If one dependency is slow, failing fast lets the function answer.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 4, beta: 5 },
      reason: "Smaller portions end in time.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the work has to be split or cached.",
    },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "504: GATEWAY_TIMEOUT Code: FUNCTION_INVOCATION_TIMEOUT ID: fra1::x8k2l-1700000000000-4f3a",
      status: 504,
    }, { message: "Vercel Runtime Timeout Error: Task timed out after 60 seconds" }],
    negative: [{
      type: "Error",
      message:
        "500: INTERNAL_SERVER_ERROR Code: FUNCTION_INVOCATION_FAILED ID: fra1::x8k2l-1700000000000-4f3a",
      status: 500,
    }, { type: "TimeoutError", message: "The operation was aborted due to timeout" }],
  },
};
