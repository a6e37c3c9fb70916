import type { Pattern } from "../pattern.ts";

export const denoConnectionClosed: Pattern = {
  slug: "deno-connection-closed",
  category: "network",
  severity: "low",
  title: "The peer closed the connection before the answer was complete",
  explanation:
    "The other side hung up during a request or response. For a server it means clients that leave; for a " +
    "client, a peer that restarts or limits.",
  documentationUrl: "https://docs.deno.com/api/deno/~/Deno.errors",
  match: {
    anyOf: [{
      messages: [
        "connection closed before message completed",
        "connection error: connection reset",
        "error reading a body from connection",
      ],
    }, { types: ["BadResource", "UnexpectedEof", "ConnectionAborted"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 4, beta: 5 },
      reason: "A shortened keep-alive or time-out explains a sudden onset.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 3, beta: 5 },
      reason: "If the peer keeps doing it, failing fast spares both.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Retry requests that may be repeated.",
    },
  ],
  examples: {
    positive: [{ type: "Http", message: "connection closed before message completed" }, {
      type: "TypeError",
      message: "error reading a body from connection: unexpected EOF during chunk size line",
    }],
    negative: [{ type: "Error", message: "read ECONNRESET", extra: { code: "ECONNRESET" } }, {
      type: "Error",
      message: "modal closed before form completed",
    }],
  },
};
