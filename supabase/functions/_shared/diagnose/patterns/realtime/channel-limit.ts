import type { Pattern } from "../pattern.ts";

export const realtimeChannelLimit: Pattern = {
  slug: "realtime-channel-limit",
  category: "rate_limit",
  severity: "medium",
  title: "A client opens more realtime channels than allowed",
  explanation:
    "Each connection may hold a limited number of channels. Components that subscribe on every render and " +
    "never unsubscribe reach it within minutes.",
  documentationUrl: "https://supabase.com/docs/guides/troubleshooting/realtime-too-many-channels-error",
  match: {
    anyOf: [{ codes: ["ChannelRateLimitReached"] }, {
      messages: ["ChannelRateLimitReached", "Too many channels"],
    }],
  },
  actions: [
    {
      action: "configuration.set-flag",
      prior: { alpha: 3, beta: 5 },
      reason: "Switches off the component that leaks channels.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The component has to unsubscribe.",
    },
  ],
  examples: {
    positive: [{ message: "ChannelRateLimitReached: Too many channels" }, {
      type: "Error",
      message: '{"reason":"Too many channels","code":"ChannelRateLimitReached"}',
    }],
    negative: [{ message: "ConnectionRateLimitReached: Too many connected users" }],
  },
};
