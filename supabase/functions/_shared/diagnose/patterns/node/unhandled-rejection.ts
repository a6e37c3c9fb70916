import type { Pattern } from "../pattern.ts";

export const nodeUnhandledRejection: Pattern = {
  slug: "node-unhandled-rejection",
  category: "runtime",
  severity: "medium",
  title: "A rejected promise was not handled",
  explanation: "An asynchronous operation failed and nothing was waiting for it. The process may end. The " +
    "rejection's reason is the error to look at; the missing await or catch is why it shows up here.",
  documentationUrl: "https://nodejs.org/api/errors.html#err_unhandled_rejection",
  match: {
    anyOf: [{ codes: ["ERR_UNHANDLED_REJECTION"] }, {
      types: ["UnhandledRejection", "UnhandledPromiseRejection"],
    }, {
      messages: [
        "UnhandledPromiseRejection",
        "Unhandled promise rejection",
        "Non-Error promise rejection captured",
        "This error originated either by throwing inside of an async function without a catch block",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 3, beta: 6 },
      reason: "What the promise waited for may have been changed.",
    },
    { action: "github.open-issue", prior: { alpha: 1, beta: 9 }, reason: "The code has to await or catch." },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "This error originated either by throwing inside of an async function without a catch block",
      extra: { code: "ERR_UNHANDLED_REJECTION" },
    }, {
      type: "UnhandledRejection",
      message: "Non-Error promise rejection captured with value: undefined",
      platform: "javascript",
    }],
    negative: [{ type: "Error", message: "Application rejected by reviewer" }, {
      type: "TypeError",
      message: "Cannot read properties of undefined (reading 'id')",
    }],
  },
};
