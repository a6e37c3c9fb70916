import type { Pattern } from "../pattern.ts";

export const vercelDeploymentNotFound: Pattern = {
  slug: "vercel-deployment-not-found",
  category: "deployment",
  severity: "high",
  title: "The address leads to no deployment",
  explanation:
    "The deployment was deleted, or a domain or alias does not point to one. After a rollback or " +
    "clean-up, callers with the old address end here.",
  documentationUrl: "https://vercel.com/docs/errors/DEPLOYMENT_NOT_FOUND",
  match: {
    anyOf: [{ codes: ["DEPLOYMENT_NOT_FOUND", "DEPLOYMENT_DELETED"] }, {
      messages: ["The deployment could not be found on Vercel"],
    }],
  },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 7, beta: 3 },
      reason: "If a setting holds the address of a single deployment, the former one may exist.",
    },
    { action: "notify.message", prior: { alpha: 1, beta: 9 }, reason: "The alias has to be set again." },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "404: NOT_FOUND Code: DEPLOYMENT_NOT_FOUND ID: fra1::x8k2l-1700000000000-4f3a",
      status: 404,
    }, { message: "The deployment could not be found on Vercel. DEPLOYMENT_NOT_FOUND" }],
    negative: [{
      type: "Error",
      message: "503: Code: DEPLOYMENT_PAUSED ID: fra1::x8k2l-1700000000000-4f3a",
      status: 503,
    }, { type: "Error", message: "404 page not found", status: 404 }],
  },
};
