import type { Pattern } from "../pattern.ts";

export const postgrestNotOneRow: Pattern = {
  slug: "postgrest-not-one-row",
  category: "validation",
  severity: "low",
  title: "One row was asked for, none or several came",
  explanation:
    "The client used single() and the filter does not match exactly one row. The record was deleted, is " +
    "hidden from this user by row-level security, or the filter is not unique.",
  documentationUrl: "https://docs.postgrest.org/en/stable/references/errors.html#group-1-api-request",
  match: {
    anyOf: [{ codes: ["PGRST116"] }, {
      messages: ["multiple (or no) rows returned", "Cannot coerce the result to a single JSON object"],
    }],
  },
  actions: [
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Use maybeSingle() and handle the empty case.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgrestError",
      message: "JSON object requested, multiple (or no) rows returned",
      extra: { code: "PGRST116", details: "The result contains 0 rows" },
    }, {
      type: "PostgrestError",
      message: "Cannot coerce the result to a single JSON object",
      extra: { code: "PGRST116" },
    }],
    negative: [{
      type: "PostgrestError",
      message: "Requested range not satisfiable",
      extra: { code: "PGRST103" },
    }, { type: "NoResultFound", message: "No row was found for one()", platform: "python" }],
  },
};
