import type { Pattern } from "../pattern.ts";

export const browserScriptError: Pattern = {
  slug: "browser-script-error",
  category: "frontend",
  severity: "low",
  title: "An error in a script of another origin",
  explanation:
    "The browser hides the details of errors in scripts from other origins that are loaded without CORS. " +
    "It may be an extension or an advertisement; load own scripts with the crossorigin attribute to see " +
    "more.",
  documentationUrl: "https://developer.mozilla.org/docs/Web/API/Window/error_event",
  match: { anyOf: [{ messages: ["Script error"] }] },
  actions: [
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Add crossorigin and the header, or filter what is foreign.",
    },
  ],
  examples: {
    positive: [{ type: "Error", message: "Script error.", platform: "javascript" }, {
      message: "Script error.",
    }],
    negative: [{ type: "TypeError", message: "Load failed", platform: "javascript" }],
  },
};
