import type { Pattern } from "../pattern.ts";

export const vercelMiddlewareFailed: Pattern = {
  slug: "vercel-middleware-failed",
  category: "deployment",
  severity: "high",
  title: "Vercel's routing middleware fails",
  explanation:
    "The middleware that runs before every request threw. All pages behind it are down, although the " +
    "pages themselves are fine.",
  documentationUrl: "https://vercel.com/docs/errors/MIDDLEWARE_INVOCATION_FAILED",
  match: {
    anyOf: [{
      codes: [
        "MIDDLEWARE_INVOCATION_FAILED",
        "MIDDLEWARE_RUNTIME_DEPRECATED",
        "MICROFRONTENDS_MIDDLEWARE_ERROR",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 6, beta: 4 },
      reason: "Middleware often reads keys and flags; a change just before is a fair suspicion.",
    },
    {
      action: "configuration.set-flag",
      prior: { alpha: 4, beta: 5 },
      reason: "Switches off what the middleware does.",
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
        "500: INTERNAL_SERVER_ERROR Code: MIDDLEWARE_INVOCATION_FAILED ID: fra1::x8k2l-1700000000000-4f3a",
      status: 500,
    }, { message: "500: MIDDLEWARE_INVOCATION_FAILED" }],
    negative: [{
      type: "Error",
      message:
        "500: INTERNAL_SERVER_ERROR Code: FUNCTION_INVOCATION_FAILED ID: fra1::x8k2l-1700000000000-4f3a",
      status: 500,
    }, { type: "Error", message: "Express middleware failed to load session" }],
  },
};
