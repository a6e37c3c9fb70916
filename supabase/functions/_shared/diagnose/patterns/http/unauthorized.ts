import type { Pattern } from "../pattern.ts";

export const httpUnauthorized: Pattern = {
  slug: "http-unauthorized",
  category: "authentication",
  severity: "high",
  title: "A service does not accept the credentials (401)",
  explanation:
    "The key or token is missing, expired or wrong. If every call fails since one moment, a secret was " +
    "rotated or a setting changed.",
  documentationUrl: "https://developer.mozilla.org/docs/Web/HTTP/Reference/Status/401",
  match: { anyOf: [{ statuses: ["401"] }] },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 8, beta: 3 },
      reason:
        "Credentials live in configuration; when they were just changed, the former ones usually still work.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise somebody has to enter the rotated secret.",
    },
  ],
  examples: {
    positive: [
      { type: "AxiosError", message: "Request failed with status code 401", extra: { status: 401 } },
      { message: "crm responded with 401 Unauthorized" },
    ],
    negative: [
      { type: "AxiosError", message: "Request failed with status code 403", extra: { status: 403 } },
      { type: "Error", message: "room 401 is occupied" },
    ],
  },
};
