import type { Pattern } from "../pattern.ts";

export const browserChunkLoad: Pattern = {
  slug: "browser-chunk-load",
  category: "deployment",
  severity: "medium",
  title: "A part of the application can no longer be loaded",
  explanation:
    "The page was opened before the last deployment and asks for a file that the new one no longer has, " +
    "or the CDN or network failed. A reload gets the new version.",
  documentationUrl: "https://vite.dev/guide/build.html#load-error-handling",
  match: {
    anyOf: [{ types: ["ChunkLoadError"] }, {
      messages: [
        "Loading chunk * failed",
        "Loading CSS chunk * failed",
        "Failed to fetch dynamically imported module",
        "error loading dynamically imported module",
        "Importing a module script failed",
        "Unable to preload CSS",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 4, beta: 5 },
      reason: "A changed asset or CDN address is configuration.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The client should reload, and old files be kept for a while.",
    },
  ],
  examples: {
    positive: [{
      type: "ChunkLoadError",
      message: "Loading chunk 42 failed. (error: https://app.example.com/static/js/42.9f1c.js)",
      platform: "javascript",
    }, {
      type: "TypeError",
      message: "Failed to fetch dynamically imported module: https://app.example.com/assets/Cart-4f3a.js",
      platform: "javascript",
    }],
    negative: [{ type: "TypeError", message: "Failed to fetch", platform: "javascript" }, {
      type: "Error",
      message: "Loading of the chunky video failed",
    }],
  },
};
