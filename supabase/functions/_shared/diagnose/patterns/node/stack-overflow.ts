import type { Pattern } from "../pattern.ts";

export const nodeStackOverflow: Pattern = {
  slug: "node-stack-overflow",
  category: "runtime",
  severity: "medium",
  title: "A function calls itself without end",
  explanation:
    "Recursion went deeper than the stack: a missing end condition, data that refers to itself, or two " +
    "functions, effects or policies that call each other.",
  documentationUrl: "https://developer.mozilla.org/docs/Web/JavaScript/Reference/Errors/Too_much_recursion",
  match: {
    anyOf: [{
      types: ["RangeError", "InternalError", "RecursionError"],
      messages: [
        "Maximum call stack size exceeded",
        "too much recursion",
        "maximum recursion depth exceeded",
      ],
    }, { messages: ["Maximum call stack size exceeded", "too much recursion"] }],
  },
  actions: [
    {
      action: "configuration.set-flag",
      prior: { alpha: 4, beta: 5 },
      reason: "Switches off the feature with the loop.",
    },
    {
      action: "configuration.revert",
      prior: { alpha: 3, beta: 5 },
      reason: "Settings that refer to each other can make the loop.",
    },
    { action: "github.open-issue", prior: { alpha: 1, beta: 9 }, reason: "The end condition is code." },
  ],
  examples: {
    positive: [{ type: "RangeError", message: "Maximum call stack size exceeded" }, {
      type: "InternalError",
      message: "too much recursion",
      platform: "javascript",
    }],
    negative: [{ type: "PostgresError", message: "stack depth limit exceeded", extra: { code: "54001" } }, {
      type: "RangeError",
      message: "Invalid array length",
    }],
  },
};
