import type { Pattern } from "../pattern.ts";

export const nodeConnectionRefused: Pattern = {
  slug: "node-connection-refused",
  category: "network",
  severity: "high",
  title: "Nothing listens where the application connects to",
  explanation: "The host answers, but no process accepts connections on that port: the service is down or " +
    "restarting, or host or port in the configuration is wrong. 127.0.0.1 in production nearly always " +
    "means a missing setting.",
  documentationUrl: "https://nodejs.org/api/errors.html#common-system-errors",
  match: {
    anyOf: [{ codes: ["ECONNREFUSED", "ConnectionRefused"] }, {
      types: ["ConnectionRefused", "ConnectionRefusedError"],
    }, { messages: ["connect ECONNREFUSED", "Connection refused"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 9, beta: 2 },
      reason: "A host or port that was just changed is the usual reason.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 5, beta: 4 },
      reason: "While the service is down, failing fast keeps the rest alive.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "The service may have to be started." },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "connect ECONNREFUSED 10.0.3.7:6379",
      extra: { code: "ECONNREFUSED" },
    }, { type: "ConnectionRefused", message: "Connection refused (os error 111)", platform: "deno" }],
    negative: [{ type: "Error", message: "read ECONNRESET", extra: { code: "ECONNRESET" } }, {
      type: "Error",
      message: "Payment refused by the bank",
    }],
  },
};
