import type { Pattern } from "../pattern.ts";

export const realtimeRateLimit: Pattern = {
  slug: "realtime-rate-limit",
  category: "rate_limit",
  severity: "medium",
  title: "Realtime refuses more connections or messages",
  explanation:
    "The number of connected clients, joins or messages per second passed the project's limit. A " +
    "reconnect loop in a client, or more users than the plan allows.",
  documentationUrl: "https://supabase.com/docs/guides/realtime/limits",
  match: {
    anyOf: [{
      codes: [
        "ConnectionRateLimitReached",
        "ClientJoinRateLimitReached",
        "MessagePerSecondRateLimitReached",
        "ClientPresenceRateLimitReached",
      ],
    }, {
      messages: [
        "ConnectionRateLimitReached",
        "ClientJoinRateLimitReached",
        "MessagePerSecondRateLimitReached",
        "Too many connected users",
        "Too many joins per second",
        "Too many messages per second",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 5, beta: 4 },
      reason: "Sending less often stays below the limit.",
    },
    {
      action: "configuration.revert",
      prior: { alpha: 5, beta: 4 },
      reason: "A shortened interval explains a sudden onset.",
    },
    {
      action: "configuration.set-flag",
      prior: { alpha: 4, beta: 5 },
      reason: "Live updates can be switched off for a while.",
    },
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "The plan's limit may have to be raised.",
    },
  ],
  examples: {
    positive: [{ message: "ConnectionRateLimitReached: Too many connected users" }, {
      message: "MessagePerSecondRateLimitReached: Too many messages per second",
    }],
    negative: [{ message: "ChannelRateLimitReached: Too many channels" }, {
      type: "Error",
      message: "Too many login attempts per second",
    }],
  },
};
