import type { Pattern } from "../pattern.ts";

export const queueCircuitBreakerOpen: Pattern = {
  slug: "queue-circuit-breaker-open",
  category: "dependency",
  severity: "medium",
  title: "A circuit breaker keeps calls back",
  explanation:
    "After many failures the breaker refuses calls at once to spare the dependency. Normal while the " +
    "dependency is down; if that is over and the breaker stays open, it is stuck or was opened by hand.",
  documentationUrl: "https://learn.microsoft.com/azure/architecture/patterns/circuit-breaker",
  match: {
    anyOf: [
      { types: ["BrokenCircuitError", "CircuitBreakerOpen*", "OpenCircuitError", "IsolatedCircuitError"] },
      { codes: ["EOPENBREAKER"] },
      {
        messages: [
          "circuit breaker is open",
          "circuit breaker * is open",
          "circuit * is open",
          "circuit is open",
          "breaker is open",
          "breaker is isolated",
          "Breaker is OPEN",
        ],
      },
    ],
  },
  actions: [
    {
      action: "configuration.reset-breaker",
      prior: { alpha: 7, beta: 3 },
      reason:
        "When the dependency answers again, closing the breaker restores service at once; if not, it opens again.",
    },
    {
      action: "configuration.revert",
      prior: { alpha: 5, beta: 4 },
      reason: "A threshold that was just lowered opens it without need.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "If the dependency is down, its owner should know.",
    },
  ],
  examples: {
    positive: [{
      type: "BrokenCircuitError",
      message: "Execution prevented because the circuit breaker is open",
    }, { type: "Error", message: "Breaker is open", extra: { code: "EOPENBREAKER" } }],
    negative: [{ type: "Error", message: "Service Unavailable", extra: { status: 503 } }, {
      type: "Error",
      message: "short circuit evaluation is unsupported",
    }],
  },
};
