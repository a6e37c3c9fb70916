import type { Pattern } from "../pattern.ts";

export const queueBacklog: Pattern = {
  slug: "queue-backlog",
  category: "resource",
  severity: "medium",
  title: "Work comes in faster than it is done",
  explanation:
    "The queue grows and jobs wait too long. Too few workers, jobs that became slower, or a burst. " +
    "Waiting jobs may run into their own time-outs.",
  documentationUrl: "https://supabase.com/docs/guides/queues",
  match: {
    anyOf: [{
      messages: [
        "queue backlog",
        "queue depth",
        "queue lag",
        "jobs are waiting",
        "oldest job is",
        "consumer lag",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 7, beta: 3 },
      reason: "A lowered number of workers or a larger job explains a sudden onset.",
    },
    {
      action: "postgres.cancel-query",
      prior: { alpha: 3, beta: 5 },
      reason: "If the jobs wait for the database.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 3, beta: 5 },
      reason: "Admitting less new work lets the queue drain.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "Somebody may have to add workers." },
  ],
  examples: {
    positive: [
      { type: "Error", message: "queue backlog: 18234 jobs are waiting, oldest job is 40 min old" },
      { message: "consumer lag 52000 exceeds threshold" },
    ],
    negative: [{ type: "Error", message: "job send_invoice moved to dead letter queue" }, {
      type: "Error",
      message: "display backlight queue error",
    }],
  },
};
