import type { Pattern } from "../pattern.ts";

export const queueDeadJobs: Pattern = {
  slug: "queue-dead-jobs",
  category: "dependency",
  severity: "high",
  title: "Jobs have used up their attempts",
  explanation:
    "A background job failed as often as it may and was put aside. Whatever made it fail has to be over " +
    "first; then the dead jobs can be taken up again.",
  documentationUrl:
    "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
  match: {
    anyOf: [
      {
        messages: [
          "moved to dead letter",
          "dead letter queue",
          "dead-letter",
          "job is dead",
          "job * is dead",
          "is dead after",
          "dead jobs",
          "exhausted all attempts",
          "exceeded max attempts",
          "max attempts reached",
          "failed after * attempts",
          "job * failed permanently",
          "no more retries",
          "job stalled more than allowable limit",
        ],
      },
      { types: ["MaxAttemptsExceeded*", "*RetriesExhausted*", "MaxRetriesExceeded*"] },
      { findings: ["dead-jobs"], messages: ["job failed", "queue", "worker"] },
    ],
  },
  actions: [
    {
      action: "postgres.requeue-dead-jobs",
      prior: { alpha: 8, beta: 3 },
      reason:
        "When the reason is over, taking the jobs up again finishes them; if it is not, they die again and are only put aside.",
    },
    {
      action: "configuration.revert",
      prior: { alpha: 5, beta: 4 },
      reason: "If the jobs began to fail after a change, it has to go first.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 3, beta: 5 },
      reason: "Stops burning attempts while a dependency is down.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "Somebody should know what was not done.",
    },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "job send_invoice moved to dead letter queue: failed after 5 attempts",
    }, { type: "MaxAttemptsExceededError", message: "mail worker: exceeded max attempts" }],
    negative: [{ type: "Error", message: "letter template missing" }, {
      type: "Error",
      message: "Redis connection lost, 3 retries left",
    }],
  },
};
