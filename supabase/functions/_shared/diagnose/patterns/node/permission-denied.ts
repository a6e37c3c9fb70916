import type { Pattern } from "../pattern.ts";

export const nodePermissionDenied: Pattern = {
  slug: "node-permission-denied",
  category: "configuration",
  severity: "medium",
  title: "The operating system refuses access to a file",
  explanation:
    "The process may not read or write this path, or not listen on this port: another user, a read-only " +
    "image, or a wrong path in the configuration.",
  documentationUrl: "https://nodejs.org/api/errors.html#common-system-errors",
  match: {
    anyOf: [{ codes: ["EACCES", "EPERM", "EROFS"] }, {
      messages: ["EACCES: permission denied", "EPERM: operation not permitted", "read-only file system"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 7, beta: 3 },
      reason: "Paths and ports are configuration.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the image or mount has to be changed.",
    },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "EACCES: permission denied, open '/etc/app.key'",
      extra: { code: "EACCES" },
    }, {
      type: "Error",
      message: "EROFS: read-only file system, mkdir '/var/task/cache'",
      extra: { code: "EROFS" },
    }],
    negative: [{
      type: "PostgresError",
      message: "permission denied for table invoices",
      extra: { code: "42501" },
    }, { type: "NotAllowedError", message: "Permission denied by the user" }],
  },
};
