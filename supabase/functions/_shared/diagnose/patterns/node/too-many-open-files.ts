import type { Pattern } from "../pattern.ts";

export const nodeTooManyOpenFiles: Pattern = {
  slug: "node-too-many-open-files",
  category: "resource",
  severity: "high",
  title: "The process has no file handles left",
  explanation:
    "Files or sockets are opened and not closed, or more are open at once than the limit allows. New " +
    "connections and even reading a file fail.",
  documentationUrl: "https://nodejs.org/api/errors.html#common-system-errors",
  match: { anyOf: [{ codes: ["EMFILE", "ENFILE"] }, { messages: ["too many open files"] }] },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 7, beta: 3 },
      reason: "A raised concurrency or a switched-off keep-alive explains a sudden onset.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 6, beta: 4 },
      reason: "Less concurrency needs fewer handles; a leak comes back.",
    },
    {
      action: "webhook.call",
      prior: { alpha: 3, beta: 5 },
      reason: "A restart by the team's runbook clears a leak for a while.",
    },
    { action: "github.open-issue", prior: { alpha: 1, beta: 9 }, reason: "The leak has to be found." },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "EMFILE: too many open files, open '/app/views/index.html'",
      extra: { code: "EMFILE" },
    }, { type: "OSError", message: "[Errno 24] Too many open files", platform: "python" }],
    negative: [{
      type: "PostgresError",
      message: "sorry, too many clients already",
      extra: { code: "53300" },
    }, { type: "Error", message: "Please select fewer files to open" }],
  },
};
