import type { Pattern } from "../pattern.ts";

export const edgeFunctionsBootError: Pattern = {
  slug: "edge-functions-boot-error",
  category: "deployment",
  severity: "high",
  title: "An edge function does not start",
  explanation:
    "The worker failed before the first request: a syntax error, an import that cannot be resolved, or " +
    "code at the top of the file that throws, such as a check for a missing secret.",
  documentationUrl: "https://supabase.com/docs/guides/functions/status-codes",
  match: {
    anyOf: [{ codes: ["BOOT_ERROR"] }, { messages: ["Function failed to start", "worker boot error"] }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 5, beta: 4 },
      reason: "A secret that was just removed or emptied makes code at the top throw.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the last deployment has to be taken back.",
    },
  ],
  examples: {
    positive: [{
      type: "FunctionsHttpError",
      message: '{"code":"BOOT_ERROR","message":"Function failed to start (please check logs)"}',
      status: 503,
    }, {
      message:
        "worker boot error: Uncaught SyntaxError: The requested module does not provide an export named 'serve'",
    }],
    negative: [{
      type: "FunctionsHttpError",
      message:
        '{"code":"WORKER_LIMIT","message":"Function failed due to not having enough compute resources"}',
      status: 546,
    }, { type: "Error", message: "failed to boot the device" }],
  },
};
