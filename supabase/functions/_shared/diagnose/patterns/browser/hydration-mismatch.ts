import type { Pattern } from "../pattern.ts";

export const browserHydrationMismatch: Pattern = {
  slug: "browser-hydration-mismatch",
  category: "frontend",
  severity: "low",
  title: "Server and browser render different content",
  explanation:
    "The markup from the server differs from what the first render in the browser produces: dates, random " +
    "values, the user's language, or extensions that change the page. The framework renders it again.",
  documentationUrl:
    "https://react.dev/reference/react-dom/client/hydrateRoot#handling-different-client-and-server-content",
  match: {
    anyOf: [{
      messages: [
        "Hydration failed because",
        "Text content does not match server-rendered HTML",
        "There was an error while hydrating",
        "Hydration completed but contains mismatches",
        "Minified React error #418",
        "Minified React error #423",
        "Minified React error #425",
        "server rendered HTML didn't match",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.set-flag",
      prior: { alpha: 3, beta: 5 },
      reason: "A flag evaluated differently on server and client does this.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The component has to render the same on both sides.",
    },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "Hydration failed because the initial UI does not match what was rendered on the server.",
      platform: "javascript",
    }, {
      type: "Error",
      message: "Minified React error #418; visit https://react.dev/errors/418 for the full message",
      platform: "javascript",
    }],
    negative: [{
      type: "Error",
      message: "Minified React error #310; visit https://react.dev/errors/310",
      platform: "javascript",
    }, { type: "Error", message: "Water hydration reminder failed" }],
  },
};
