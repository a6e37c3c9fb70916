import type { Pattern } from "../pattern.ts";

export const nodeDiskFull: Pattern = {
  slug: "node-disk-full",
  category: "resource",
  severity: "high",
  title: "The disk of the application is full",
  explanation:
    "Writing a file failed for lack of space: logs, temporary files, uploads or a cache without a limit.",
  documentationUrl: "https://nodejs.org/api/errors.html#common-system-errors",
  match: {
    anyOf: [{ codes: ["ENOSPC", "EDQUOT"] }, { messages: ["no space left on device"] }],
    noneOf: [{ messages: ["could not extend file", "could not write to file"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 5, beta: 5 },
      reason: "A raised log level or cache size explains a sudden onset.",
    },
    { action: "webhook.call", prior: { alpha: 4, beta: 4 }, reason: "The team's runbook may clean up." },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 4, beta: 5 },
      reason: "A tighter cache or log limit stops the growth.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "Somebody has to free or add space." },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "ENOSPC: no space left on device, write",
      extra: { code: "ENOSPC" },
    }, { type: "OSError", message: "[Errno 28] No space left on device", platform: "python" }],
    negative: [{
      type: "PostgresError",
      message: 'could not extend file "base/16384/24601": No space left on device',
      extra: { code: "53100" },
    }, { type: "QuotaExceededError", message: "The quota has been exceeded.", platform: "javascript" }],
  },
};
