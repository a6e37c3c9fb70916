import type { Pattern } from "../pattern.ts";

export const httpBadGateway: Pattern = {
  slug: "http-bad-gateway",
  category: "dependency",
  severity: "high",
  title: "A gateway got no valid answer (502)",
  explanation:
    "The proxy in front reached the service and got nothing usable: the process crashed, restarts, or " +
    "closed the connection early.",
  documentationUrl: "https://developer.mozilla.org/docs/Web/HTTP/Reference/Status/502",
  match: { anyOf: [{ statuses: ["502"] }] },
  actions: [
    {
      action: "configuration.enable-fallback",
      prior: { alpha: 6, beta: 4 },
      reason: "A fallback that the team has prepared serves people until the dependency is back.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 6, beta: 4 },
      reason:
        "Failing fast and using the fallback keeps this application alive; the dependency recovers by itself.",
    },
    {
      action: "configuration.revert",
      prior: { alpha: 5, beta: 4 },
      reason: "A changed address or port behind the proxy.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "The service's owner should know." },
  ],
  examples: {
    positive: [
      { type: "AxiosError", message: "Request failed with status code 502", extra: { status: 502 } },
      { message: "upstream responded with 502 Bad Gateway" },
    ],
    negative: [{ type: "Error", message: "Service Unavailable", extra: { status: 503 } }, {
      type: "Error",
      message: "invoice number 502 is invalid",
    }],
  },
};
