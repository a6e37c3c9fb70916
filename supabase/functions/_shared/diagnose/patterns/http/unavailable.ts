import type { Pattern } from "../pattern.ts";

export const httpUnavailable: Pattern = {
  slug: "http-unavailable",
  category: "dependency",
  severity: "high",
  title: "A service is unavailable (503)",
  explanation:
    "The service says that it cannot serve now: overloaded, starting, or in maintenance. Retrying at once " +
    "makes it worse.",
  documentationUrl: "https://developer.mozilla.org/docs/Web/HTTP/Reference/Status/503",
  match: { anyOf: [{ statuses: ["503"] }] },
  actions: [
    {
      action: "configuration.open-breaker",
      prior: { alpha: 7, beta: 3 },
      reason: "Failing fast with a fallback takes the load off and keeps this application alive.",
    },
    {
      action: "configuration.enable-fallback",
      prior: { alpha: 6, beta: 4 },
      reason: "A fallback that the team has prepared serves people until the dependency is back.",
    },
    {
      action: "configuration.revert",
      prior: { alpha: 5, beta: 4 },
      reason: "A changed address, or a limit raised beyond what it can take.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 4, beta: 5 },
      reason: "Less concurrency lets it recover.",
    },
    {
      action: "postgres.requeue-dead-jobs",
      prior: { alpha: 2, beta: 5 },
      reason: "Jobs that died meanwhile can be taken up afterwards.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "The service's owner should know." },
  ],
  examples: {
    positive: [{ type: "Error", message: "Service Unavailable", extra: { status: 503 } }, {
      message: "payment provider responded with 503",
    }],
    negative: [
      { type: "AxiosError", message: "Request failed with status code 502", extra: { status: 502 } },
      { type: "Error", message: "table 503 is unavailable" },
    ],
  },
};
