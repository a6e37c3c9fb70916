import type { Pattern } from "../pattern.ts";

export const httpFetchFailed: Pattern = {
  slug: "http-fetch-failed",
  category: "network",
  severity: "medium",
  title: "A request from the server could not be sent",
  explanation:
    "fetch failed before an HTTP answer, and the reason is in the error's cause: name, connection or TLS. " +
    "Without a cause, look at the host.",
  documentationUrl: "https://undici.nodejs.org/",
  match: {
    anyOf: [{ types: ["TypeError"], messages: ["fetch failed"] }, {
      types: ["FetchError", "RequestError"],
      messages: ["request to * failed"],
    }, { types: ["APIConnectionError"] }],
    noneOf: [{
      codes: [
        "ENOTFOUND",
        "EAI_AGAIN",
        "ECONNREFUSED",
        "ECONNRESET",
        "ETIMEDOUT",
        "UND_ERR_CONNECT_TIMEOUT",
        "CERT_HAS_EXPIRED",
        "DEPTH_ZERO_SELF_SIGNED_CERT",
        "ERR_TLS_CERT_ALTNAME_INVALID",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 7, beta: 3 },
      reason: "A changed address in configuration is the usual reason of a sudden onset.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 5, beta: 4 },
      reason: "Failing fast while the dependency is away.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "The dependency's owner should know." },
  ],
  examples: {
    positive: [{ type: "TypeError", message: "fetch failed", platform: "node" }, {
      type: "FetchError",
      message: "request to https://api.example.com/rates failed, reason: unknown",
    }],
    negative: [{ type: "TypeError", message: "Failed to fetch", platform: "javascript" }, {
      type: "Error",
      message: "connect ECONNREFUSED 10.0.3.7:6379",
      extra: { code: "ECONNREFUSED" },
    }],
  },
};
