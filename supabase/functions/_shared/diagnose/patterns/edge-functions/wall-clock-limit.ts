import type { Pattern } from "../pattern.ts";

export const edgeFunctionsWallClockLimit: Pattern = {
  slug: "edge-functions-wall-clock-limit",
  category: "resource",
  severity: "medium",
  title: "An edge function runs or idles past its time limit",
  explanation:
    "No response came within the request's idle limit, or the worker reached the wall-clock limit. The " +
    "function waits for something slow: a query, a model, another service.",
  documentationUrl: "https://supabase.com/docs/guides/functions/limits",
  match: {
    anyOf: [{ codes: ["IDLE_TIMEOUT", "WORKER_TIMEOUT"] }, {
      messages: [
        "wall clock time limit reached",
        "wall clock duration warning",
        "The request was idle for too long",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 6, beta: 4 },
      reason: "A time-out or batch size that was just raised explains a sudden onset.",
    },
    {
      action: "configuration.tighten-limit",
      prior: { alpha: 5, beta: 4 },
      reason: "Smaller portions end in time.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 4, beta: 5 },
      reason: "If the slow thing is a dependency, failing fast frees the workers.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Long work belongs into the background.",
    },
  ],
  examples: {
    positive: [{ message: "wall clock time limit reached: isolate: 5f3c" }, {
      type: "FunctionsHttpError",
      message: '{"code":"IDLE_TIMEOUT","message":"Request idle timeout limit (150s) reached"}',
      status: 504,
    }],
    negative: [{ message: "CPU time soft limit reached: isolate: 5f3c" }, {
      type: "Error",
      message: "FUNCTION_INVOCATION_TIMEOUT",
    }],
  },
};
