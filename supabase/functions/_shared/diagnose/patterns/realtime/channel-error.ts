import type { Pattern } from "../pattern.ts";

export const realtimeChannelError: Pattern = {
  slug: "realtime-channel-error",
  category: "network",
  severity: "low",
  title: "A realtime subscription failed or timed out",
  explanation:
    "The channel could not be joined or was closed: network change, a sleeping tab, an expired token, or " +
    "a policy that forbids it. The library joins again; errors that do not stop point to the token or the " +
    "policy.",
  documentationUrl: "https://supabase.com/docs/guides/realtime/error_codes",
  match: {
    anyOf: [{ codes: ["CHANNEL_ERROR", "TIMED_OUT"] }, {
      messages: [
        "CHANNEL_ERROR",
        "subscribe TIMED_OUT",
        "WebSocket is closed before the connection is established",
        "tried to subscribe multiple times",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 4, beta: 6 },
      reason: "A changed URL or key makes all of them fail at once.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The client should refresh the token and join again.",
    },
  ],
  examples: {
    positive: [{ message: "Realtime subscribe failed: CHANNEL_ERROR" }, {
      message: "WebSocket is closed before the connection is established.",
    }],
    negative: [{ message: "ChannelRateLimitReached: Too many channels" }, {
      type: "Error",
      message: "connect ETIMEDOUT 10.0.0.5:443",
      extra: { code: "ETIMEDOUT" },
    }],
  },
};
