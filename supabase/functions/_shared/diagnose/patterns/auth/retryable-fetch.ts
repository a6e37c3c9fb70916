import type { Pattern } from "../pattern.ts";

export const authRetryableFetch: Pattern = {
  slug: "auth-retryable-fetch",
  category: "dependency",
  severity: "medium",
  title: "Supabase Auth is out of reach",
  explanation:
    "The client could not reach the Auth server or it answered with a gateway error. A network fault, a " +
    "paused project, or overload; the library itself marks it as worth trying again.",
  documentationUrl: "https://supabase.com/docs/guides/auth/debugging/error-codes",
  match: {
    anyOf: [{ types: ["AuthRetryableFetchError"] }, {
      codes: ["request_timeout", "hook_timeout", "hook_timeout_after_retry"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 6, beta: 4 },
      reason: "A changed project URL or hook explains a sudden onset.",
    },
    {
      action: "configuration.open-breaker",
      prior: { alpha: 3, beta: 5 },
      reason: "Spares the server while it recovers.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "The project may be paused." },
  ],
  examples: {
    positive: [{ type: "AuthRetryableFetchError", message: "{}", extra: { status: 503 } }, {
      type: "AuthApiError",
      message: "Failed to reach hook within maximum time",
      extra: { code: "hook_timeout", status: 422 },
    }],
    negative: [{ type: "TypeError", message: "Failed to fetch" }, {
      type: "AuthApiError",
      message: "invalid JWT: unable to parse or verify signature",
      extra: { code: "bad_jwt", status: 403 },
    }],
  },
};
