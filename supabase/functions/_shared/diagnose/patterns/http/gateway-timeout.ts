import type { Pattern } from "../pattern.ts";

export const httpGatewayTimeout: Pattern = {
  slug: "http-gateway-timeout",
  category: "dependency",
  severity: "high",
  title: "A gateway waited too long (504)",
  explanation: "The service behind a proxy did not answer in time: it is slow, blocked or overloaded.",
  documentationUrl: "https://developer.mozilla.org/docs/Web/HTTP/Reference/Status/504",
  match: { anyOf: [{ statuses: ["504"] }] },
  actions: [
    {
      action: "configuration.enable-fallback",
      prior: { alpha: 6, beta: 4 },
      reason: "A fallback that the team has prepared serves people until the dependency is back.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 6, beta: 4 },
      reason: "Failing fast frees the requests that only wait.",
    },
    {
      action: "configuration.revert",
      prior: { alpha: 5, beta: 4 },
      reason: "A changed time-out or page size explains a sudden onset.",
    },
    {
      action: "postgres.end-idle-session",
      prior: { alpha: 3, beta: 5 },
      reason: "If it is an own service whose database is blocked.",
    },
    {
      action: "postgres.cancel-query",
      prior: { alpha: 3, beta: 5 },
      reason: "If it is an own service whose database is busy with one statement.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "The service's owner should know." },
  ],
  examples: {
    positive: [
      { type: "AxiosError", message: "Request failed with status code 504", extra: { status: 504 } },
      { message: "upstream responded with 504 Gateway Timeout" },
    ],
    negative: [{ type: "Error", message: "Service Unavailable", extra: { status: 503 } }, {
      type: "TimeoutError",
      message: "The operation was aborted due to timeout",
    }],
  },
};
