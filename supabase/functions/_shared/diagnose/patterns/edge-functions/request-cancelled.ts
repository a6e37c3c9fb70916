import type { Pattern } from "../pattern.ts";

export const edgeFunctionsRequestCancelled: Pattern = {
  slug: "edge-functions-request-cancelled",
  category: "resource",
  severity: "medium",
  title: "The worker went away while it served a request",
  explanation:
    "The supervisor retired the worker with the request still running, because it had used up its limits " +
    "or was shutting down. Clients see a broken request.",
  documentationUrl:
    "https://supabase.com/docs/guides/troubleshooting/edge-function-shutdown-reasons-explained",
  match: {
    anyOf: [{ types: ["WorkerRequestCancelled", "WorkerAlreadyRetired"] }, {
      messages: [
        "request has been cancelled by supervisor",
        "WorkerRequestCancelled",
        "WorkerAlreadyRetired",
        "worker has been already retired",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 5, beta: 4 },
      reason: "Less work per request stays below the limits.",
    },
    {
      action: "configuration.revert",
      prior: { alpha: 5, beta: 4 },
      reason: "A raised batch size explains a sudden onset.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the work has to be split.",
    },
  ],
  examples: {
    positive: [{ type: "WorkerRequestCancelled", message: "request has been cancelled by supervisor" }, {
      message: "user worker failed to respond: request has been cancelled by supervisor",
    }],
    negative: [{ type: "AbortError", message: "The operation was aborted." }, {
      type: "Error",
      message: "Subscription has been cancelled by the user",
    }],
  },
};
