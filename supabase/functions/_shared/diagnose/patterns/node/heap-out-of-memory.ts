import type { Pattern } from "../pattern.ts";

export const nodeHeapOutOfMemory: Pattern = {
  slug: "node-heap-out-of-memory",
  category: "resource",
  severity: "high",
  title: "The JavaScript heap is full",
  explanation:
    "The process held more objects than its heap allows and was ended. A leak, a cache without a limit, " +
    "or one result that is far larger than expected.",
  documentationUrl: "https://nodejs.org/api/cli.html#--max-old-space-sizesize-in-mib",
  match: {
    anyOf: [{ codes: ["ERR_WORKER_OUT_OF_MEMORY"] }, {
      messages: [
        "JavaScript heap out of memory",
        "Reached heap limit",
        "Ineffective mark-compacts near heap limit",
        "Array buffer allocation failed",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 6, beta: 4 },
      reason: "A raised cache, page or batch size explains a sudden onset.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 6, beta: 4 },
      reason: "A tighter limit on cache or batch keeps below the heap.",
    },
    {
      action: "webhook.call",
      prior: { alpha: 3, beta: 5 },
      reason: "A restart by the team's runbook helps for a while.",
    },
    { action: "github.open-issue", prior: { alpha: 1, beta: 9 }, reason: "A leak has to be found." },
  ],
  examples: {
    positive: [{
      message: "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
    }, {
      type: "Error",
      message: "Worker terminated due to reaching memory limit: JS heap out of memory",
      extra: { code: "ERR_WORKER_OUT_OF_MEMORY" },
    }],
    negative: [{ type: "PostgresError", message: "out of memory", extra: { code: "53200" } }, {
      type: "RangeError",
      message: "Maximum call stack size exceeded",
    }],
  },
};
