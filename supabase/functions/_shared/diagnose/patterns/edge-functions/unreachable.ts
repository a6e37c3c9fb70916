import type { Pattern } from "../pattern.ts";

export const edgeFunctionsUnreachable: Pattern = {
  slug: "edge-functions-unreachable",
  category: "network",
  severity: "medium",
  title: "An edge function cannot be reached",
  explanation:
    "The client could not send the request, or the relay could not pass it on. The function's name is " +
    "wrong or not deployed, CORS forbids the request, or the network failed.",
  documentationUrl: "https://supabase.com/docs/guides/troubleshooting/unable-to-call-edge-function",
  match: {
    anyOf: [{ types: ["FunctionsFetchError", "FunctionsRelayError"] }, {
      messages: ["Failed to send a request to the Edge Function", "Relay Error invoking the Edge Function"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 6, beta: 4 },
      reason: "The URL and the function's name are often configuration.",
    },
    { action: "github.open-issue", prior: { alpha: 1, beta: 9 }, reason: "CORS headers and names are code." },
  ],
  examples: {
    positive: [{ type: "FunctionsFetchError", message: "Failed to send a request to the Edge Function" }, {
      type: "FunctionsRelayError",
      message: "Relay Error invoking the Edge Function",
    }],
    negative: [{ type: "FunctionsHttpError", message: "Edge Function returned a non-2xx status code" }, {
      type: "TypeError",
      message: "Failed to fetch",
    }],
  },
};
