import type { Pattern } from "../pattern.ts";

export const configurationTimeoutTooShort: Pattern = {
  slug: "configuration-timeout-too-short",
  category: "configuration",
  severity: "medium",
  title: "A configured time-out is shorter than the work takes",
  explanation:
    "The application names its own setting as the time-out that ended the work. The work is as long as " +
    "before; the setting changed, or the data has grown past it.",
  documentationUrl: "https://sre.google/sre-book/addressing-cascading-failures/",
  match: {
    anyOf: [{
      messages: [
        "exceeded configured timeout",
        "exceeded the configured timeout",
        "configured timeout of",
        "configured timeout",
        "configured time limit",
        "timeout_ms exceeded",
        "deadline exceeded",
      ],
    }, { codes: ["DEADLINE_EXCEEDED"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 9, beta: 1.5 },
      reason: "The time-out is a setting; when it was just lowered, putting it back is the cure.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 4, beta: 5 },
      reason: "If it is the dependency that became slow.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "The dependency's owner should know." },
  ],
  examples: {
    positive: [{ type: "Error", message: "payment call exceeded configured timeout of 5 ms" }, {
      type: "ServiceError",
      message: "4 DEADLINE_EXCEEDED: Deadline exceeded after 0.010s",
    }],
    negative: [{ type: "TimeoutError", message: "The operation was aborted due to timeout" }, {
      type: "Error",
      message: "project deadline missed",
    }],
  },
};
