import type { Pattern } from "../pattern.ts";

export const postgrestAnonymousDisabled: Pattern = {
  slug: "postgrest-anonymous-disabled",
  category: "authentication",
  severity: "medium",
  title: "Requests without a token are refused",
  explanation:
    "The API has no role for anonymous requests and this request carries no token: the session is not " +
    "there yet when the page loads, or the client lost its key.",
  documentationUrl: "https://docs.postgrest.org/en/stable/references/errors.html#group-3-jwt",
  match: { anyOf: [{ codes: ["PGRST302"] }, { messages: ["Anonymous access is disabled"] }] },
  actions: [
    {
      action: "configuration.revert",
      prior: { alpha: 6, beta: 4 },
      reason: "The anonymous role and the client's key are configuration.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "The client must wait for the session.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgrestError",
      message: "Anonymous access is disabled",
      extra: { code: "PGRST302" },
    }, { message: "401: Anonymous access is disabled" }],
    negative: [{ type: "PostgrestError", message: "JWT expired", extra: { code: "PGRST301" } }, {
      type: "AuthApiError",
      message: "Anonymous sign-ins are disabled",
      extra: { code: "anonymous_provider_disabled" },
    }],
  },
};
