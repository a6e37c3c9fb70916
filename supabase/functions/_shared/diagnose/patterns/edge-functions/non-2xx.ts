import type { Pattern } from "../pattern.ts";

export const edgeFunctionsNon2xx: Pattern = {
  slug: "edge-functions-non-2xx",
  category: "runtime",
  severity: "medium",
  title: "An edge function answered with an error",
  explanation:
    "The client library reports that the function's status was not 2xx. The reason is in the function's " +
    "own logs and response body; most often an exception that nothing caught.",
  documentationUrl: "https://supabase.com/docs/guides/functions/error-codes",
  match: {
    anyOf: [
      { types: ["FunctionsHttpError"] },
      { messages: ["Edge Function returned a non-2xx status code"] },
      { codes: ["EDGE_FUNCTION_ERROR", "WORKER_ERROR"] },
    ],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 5, beta: 5 },
      reason: "Functions read secrets and settings; a change just before is a fair suspicion.",
    },
    {
      action: "configuration.set-flag",
      prior: { alpha: 3, beta: 5 },
      reason: "Switches off the feature that calls it.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the function has to be corrected.",
    },
  ],
  examples: {
    positive: [{ type: "FunctionsHttpError", message: "Edge Function returned a non-2xx status code" }, {
      message: "Edge Function returned a non-2xx status code",
    }],
    negative: [{ type: "FunctionsFetchError", message: "Failed to send a request to the Edge Function" }, {
      type: "Error",
      message: "Webhook returned a non-2xx status code: 404",
    }],
  },
};
