import type { Pattern } from "../pattern.ts";

export const vercelInfiniteLoop: Pattern = {
  slug: "vercel-infinite-loop",
  category: "configuration",
  severity: "high",
  title: "Requests on Vercel call themselves",
  explanation:
    "A rewrite, proxy or function fetches its own address over and over until Vercel stops it. A base URL " +
    "that now points to the site itself is the usual reason.",
  documentationUrl: "https://vercel.com/docs/errors/INFINITE_LOOP_DETECTED",
  match: { anyOf: [{ codes: ["INFINITE_LOOP_DETECTED"] }, { statuses: ["508"] }] },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 9, beta: 2 },
      reason: "The base URL or rewrite is configuration.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Otherwise the rewrite is in the code.",
    },
  ],
  examples: {
    positive: [{
      type: "Error",
      message: "508: Code: INFINITE_LOOP_DETECTED ID: fra1::x8k2l-1700000000000-4f3a",
      status: 508,
    }, { message: "508: INFINITE_LOOP_DETECTED" }],
    negative: [{
      type: "Error",
      message: "Too many re-renders. React limits the number of renders to prevent an infinite loop.",
      platform: "javascript",
    }, {
      type: "Error",
      message: "503: Code: FUNCTION_THROTTLED ID: fra1::x8k2l-1700000000000-4f3a",
      status: 503,
    }],
  },
};
