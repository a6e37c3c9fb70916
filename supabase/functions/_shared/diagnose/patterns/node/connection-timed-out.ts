import type { Pattern } from "../pattern.ts";

export const nodeConnectionTimedOut: Pattern = {
  slug: "node-connection-timed-out",
  category: "network",
  severity: "high",
  title: "A connection could not be made in time",
  explanation:
    "No answer came to the attempt to connect, not even a refusal: a wrong address, a firewall, a full " +
    "listen queue, or a host that is down.",
  documentationUrl: "https://nodejs.org/api/errors.html#common-system-errors",
  match: {
    anyOf: [
      { codes: ["ETIMEDOUT", "UND_ERR_CONNECT_TIMEOUT", "ESOCKETTIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"] },
      { types: ["ConnectTimeoutError"] },
      { messages: ["connect ETIMEDOUT", "Connect Timeout Error"] },
    ],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 8, beta: 3 },
      reason: "A changed host, or a connect time-out that was just shortened, is the usual reason.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 5, beta: 4 },
      reason: "While the host is away, failing fast frees the waiting requests.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "Firewall or host need somebody's look.",
    },
  ],
  examples: {
    positive: [
      { type: "Error", message: "connect ETIMEDOUT 203.0.113.9:443", extra: { code: "ETIMEDOUT" } },
      {
        type: "ConnectTimeoutError",
        message: "Connect Timeout Error (attempted address: api.example.com:443, timeout: 10000ms)",
        extra: { code: "UND_ERR_CONNECT_TIMEOUT" },
      },
    ],
    negative: [{ type: "TimeoutError", message: "The operation was aborted due to timeout" }, {
      type: "Error",
      message: "connect ECONNREFUSED 10.0.3.7:6379",
      extra: { code: "ECONNREFUSED" },
    }],
  },
};
