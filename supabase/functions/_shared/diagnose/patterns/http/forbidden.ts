import type { Pattern } from "../pattern.ts";

export const httpForbidden: Pattern = {
  slug: "http-forbidden",
  category: "authorization",
  severity: "medium",
  title: "A service forbids the request (403)",
  explanation:
    "The caller is known but may not do this: a scope or role is missing, the address is not on the list, " +
    "or a firewall rule refuses it.",
  documentationUrl: "https://developer.mozilla.org/docs/Web/HTTP/Reference/Status/403",
  match: { anyOf: [{ statuses: ["403"] }] },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 6, beta: 4 },
      reason: "A changed key with fewer rights, or another address, explains a sudden onset.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "Rights are given by people." },
  ],
  examples: {
    positive: [
      { type: "AxiosError", message: "Request failed with status code 403", extra: { status: 403 } },
      { message: "crm responded with 403 Forbidden" },
    ],
    negative: [
      { type: "AxiosError", message: "Request failed with status code 401", extra: { status: 401 } },
      { type: "Error", message: "Forbidden fruit not in stock" },
    ],
  },
};
