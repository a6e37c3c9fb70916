import type { Pattern } from "../pattern.ts";

export const nodeNotAFunction: Pattern = {
  slug: "node-not-a-function",
  category: "runtime",
  severity: "medium",
  title: "Something that is not a function is called",
  explanation:
    "The called value is undefined or of another kind: a dependency changed its exports, a mixed default " +
    "and named import, or an object of an older version.",
  documentationUrl: "https://developer.mozilla.org/docs/Web/JavaScript/Reference/Errors/Not_a_function",
  match: {
    anyOf: [{
      types: ["TypeError"],
      messages: ["is not a function", "is not a constructor", "is not iterable"],
    }],
  },
  actions: [
    {
      action: "configuration.set-flag",
      prior: { alpha: 4, beta: 5 },
      reason: "Switches off the feature that has just been enabled.",
    },
    {
      action: "configuration.revert",
      prior: { alpha: 3, beta: 5 },
      reason: "A setting of another type than before ends up here.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the call has to be corrected.",
    },
  ],
  examples: {
    positive: [{ type: "TypeError", message: "cart.total is not a function" }, {
      type: "TypeError",
      message: "undefined is not iterable (cannot read property Symbol(Symbol.iterator))",
    }],
    negative: [{ type: "TypeError", message: "Cannot read properties of undefined (reading 'price')" }, {
      type: "ReferenceError",
      message: "total is not defined",
    }],
  },
};
