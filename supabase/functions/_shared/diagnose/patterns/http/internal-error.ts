import type { Pattern } from "../pattern.ts";

export const httpInternalError: Pattern = {
  slug: "http-internal-error",
  category: "dependency",
  severity: "medium",
  title: "A service answers 500",
  explanation:
    "The called service failed inside. This side can only wait, fail fast or do without; the reason is in " +
    "the other's logs. If it is an own service, its own issue tells more.",
  documentationUrl: "https://developer.mozilla.org/docs/Web/HTTP/Reference/Status/500",
  match: { anyOf: [{ statuses: ["500"] }] },
  actions: [
    {
      action: "configuration.open-breaker",
      prior: { alpha: 4, beta: 5 },
      reason: "Failing fast spares both sides while it lasts.",
    },
    {
      action: "configuration.revert",
      prior: { alpha: 4, beta: 5 },
      reason: "A changed parameter or address that the other side cannot handle.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "The service's owner should know." },
  ],
  examples: {
    positive: [
      { type: "AxiosError", message: "Request failed with status code 500", extra: { status: 500 } },
      { message: "upstream responded with 500 Internal Server Error" },
    ],
    negative: [
      { type: "AxiosError", message: "Request failed with status code 502", extra: { status: 502 } },
      { type: "Error", message: "bought 500 shares" },
    ],
  },
};
