import type { Pattern } from "../pattern.ts";

export const vercelFunctionThrottled: Pattern = {
  slug: "vercel-function-throttled",
  category: "rate_limit",
  severity: "high",
  title: "Vercel limits the number of concurrent functions",
  explanation:
    "More invocations run at once than allowed. Slow dependencies multiply the concurrency at the same " +
    "traffic.",
  documentationUrl: "https://vercel.com/docs/errors/FUNCTION_THROTTLED",
  match: { anyOf: [{ codes: ["FUNCTION_THROTTLED"] }] },
  actions: [
    {
      action: "configuration.open-breaker",
      prior: { alpha: 5, beta: 4 },
      reason: "If a slow dependency piles up the invocations, failing fast clears them.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 4, beta: 5 },
      reason: "Admitting fewer requests keeps the rest alive.",
    },
    {
      action: "configuration.revert",
      prior: { alpha: 4, beta: 5 },
      reason: "A shortened polling interval explains a sudden onset.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "The plan's limit may have to be raised.",
    },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "503: SERVICE_UNAVAILABLE Code: FUNCTION_THROTTLED ID: fra1::x8k2l-1700000000000-4f3a",
      status: 503,
    }, { message: "503: FUNCTION_THROTTLED" }],
    negative: [{
      type: "Error",
      message: "504: GATEWAY_TIMEOUT Code: FUNCTION_INVOCATION_TIMEOUT ID: fra1::x8k2l-1700000000000-4f3a",
      status: 504,
    }, { type: "Error", message: "lodash throttled function error" }],
  },
};
