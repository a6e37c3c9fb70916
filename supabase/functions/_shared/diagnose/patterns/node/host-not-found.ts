import type { Pattern } from "../pattern.ts";

export const nodeHostNotFound: Pattern = {
  slug: "node-host-not-found",
  category: "network",
  severity: "high",
  title: "A host name does not exist",
  explanation:
    "The name server says that there is no such host: a typing error in a URL, a record that was removed, " +
    "or a name that exists only in another network.",
  documentationUrl: "https://nodejs.org/api/errors.html#common-system-errors",
  match: {
    anyOf: [{ codes: ["ENOTFOUND"] }, {
      messages: [
        "getaddrinfo ENOTFOUND",
        "Name or service not known",
        "nodename nor servname provided",
        "dns error: failed to lookup address information: Name",
      ],
    }],
    noneOf: [{ messages: ["Tenant or user not found"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 9, beta: 1.5 },
      reason:
        "Host names come from configuration; a name that stops existing at once was mostly changed there.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 4, beta: 5 },
      reason: "Failing fast while the record is missing.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "The DNS record may have to be restored.",
    },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "getaddrinfo ENOTFOUND api.paymnets.example",
      extra: { code: "ENOTFOUND", hostname: "api.paymnets.example" },
    }, { message: "getaddrinfo ENOTFOUND db.internal" }],
    negative: [{
      type: "Error",
      message: "getaddrinfo EAI_AGAIN api.example.com",
      extra: { code: "EAI_AGAIN" },
    }, { type: "Error", message: "404 page not found" }],
  },
};
