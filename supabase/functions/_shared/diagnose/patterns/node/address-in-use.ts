import type { Pattern } from "../pattern.ts";

export const nodeAddressInUse: Pattern = {
  slug: "node-address-in-use",
  category: "configuration",
  severity: "high",
  title: "The port is taken already",
  explanation:
    "The server cannot listen because another process has the port: a former instance that did not end, " +
    "or two services with the same setting.",
  documentationUrl: "https://nodejs.org/api/errors.html#common-system-errors",
  match: { anyOf: [{ codes: ["EADDRINUSE", "AddrInUse"] }, { messages: ["address already in use"] }] },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 8, beta: 2 },
      reason: "The port is a setting; the former one was free.",
    },
    {
      action: "webhook.call",
      prior: { alpha: 4, beta: 5 },
      reason: "The team's runbook may end the old instance.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "Somebody has to find the process." },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "listen EADDRINUSE: address already in use :::3000",
      extra: { code: "EADDRINUSE" },
    }, { type: "OSError", message: "[Errno 98] Address already in use", platform: "python" }],
    negative: [{
      type: "Error",
      message: "connect ECONNREFUSED 127.0.0.1:3000",
      extra: { code: "ECONNREFUSED" },
    }, { type: "Error", message: "E-mail address already registered" }],
  },
};
