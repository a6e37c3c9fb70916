import type { Pattern } from "../pattern.ts";

export const nodeFileNotFound: Pattern = {
  slug: "node-file-not-found",
  category: "configuration",
  severity: "medium",
  title: "A file or directory is not there",
  explanation:
    "The path does not exist where the process runs: not part of the deployment, relative to another " +
    "directory, or wrong in the configuration.",
  documentationUrl: "https://nodejs.org/api/errors.html#common-system-errors",
  match: {
    anyOf: [{ codes: ["ENOENT"] }, {
      messages: ["ENOENT: no such file or directory", "No such file or directory"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 7, beta: 3 },
      reason: "Paths come from configuration; the former one existed.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the file has to be part of the deployment.",
    },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "ENOENT: no such file or directory, open '/var/task/templates/mail.html'",
      extra: { code: "ENOENT" },
    }, {
      type: "FileNotFoundError",
      message: "[Errno 2] No such file or directory: 'model.bin'",
      platform: "python",
    }],
    negative: [{
      type: "Error",
      message: "Cannot find package 'stripe' imported from /app/server.js",
      extra: { code: "ERR_MODULE_NOT_FOUND" },
    }, { type: "StorageApiError", message: "Object not found", extra: { code: "NoSuchKey" } }],
  },
};
