import type { Pattern } from "../pattern.ts";

export const browserRenderLoop: Pattern = {
  slug: "browser-render-loop",
  category: "frontend",
  severity: "medium",
  title: "A component renders without end",
  explanation:
    "A component sets state on every render or in an effect that depends on it, until the framework stops " +
    "it. A new object or function in the dependencies is the usual reason.",
  documentationUrl: "https://react.dev/errors/185",
  match: {
    anyOf: [{
      messages: [
        "Too many re-renders",
        "Maximum update depth exceeded",
        "Minified React error #185",
        "Minified React error #301",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.set-flag",
      prior: { alpha: 4, beta: 5 },
      reason: "Switches off the component that has just been enabled.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The dependencies of the effect are code.",
    },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "Too many re-renders. React limits the number of renders to prevent an infinite loop.",
      platform: "javascript",
    }, {
      type: "Error",
      message:
        "Maximum update depth exceeded. This can happen when a component calls setState inside useEffect",
      platform: "javascript",
    }],
    negative: [{ type: "RangeError", message: "Maximum call stack size exceeded", platform: "javascript" }, {
      type: "Error",
      message: "Maximum upload size exceeded",
    }],
  },
};
