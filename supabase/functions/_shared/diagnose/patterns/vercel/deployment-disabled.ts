import type { Pattern } from "../pattern.ts";

export const vercelDeploymentDisabled: Pattern = {
  slug: "vercel-deployment-disabled",
  category: "dependency",
  severity: "high",
  title: "Vercel has paused or blocked the deployment",
  explanation:
    "The project is paused, over its spending limit, unpaid, or blocked. No code helps: the account has " +
    "to be put in order.",
  documentationUrl: "https://vercel.com/docs/errors/DEPLOYMENT_DISABLED",
  match: { anyOf: [{ codes: ["DEPLOYMENT_DISABLED", "DEPLOYMENT_PAUSED", "DEPLOYMENT_BLOCKED"] }] },
  actions: [
    {
      action: "notify.message",
      prior: { alpha: 1, beta: 9 },
      reason: "Only the owner of the account can help.",
    },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "503: Code: DEPLOYMENT_PAUSED ID: fra1::x8k2l-1700000000000-4f3a",
      status: 503,
    }, {
      type: "Error",
      message: "402: PAYMENT_REQUIRED Code: DEPLOYMENT_DISABLED ID: fra1::x8k2l-1700000000000-4f3a",
      status: 402,
    }],
    negative: [{
      type: "Error",
      message: "404: NOT_FOUND Code: DEPLOYMENT_NOT_FOUND ID: fra1::x8k2l-1700000000000-4f3a",
      status: 404,
    }, { type: "Error", message: "feature deployment paused by reviewer" }],
  },
};
