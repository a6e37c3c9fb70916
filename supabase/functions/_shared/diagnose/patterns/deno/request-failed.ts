import type { Pattern } from "../pattern.ts";

export const denoRequestFailed: Pattern = {
  slug: "deno-request-failed",
  category: "network",
  severity: "medium",
  title: "A request from Deno could not be sent",
  explanation:
    "fetch failed before an HTTP answer: name resolution, connection or TLS. The part after the URL tells " +
    "which; the host is the one to look at.",
  documentationUrl: "https://docs.deno.com/api/web/fetch",
  match: { anyOf: [{ messages: ["error sending request for url", "client error (Connect)"] }] },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 7, beta: 3 },
      reason: "A changed URL in configuration is the usual reason of a sudden onset.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 5, beta: 4 },
      reason: "Failing fast keeps the rest of the application alive while the dependency is down.",
    },
    {
      action: "postgres.requeue-dead-jobs",
      prior: { alpha: 2, beta: 5 },
      reason: "Work that died meanwhile can be taken up afterwards.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "The dependency's owner should know." },
  ],
  examples: {
    positive: [{
      type: "TypeError",
      message:
        "error sending request for url (https://api.payments.example/v1/charges): client error (Connect): tcp connect error: Connection refused (os error 111)",
    }, {
      type: "TypeError",
      message:
        "error sending request for url (https://api.payments.example/v1): client error (Connect): dns error: failed to lookup address information",
    }],
    negative: [{ type: "TypeError", message: "fetch failed" }, {
      type: "Error",
      message: "error sending e-mail",
    }],
  },
};
