import type { Pattern } from "../pattern.ts";

export const postgrestNoRelationship: Pattern = {
  slug: "postgrest-no-relationship",
  category: "deployment",
  severity: "medium",
  title: "The REST API knows no relationship between two tables",
  explanation:
    "Embedding needs a foreign key between the tables in the schema cache. It is missing, there are " +
    "several and the request does not say which, or the cache is older than the last migration.",
  documentationUrl: "https://docs.postgrest.org/en/stable/references/errors.html#group-2-schema-cache",
  match: {
    anyOf: [{ codes: ["PGRST200", "PGRST201"] }, {
      messages: [
        "Could not find a relationship between",
        "Could not embed because more than one relationship was found",
      ],
    }],
  },
  actions: [
    {
      action: "configuration.set-flag",
      prior: { alpha: 3, beta: 5 },
      reason: "Switches off the view that embeds it.",
    },
    {
      action: "github.open-issue",
      prior: { alpha: 1, beta: 9 },
      reason: "Add or name the foreign key, or reload the cache after the migration.",
    },
  ],
  examples: {
    positive: [{
      type: "PostgrestError",
      message: "Could not find a relationship between 'orders' and 'customers' in the schema cache",
      extra: { code: "PGRST200" },
    }, {
      type: "PostgrestError",
      message: "Could not embed because more than one relationship was found for 'orders' and 'users'",
      extra: { code: "PGRST201" },
    }],
    negative: [{
      type: "PostgrestError",
      message: "Could not find the function public.place_order(p_cart) in the schema cache",
      extra: { code: "PGRST202" },
    }, { type: "Error", message: "Could not find a relation named orders" }],
  },
};
