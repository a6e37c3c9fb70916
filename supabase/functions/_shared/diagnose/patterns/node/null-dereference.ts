import type { Pattern } from "../pattern.ts";

export const nodeNullDereference: Pattern = {
  slug: "node-null-dereference",
  category: "runtime",
  severity: "medium",
  title: "A value is missing where the code expects an object",
  explanation:
    "The code reads a property of undefined or null. An answer has another shape than expected, a record " +
    "or setting is missing, or something is used before it is loaded.",
  documentationUrl: "https://developer.mozilla.org/docs/Web/JavaScript/Reference/Errors/Unexpected_type",
  match: {
    anyOf: [{
      types: ["TypeError"],
      messages: [
        "Cannot read properties of undefined",
        "Cannot read properties of null",
        "Cannot read property * of undefined",
        "Cannot read property * of null",
        "Cannot set properties of undefined",
        "Cannot set properties of null",
        "undefined is not an object",
        "null is not an object",
        "Cannot destructure property",
        "is undefined; can't access",
        "is null; can't access",
        "can't access property",
      ],
    }, { types: ["AttributeError"], messages: ["'NoneType' object has no attribute"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 4, beta: 5 },
      reason: "A setting that was emptied or changed its shape ends up here.",
    },
    {
      action: "configuration.set-flag",
      prior: { alpha: 4, beta: 5 },
      reason: "Switches off the feature that has just been enabled.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the code has to handle the missing value.",
    },
  ],
  examples: {
    positive: [{ type: "TypeError", message: "Cannot read properties of undefined (reading 'price')" }, {
      type: "TypeError",
      message: "undefined is not an object (evaluating 'cart.items')",
      platform: "javascript",
    }, { type: "AttributeError", message: "'NoneType' object has no attribute 'email'", platform: "python" }],
    negative: [{ type: "TypeError", message: "cart.total is not a function" }, {
      type: "TypeError",
      message: "Failed to fetch",
    }],
  },
};
