import type { Pattern } from "../pattern.ts";

export const vercelFunctionFailed: Pattern = {
  slug: "vercel-function-failed",
  category: "runtime",
  severity: "high",
  title: "A Vercel function crashed",
  explanation:
    "The function ended without an answer: an exception that nothing caught, a crash at start, or a " +
    "process that exited.",
  documentationUrl: "https://vercel.com/docs/errors/FUNCTION_INVOCATION_FAILED",
  match: {
    anyOf: [{
      codes: [
        "FUNCTION_INVOCATION_FAILED",
        "EDGE_FUNCTION_INVOCATION_FAILED",
        "NO_RESPONSE_FROM_FUNCTION",
        "BODY_NOT_A_STRING_FROM_FUNCTION",
      ],
    }, { messages: ["This Serverless Function has crashed"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 6, beta: 4 },
      reason: "A missing or changed environment variable that makes the code throw is the usual quick cause.",
    },
    {
      action: "configuration.set-flag",
      prior: { alpha: 3, beta: 5 },
      reason: "Switches off the new feature.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the deployment has to be taken back.",
    },
  ],
  examples: {
    positive: [{
      type: "Error",
      message:
        "500: INTERNAL_SERVER_ERROR Code: FUNCTION_INVOCATION_FAILED ID: fra1::x8k2l-1700000000000-4f3a",
      status: 500,
    }, { message: "This Serverless Function has crashed. Code: FUNCTION_INVOCATION_FAILED" }],
    negative: [{
      type: "Error",
      message: "504: GATEWAY_TIMEOUT Code: FUNCTION_INVOCATION_TIMEOUT ID: fra1::x8k2l-1700000000000-4f3a",
      status: 504,
    }, {
      type: "Error",
      message: "404: NOT_FOUND Code: DEPLOYMENT_NOT_FOUND ID: fra1::x8k2l-1700000000000-4f3a",
      status: 404,
    }],
  },
};
