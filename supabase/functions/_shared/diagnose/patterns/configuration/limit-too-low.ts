import type { Pattern } from "../pattern.ts";

export const configurationLimitTooLow: Pattern = {
  slug: "configuration-limit-too-low",
  category: "configuration",
  severity: "medium",
  title: "The application's own limit turns requests away",
  explanation:
    "The application refuses work because of a limit that it sets itself: concurrency, queue length or " +
    "rate. Either traffic grew past it, or the limit was lowered.",
  documentationUrl: "https://sre.google/sre-book/handling-overload/",
  match: {
    anyOf: [{
      messages: [
        "concurrency limit reached",
        "concurrency limit exceeded",
        "max concurrency",
        "queue limit exceeded",
        "queue is full",
        "too many concurrent requests",
        "bulkhead",
        "server is busy, limit",
      ],
    }, { types: ["BulkheadRejectedError", "QueueFullError", "ConcurrencyLimit*"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 8, beta: 2 },
      reason: "A limit that was just lowered is the usual sudden cause.",
    },
    {
      action: "configuration.raise-limit",
      prior: { alpha: 6, beta: 4 },
      reason: "If the machine has room, a higher limit admits the waiting work.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 3, beta: 5 },
      reason: "If a slow dependency fills the places, failing fast empties them.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "If traffic grew, somebody has to add capacity.",
    },
  ],
  examples: {
    positive: [{
      type: "BulkheadRejectedError",
      message: "Bulkhead capacity exceeded (0/2 execution slots, 0/0 queue slots)",
    }, { type: "Error", message: "concurrency limit reached: 1 of 1 in use" }],
    negative: [
      { type: "AxiosError", message: "Request failed with status code 429", extra: { status: 429 } },
      { type: "Error", message: "credit limit reached for customer" },
    ],
  },
};
