import type { Pattern } from "../pattern.ts";

export const nodeUndefinedVariable: Pattern = {
  slug: "node-undefined-variable",
  category: "runtime",
  severity: "medium",
  title: "A name is used that does not exist",
  explanation:
    "The code uses a variable that is not defined in this environment: a browser's object on the server, " +
    "a constant that the build should have replaced, or a typing error.",
  documentationUrl: "https://developer.mozilla.org/docs/Web/JavaScript/Reference/Errors/Not_defined",
  match: {
    anyOf: [{
      types: ["ReferenceError"],
      messages: ["is not defined", "Can't find variable", "before initialization"],
    }, { types: ["NameError"], messages: ["is not defined"] }],
  },
  actions: [
    {
      action: "configuration.set-flag",
      prior: { alpha: 4, beta: 5 },
      reason: "Switches off the feature that has just been enabled.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the code has to be corrected.",
    },
  ],
  examples: {
    positive: [{ type: "ReferenceError", message: "window is not defined" }, {
      type: "ReferenceError",
      message: "Cannot access 'total' before initialization",
    }],
    negative: [{ type: "TypeError", message: "cart.total is not a function" }, {
      type: "Error",
      message: "Environment variable STRIPE_KEY is not defined",
    }],
  },
};
