import type { Pattern } from "../pattern.ts";

export const edgeFunctionsResourceLimit: Pattern = {
  slug: "edge-functions-resource-limit",
  category: "resource",
  severity: "high",
  title: "An edge function uses more memory or processor than it may",
  explanation:
    "The worker was ended because it passed its memory or processor limit. Large files held in memory, " +
    "heavy parsing, image work or encryption in one request are typical.",
  documentationUrl: "https://supabase.com/docs/guides/functions/limits",
  match: {
    anyOf: [{ codes: ["WORKER_LIMIT", "WORKER_RESOURCE_LIMIT"] }, { statuses: ["546"] }, {
      messages: [
        "not having enough compute resources",
        "CPU time soft limit reached",
        "CPU time hard limit reached",
        "Memory limit exceeded",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 6, beta: 4 },
      reason: "A raised batch, page or image size explains a sudden onset.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 6, beta: 4 },
      reason: "Smaller batches fit into one request.",
    },
    {
      action: "configuration.set-flag",
      prior: { alpha: 4, beta: 4 },
      reason: "Switches off the heavy feature.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the work has to be split.",
    },
  ],
  examples: {
    positive: [{
      type: "FunctionsHttpError",
      message:
        '{"code":"WORKER_LIMIT","message":"Function failed due to not having enough compute resources (please check logs)"}',
      status: 546,
    }, { message: "CPU time soft limit reached: isolate: 5f3c" }],
    negative: [{
      type: "FunctionsHttpError",
      message: '{"code":"BOOT_ERROR","message":"Function failed to start (please check logs)"}',
      status: 503,
    }, {
      type: "Error",
      message: "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
    }],
  },
};
