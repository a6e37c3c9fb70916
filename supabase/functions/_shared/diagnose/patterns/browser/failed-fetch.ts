import type { Pattern } from "../pattern.ts";

export const browserFailedFetch: Pattern = {
  slug: "browser-failed-fetch",
  category: "network",
  severity: "medium",
  title: "The browser could not send a request",
  explanation:
    "The request never got an answer: the user is offline or closed the page, an extension blocked it, " +
    "CORS forbids it, or the server or its certificate is broken. Many users at once mean that it is the " +
    "server's side.",
  documentationUrl: "https://developer.mozilla.org/docs/Web/API/Window/fetch#exceptions",
  match: {
    anyOf: [
      {
        types: ["TypeError"],
        messages: [
          "Failed to fetch",
          "Load failed",
          "NetworkError when attempting to fetch resource",
          "Network request failed",
        ],
        platforms: ["javascript*", "browser*", "cocoa*", "react-native*"],
      },
      { types: ["AxiosError"], messages: ["Network Error"] },
      { messages: ["TypeError: Failed to fetch", "TypeError: Load failed"] },
    ],
    noneOf: [{ messages: ["dynamically imported module"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 5, beta: 5 },
      reason: "If everybody is hit at once, a changed API address or allowed origin is likely.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "Single cases are users' networks." },
  ],
  examples: {
    positive: [{ type: "TypeError", message: "Failed to fetch", platform: "javascript" }, {
      type: "TypeError",
      message: "Load failed",
      platform: "javascript",
    }, {
      type: "TypeError",
      message: "NetworkError when attempting to fetch resource.",
      platform: "javascript",
    }],
    negative: [{
      type: "TypeError",
      message: "Failed to fetch dynamically imported module: https://app.example.com/assets/Cart-4f3a.js",
      platform: "javascript",
    }, { type: "TypeError", message: "fetch failed", platform: "node" }],
  },
};
