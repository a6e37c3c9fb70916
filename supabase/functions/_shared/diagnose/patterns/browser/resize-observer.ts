import type { Pattern } from "../pattern.ts";

export const browserResizeObserver: Pattern = {
  slug: "browser-resize-observer",
  category: "frontend",
  severity: "low",
  title: "A resize observer reacted to itself",
  explanation:
    "An observer changed the size of what it observes, so the browser delivers the rest in the next " +
    "frame. It harms nobody and is mostly noise.",
  documentationUrl: "https://developer.mozilla.org/docs/Web/API/ResizeObserver#observation_errors",
  match: {
    anyOf: [{
      messages: [
        "ResizeObserver loop limit exceeded",
        "ResizeObserver loop completed with undelivered notifications",
      ],
    }],
  },
  actions: [
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Filter it in the SDK, or defer the change to the next frame.",
    },
  ],
  examples: {
    positive: [{ message: "ResizeObserver loop limit exceeded" }, {
      type: "Error",
      message: "ResizeObserver loop completed with undelivered notifications.",
      platform: "javascript",
    }],
    negative: [
      { type: "TypeError", message: "ResizeObserver is not a constructor", platform: "javascript" },
      { type: "Error", message: "event loop limit exceeded" },
    ],
  },
};
