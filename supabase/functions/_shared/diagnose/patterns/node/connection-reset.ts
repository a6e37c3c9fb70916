import type { Pattern } from "../pattern.ts";

export const nodeConnectionReset: Pattern = {
  slug: "node-connection-reset",
  category: "network",
  severity: "medium",
  title: "The other side reset the connection",
  explanation:
    "A peer, a load balancer or a firewall cut an open connection. Typical: a keep-alive connection that " +
    "the server closed while the client sent, a restart, or overload.",
  documentationUrl: "https://nodejs.org/api/errors.html#common-system-errors",
  match: {
    anyOf: [{ codes: ["ECONNRESET"] }, { messages: ["socket hang up", "read ECONNRESET", "ECONNRESET"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 6, beta: 4 },
      reason: "A changed keep-alive, time-out or host explains a sudden onset.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 4, beta: 5 },
      reason: "If the dependency keeps resetting, failing fast protects the callers.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "The dependency's owner should know." },
  ],
  examples: {
    positive: [{ type: "Error", message: "read ECONNRESET", extra: { code: "ECONNRESET" } }, {
      type: "Error",
      message: "socket hang up",
      extra: { code: "ECONNRESET" },
    }],
    negative: [{
      type: "Error",
      message: "connect ECONNREFUSED 127.0.0.1:5432",
      extra: { code: "ECONNREFUSED" },
    }, { type: "Error", message: "connection settings were reset by the user" }],
  },
};
