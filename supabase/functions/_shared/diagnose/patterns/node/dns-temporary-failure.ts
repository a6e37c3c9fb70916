import type { Pattern } from "../pattern.ts";

export const nodeDnsTemporaryFailure: Pattern = {
  slug: "node-dns-temporary-failure",
  category: "network",
  severity: "medium",
  title: "Name resolution fails for the moment",
  explanation:
    "The name server did not answer, so nobody knows whether the host exists. The resolver is overloaded " +
    "or out of reach, often because too many look-ups are made at once.",
  documentationUrl: "https://nodejs.org/api/errors.html#common-system-errors",
  match: {
    anyOf: [{ codes: ["EAI_AGAIN", "ESERVFAIL", "ECONNREFUSED_DNS"] }, {
      messages: ["getaddrinfo EAI_AGAIN", "Temporary failure in name resolution"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 5, beta: 5 },
      reason: "A changed host name in another zone, or a raised concurrency, can do this.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 3, beta: 5 },
      reason: "Fewer look-ups at once spare the resolver.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "It mostly passes; if not, the network needs a look.",
    },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "getaddrinfo EAI_AGAIN api.example.com",
      extra: { code: "EAI_AGAIN" },
    }, { type: "gaierror", message: "[Errno -3] Temporary failure in name resolution", platform: "python" }],
    negative: [
      { type: "Error", message: "getaddrinfo ENOTFOUND db.internal", extra: { code: "ENOTFOUND" } },
      { type: "Error", message: "Temporary failure while saving, try again" },
    ],
  },
};
