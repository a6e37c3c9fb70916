import type { Pattern } from "../pattern.ts";

export const nodeBrokenPipe: Pattern = {
  slug: "node-broken-pipe",
  category: "network",
  severity: "low",
  title: "Writing to a connection that the other side closed",
  explanation:
    "The peer had closed its end before this side finished writing: a client that left, or a server that " +
    "refused the body early, for example because it is too large.",
  documentationUrl: "https://nodejs.org/api/errors.html#common-system-errors",
  match: {
    anyOf: [{ codes: ["EPIPE", "BrokenPipe"] }, { types: ["BrokenPipeError"] }, {
      messages: ["write EPIPE", "Broken pipe"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 3, beta: 6 },
      reason: "A changed body limit or time-out can do this.",
    },
    { action: "github.open-issue", prior: { alpha: 1, beta: 9 }, reason: "Handle the error of the stream." },
  ],
  examples: {
    positive: [{ type: "Error", message: "write EPIPE", extra: { code: "EPIPE" } }, {
      type: "BrokenPipeError",
      message: "[Errno 32] Broken pipe",
      platform: "python",
    }],
    negative: [{ type: "Error", message: "read ECONNRESET", extra: { code: "ECONNRESET" } }, {
      type: "Error",
      message: "pipeline broken: stage lint failed",
    }],
  },
};
