import type { Pattern } from "../pattern.ts";

export const vercelUpstreamDns: Pattern = {
  slug: "vercel-upstream-dns",
  category: "configuration",
  severity: "high",
  title: "Vercel cannot resolve the host of a rewrite",
  explanation:
    "An external address in a rewrite or proxy has a host that does not exist, resolves to a private " +
    "address, or is empty.",
  documentationUrl: "https://vercel.com/docs/errors/DNS_HOSTNAME_NOT_FOUND",
  match: {
    anyOf: [{
      codes: [
        "DNS_HOSTNAME_NOT_FOUND",
        "DNS_HOSTNAME_RESOLVE_FAILED",
        "DNS_HOSTNAME_RESOLVED_PRIVATE",
        "DNS_HOSTNAME_SERVER_ERROR",
        "DNS_HOSTNAME_EMPTY",
        "ROUTER_EXTERNAL_TARGET_ERROR",
        "ROUTER_EXTERNAL_TARGET_CONNECTION_ERROR",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 8, beta: 2 },
      reason: "The address is configuration; the former one resolved.",
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
      message: "502: BAD_GATEWAY Code: DNS_HOSTNAME_NOT_FOUND ID: fra1::x8k2l-1700000000000-4f3a",
      status: 502,
    }, {
      type: "Error",
      message: "502: BAD_GATEWAY Code: ROUTER_EXTERNAL_TARGET_ERROR ID: fra1::x8k2l-1700000000000-4f3a",
      status: 502,
    }],
    negative: [
      { type: "Error", message: "getaddrinfo ENOTFOUND db.internal", extra: { code: "ENOTFOUND" } },
      {
        type: "Error",
        message: "404: Code: DEPLOYMENT_NOT_FOUND ID: fra1::x8k2l-1700000000000-4f3a",
        status: 404,
      },
    ],
  },
};
